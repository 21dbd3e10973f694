extension DiskInspector {
  /// What a look for the operating system may cost over HTTP, in ranges.
  private static let mostRanges = 200

  /// The same as ``inspect(_:fileName:)``, and besides looks for the operating system on the disk: some hundred kilobytes more.
  ///
  /// Of disks that stand alone in RAW, ZVHD2, ZVHD, qcow2, VHD, VHDX, VMDK and VDI; of others the report says that nobody
  /// looked.
  public static func inspectWithSystem(
    _ source: any ByteSource, fileName: String? = nil, limits: SystemSearchLimits = SystemSearchLimits()
  ) throws -> DiskInspection {
    var report = try inspect(source, fileName: fileName)
    var search = reasonNotToLook(report).map { SystemSearch(reason: $0) }
    if search == nil {
      search = try finding {
        let reader = GuestReader(try guestDisk(source, report), limits)
        try describeDisk(of: reader, &report)
        var finder = SystemFinder(reader, partitions: report.partitions, readsPrograms: true)
        return try finder.run()
      }
    }
    report.adopt(search)
    return report
  }

  /// The same for an image of which ranges must be fetched first: see ``inspect(size:fileName:fetch:)``.
  ///
  /// It fetches up to some megabytes in up to 200 ranges of at most 128 KiB, since blocks of ZVHD2 unpack from their start only.
  public static func inspectWithSystem(
    size: UInt64, fileName: String? = nil, limits: SystemSearchLimits = .distant,
    fetch: (Range<UInt64>) async throws -> [UInt8]
  ) async throws -> DiskInspection {
    var report = try await inspect(size: size, fileName: fileName, fetch: fetch)
    if let reason = reasonNotToLook(report) ?? (report.format == .zvhd ? notFromAfar(report.format) : nil) {
      report.adopt(SystemSearch(reason: reason))
      return report
    }
    var partial = PartialByteSource(size: size)
    var cost = ReadCost()
    var reader: GuestReader?
    var isDescribed = false
    while true {
      let missing: Range<UInt64>
      do {
        var search = try finding {
          let opened: GuestReader
          if let reader {
            opened = reader
            opened.disk.source = partial
            opened.restart()
          } else {
            opened = GuestReader(try guestDisk(partial, report), limits)
          }
          reader = opened
          if !isDescribed { try describeDisk(of: opened, &report) }
          isDescribed = true
          let isPlain = opened.disk is PlainGuestDisk
          var finder = SystemFinder(opened, partitions: report.partitions, readsPrograms: isPlain)
          return try finder.run()
        }
        search.cost = cost
        report.adopt(search)
        return report
      } catch let miss as PartialByteSource.MissingRange {
        missing = miss.range
      }
      guard cost.reads < mostRanges, cost.bytes < limits.fileBytes else {
        var search = SystemSearch(reason: "the search was given up after \(SizeText.bytes(cost.bytes)) of the file")
        search.cost = cost
        report.adopt(search)
        return report
      }
      let end = min(size, max(missing.upperBound, missing.lowerBound + 32768))
      let bytes = try await fetch(missing.lowerBound..<end)
      guard UInt64(bytes.count) >= missing.upperBound - missing.lowerBound else {
        throw DiskImageError.truncated(
          "the file", at: missing.lowerBound, expected: Int(end - missing.lowerBound), found: bytes.count)
      }
      cost.add(bytes.count)
      partial.add(bytes, at: missing.lowerBound)
    }
  }

  /// Why it is clear from the outside that there is nothing to be found.
  private static func reasonNotToLook(_ report: DiskInspection) -> String? {
    guard report.virtualSize != nil, !report.isEmpty else { return "there is no disk to look into" }
    switch report.format {
    case .raw, .zvhd2, .zvhd, .qcow2, .vhd, .vhdx, .vmdk, .vdi: return nil
    case .qcow, .qed, .parallels:
      return "not looked into: the disk in \(report.format.displayName) is read by a conversion only"
    default: return "not looked into: \(report.format.displayName) is not the image of a disk as it stands"
    }
  }

  private static func notFromAfar(_ format: DiskFormat) -> String {
    "not looked into: of \(format.displayName) all in front of a block must be read to reach it"
  }

  static func guestDisk(_ source: any ByteSource, _ report: DiskInspection) throws -> any GuestDisk {
    switch report.format {
    case .zvhd2: try ZVHD2GuestDisk(source)
    case .zvhd: try ZVHDGuestDisk(source)
    case .qcow2: try QcowGuestDisk(source)
    case .vhd where report.variant != "fixed": MappedGuestDisk(source, try VHDBlockMap(source))
    case .vhdx: MappedGuestDisk(source, try VHDXBlockMap(source))
    case .vmdk: MappedGuestDisk(source, try VMDKBlockMap(source))
    case .vdi: MappedGuestDisk(source, try VDIBlockMap(source))
    default: PlainGuestDisk(source, size: report.virtualSize ?? source.size)
    }
  }

  /// Describes a disk into which the inspection does not look, as it does those of RAW and ZVHD2.
  private static func describeDisk(of reader: GuestReader, _ report: inout DiskInspection) throws {
    guard ![.raw, .zvhd2, .zvhd].contains(report.format) else { return }
    var partial = PartialByteSource(size: reader.disk.size)
    while true {
      let missing: Range<UInt64>
      do {
        var described = report
        try describeContent(partial, &described)
        report = described
        return
      } catch let miss as PartialByteSource.MissingRange {
        missing = miss.range
      }
      let bytes = try reader.read(at: missing.lowerBound, count: Int(missing.upperBound - missing.lowerBound))
      partial.add(bytes, at: missing.lowerBound)
    }
  }

  /// What keeps the disk from being opened becomes the reason.
  private static func finding(_ look: () throws -> SystemSearch) throws -> SystemSearch {
    do {
      return try look()
    } catch let error as DiskImageError where [.corrupt, .truncated, .unsupported].contains(error.kind) {
      return SystemSearch(reason: "not looked into: \(error.message)")
    } catch is OutOfReach {
      return SystemSearch(reason: "not looked into: its tables are out of reach")
    } catch let stop as SystemSearchStop {
      return SystemSearch(reason: "the search was given up: \(stop.reason)")
    }
  }
}

extension DiskInspection {
  fileprivate mutating func adopt(_ search: SystemSearch?) {
    guard let search else { return }
    systemSearch = search
    findings += search.findings
  }
}
