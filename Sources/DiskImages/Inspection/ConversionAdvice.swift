/// What to do with a file: where possible a command to be copied.
enum ConversionAdvice {
  /// The next step with a file that was inspected.
  static func advice(for report: DiskInspection, file: String?) -> String? {
    guard !report.isEmpty else { return nil }
    let name = file ?? "IN"
    if report.isImportable {
      return report.format == .raw ? "slipway convert \(quoted(name)) \(output(name))" : nil
    }
    return isConvertible(report) ? hint(for: report, file: name) : nil
  }

  /// How to turn a file of another format into one that is read here, with the system's own tools.
  static func hint(for format: DiskFormat, file: String? = nil) -> String? {
    let name = file ?? "IN"
    guard [.qcow2, .qcow, .qed, .vhd, .vhdx, .vmdk, .vdi, .parallels].contains(format) else {
      return hint(for: DiskInspection(format: format, fileSize: 1), file: name)
    }
    let driver = format == .vhd ? "vpc" : format.rawValue
    return "qemu-img convert -f \(driver) -O raw \(quoted(name)) OUT.raw, then slipway convert OUT.raw OUT.zvhd2"
  }

  /// Whether nothing but its format is wrong with the file, or what a conversion puts right: where something else is, its
  /// own hint says what to do first.
  private static func isConvertible(_ report: DiskInspection) -> Bool {
    if report.format.isArchive || report.format == .iso { return true }
    guard report.virtualSize != nil, report.detail("encryption") == nil else { return false }
    let readsOthers: [DiskFormat] = [.qcow2, .qcow, .qed, .vmdk]
    let hasOthers = report.detail("backing_file") != nil || report.detail("extents") != nil
    return report.reasons.count <= 1 || hasOthers && readsOthers.contains(report.format)
  }

  private static func hint(for report: DiskInspection, file: String) -> String? {
    let name = quoted(file)
    switch report.format {
    case .raw: return nil
    case .zvhd2: return "rename it to end in .zvhd2"
    case .zvhd, .qcow2, .qcow, .qed, .vhd, .vhdx, .vmdk, .vdi, .parallels:
      return "slipway convert \(name) \(output(file))"
    case .iso: return "install a system from it on a virtual machine and import that machine's disk"
    case .ova, .tar:
      let disk = content(report)
      return "tar -xf \(name)\(disk.map { " \(quoted($0))" } ?? "")" + next(disk, report)
    case .luks: return nil
    case .gzip: return "gunzip --keep \(name)" + next(content(report), report)
    case .xz: return "xz --decompress --keep \(name)" + next(content(report), report)
    case .zip: return "unzip \(name)" + next(content(report), report)
    case .bzip2: return "bunzip2 --keep \(name)" + next(content(report), report)
    case .zstd: return "zstd --decompress \(name)" + next(content(report), report)
    case .sevenZip: return "7z x \(name)"
    }
  }

  private static func content(_ report: DiskInspection) -> String? {
    if case .text(let name)? = report.detail("content"), !name.isEmpty { return name }
    return nil
  }

  /// What follows after unpacking.
  private static func next(_ content: String?, _ report: DiskInspection) -> String {
    guard let content, report.detail("content_format") != .text("zvhd2") else { return "" }
    let format = DiskFormat(fileName: content)
    return format == .zvhd2 || format?.isArchive == true
      ? "" : ", then slipway convert \(quoted(content)) \(output(content))"
  }

  /// The name of the result: in the same place, with the ending of ZVHD2.
  private static func output(_ file: String) -> String {
    guard file != "IN" else { return "OUT.zvhd2" }
    let suffix = DiskFormat.fileExtension(of: file).map { $0.count + 1 } ?? 0
    let stem = file.dropLast(DiskFormat(fileName: file) == nil ? 0 : suffix)
    return quoted(stem + ".zvhd2" == file ? stem + "-new.zvhd2" : stem + ".zvhd2")
  }

  /// A name as a shell takes it for one word.
  private static func quoted(_ word: some StringProtocol) -> String {
    let isPlain =
      !word.isEmpty && !word.hasPrefix("-")
      && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:=@%+,".contains($0)) }
    if isPlain { return String(word) }
    return "'"
      + DiskInspector.printable(String(word)).split(separator: "'", omittingEmptySubsequences: false).joined(
        separator: "'\\''") + "'"
  }
}
