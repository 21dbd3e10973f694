/// Tells from a few kilobytes what an image file is and whether the cloud could import it.
public enum DiskInspector {
  /// Looks at the headers in `source`; `fileName`, where given, tells what the file claims to be.
  ///
  /// Damage inside the image becomes a finding. Throws only what the source throws.
  public static func inspect(_ source: any ByteSource, fileName: String? = nil) throws -> DiskInspection {
    var report = try examine(source, fileName: fileName)
    report.diskUsage = source.storedSize
    report.advice = ConversionAdvice.advice(for: report, file: fileName)
    // The refusal of the format comes first; what to do about it is known only when all of the file is.
    if let first = report.findings.first, first.severity == .error, first.hint == nil {
      report.findings[0].hint = report.advice
    }
    return report
  }

  private static func examine(_ source: any ByteSource, fileName: String?) throws -> DiskInspection {
    let claimed = fileName.flatMap(DiskFormat.init(fileName:))
    guard source.size > 0 else {
      var report = DiskInspection(format: claimed ?? .raw, fileSize: 0)
      report.add(.error, "the file is empty: there is no disk in it", hint: "was the upload or conversion broken off?")
      return report
    }
    let found = try DiskFormat.detect(source)
    var report = DiskInspection(format: found ?? claimed ?? .raw, fileSize: source.size)
    guard let found else {
      if let claimed, claimed != .raw {
        try inspectUnrecognised(source, claimed, &report)
      } else {
        try inspectRaw(source, fileName, &report)
      }
      judgeFileSize(&report)
      return report
    }
    if let claimed, claimed != found, claimed.isQuickImportFormat {
      report.add(
        .error, "named as \(claimed.displayName), but the content is \(found.displayName)",
        hint: found == .zvhd2 ? "rename it to end in .zvhd2" : nil)
    } else if !found.isQuickImportFormat {
      report.add(.error, "quick import takes RAW and ZVHD2, not \(found.displayName)")
    }
    try inspect(source, as: found, fileName, &report)
    if found.isQuickImportFormat { judgeFileSize(&report) }
    return report
  }

  /// Looks at an image of which ranges must be fetched first, as over HTTP.
  ///
  /// - Parameters:
  ///   - size: bytes of the file.
  ///   - fileName: what the file claims to be.
  ///   - fetch: gives the bytes of a range inside the file. It is called a few times, in most cases less than ten, and no
  ///     range is longer than 128 KiB.
  /// - Returns: the same as for a local file.
  /// - Throws: what `fetch` throws, and ``DiskImageError`` when it gives fewer bytes than asked for.
  public static func inspect(
    size: UInt64, fileName: String? = nil, fetch: (Range<UInt64>) async throws -> [UInt8]
  ) async throws -> DiskInspection {
    var partial = PartialByteSource(size: size)
    while true {
      let missing: Range<UInt64>
      do {
        return try inspect(partial, fileName: fileName)
      } catch let miss as PartialByteSource.MissingRange {
        missing = miss.range
      }
      // A range for several reads at once saves round trips.
      let least = missing.lowerBound == 0 ? UInt64(FileSystemProbe.headLength) : UInt64(ZVHD2Header.blockLength)
      let end = min(size, max(missing.upperBound, missing.lowerBound + least))
      let bytes = try await fetch(missing.lowerBound..<end)
      guard UInt64(bytes.count) >= missing.upperBound - missing.lowerBound else {
        throw DiskImageError.truncated(
          "the file", at: missing.lowerBound, expected: Int(end - missing.lowerBound), found: bytes.count)
      }
      partial.add(bytes, at: missing.lowerBound)
    }
  }

  static func inspect(
    _ source: any ByteSource, as format: DiskFormat, _ fileName: String?, _ report: inout DiskInspection
  ) throws {
    switch format {
    case .raw: break
    case .zvhd2: try inspectZVHD2(source, &report)
    case .zvhd: try inspectZVHD(source, &report)
    case .qcow2: try inspectQcow2(source, &report)
    case .qcow: try inspectQcow(source, &report)
    case .qed: try inspectQED(source, &report)
    case .vhd: try inspectVHD(source, &report)
    case .vhdx: try inspectVHDX(source, &report)
    case .vmdk: try inspectVMDK(source, &report)
    case .vdi: try inspectVDI(source, &report)
    case .parallels: try inspectParallels(source, &report)
    case .luks: try inspectLUKS(source, &report)
    case .iso: try inspectISO(source, &report)
    case .ova, .tar, .gzip, .xz, .zip, .bzip2, .zstd, .sevenZip: try inspectArchive(source, fileName, &report)
    }
  }

  /// A file whose name promises a format with a magic, which its content does not have.
  private static func inspectUnrecognised(
    _ source: any ByteSource, _ claimed: DiskFormat, _ report: inout DiskInspection
  ) throws {
    let head = try source.read(at: 0, count: 512)
    let answer = answerInPlace(of: head)
    let found = answer ?? (head.allSatisfy { $0 == 0 } ? "zeros" : "bytes in no known format")
    // For ZVHD2 a newer tool might write another cookie; any other format is refused in any case.
    report.add(
      claimed == .zvhd2 && answer == nil ? .warning : .error,
      "named as \(claimed.displayName), but it does not begin as such a file does: found \(found)",
      hint: "the file is damaged, its name is wrong, or the conversion failed")
  }

  private static func judgeFileSize(_ report: inout DiskInspection) {
    if report.fileSize > 1 << 40 {
      report.add(
        .error, "the file has \(SizeText.bytes(report.fileSize)), quick import takes at most 1 TB",
        hint: "convert it to ZVHD2, or shrink the disk")
    } else if report.fileSize > 1_000_000_000_000 {
      report.add(
        .warning,
        "the file has \(SizeText.bytes(report.fileSize)): whether the limit of 1 TB means 10^12 or 2^40 bytes "
          + "is not documented")
    }
  }
}
