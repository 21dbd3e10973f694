extension DiskInspector {
  static func inspectRaw(
    _ source: any ByteSource, _ fileName: String?, _ report: inout DiskInspection
  ) throws {
    report.virtualSize = report.fileSize
    if let fileName {
      let suffix = DiskFormat.fileExtension(of: fileName)
      if suffix != "raw" {
        report.add(
          .warning, "taken as RAW, as no other format fits, but the name does not end in .raw",
          hint: "rename it to end in .raw if it is the plain bytes of a disk")
      }
    }
    if report.fileSize % 512 != 0 {
      report.add(
        .warning, "the size of \(report.fileSize) bytes is no multiple of 512: a disk has whole sectors",
        hint: "is the file cut off, or no disk at all?")
    }
    let head = try source.read(at: 0, count: FileSystemProbe.length)
    let table = describeDisk(head: head, diskSize: report.fileSize, &report)
    try probePartitions(source, &report)
    if table.scheme == .gpt { try checkBackup(of: table, source, &report) }
  }

  /// Adds what the first bytes of a disk tell; used for RAW files and for the disk inside a ZVHD2 file.
  @discardableResult
  static func describeDisk(head: [UInt8], diskSize: UInt64, _ report: inout DiskInspection) -> PartitionTable {
    let fields = ByteFields(head)
    let table = PartitionTable(head: fields)
    report.partitions = table.partitions
    report.firmwareHint = table.firmwareHint
    switch table.scheme {
    case .none:
      if let name = FileSystemProbe.name(of: fields) {
        report.add(.hint, "no partition table: the whole disk holds \(name)", hint: "fine for a data disk")
      } else if head.allSatisfy({ $0 == 0 }) {
        report.add(.hint, "the disk begins with zeros: neither a partition table nor a file system is there")
      } else {
        report.add(.hint, "neither a partition table nor a known file system is there")
      }
    case .mbr:
      report.add(.hint, "MBR partition table with \(count(table.partitions.count, "partition"))")
      if table.partitions.contains(where: { $0.type == "0xEE" }) {
        report.add(.warning, "the MBR announces a GPT, but its header is missing", hint: "repair it with sgdisk")
      }
    case .gpt:
      report.add(.hint, "GPT partition table with \(count(table.partitions.count, "partition"))")
      if !table.checksumFits {
        report.add(.warning, "the GPT header's checksum does not fit", hint: "check the disk with sgdisk -v")
      }
    }
    describeFirmware(table, &report)
    for partition in table.partitions where partition.type != "0xEE" {
      let end = partition.offset.adding(partition.length) ?? .max
      guard end > diskSize else { continue }
      report.add(
        .warning,
        "partition \(partition.number) ends at byte \(end), the disk has \(diskSize): the image is probably cut",
        hint: "copy or convert the disk again")
    }
    return table
  }

  private static func describeFirmware(_ table: PartitionTable, _ report: inout DiskInspection) {
    if table.hasEFISystem {
      report.add(
        .hint,
        table.firmwareHint == nil
          ? "an EFI system partition and what BIOS needs are there: the disk seems to boot either way"
          : "an EFI system partition is there: the disk seems to boot with UEFI",
        hint: table.firmwareHint == nil ? nil : "set hw_firmware_type to uefi")
    } else if table.firmwareHint == "bios" {
      report.add(.hint, "no EFI system partition: the disk seems to boot with BIOS")
    }
  }

  private static func probePartitions(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    // Each look is a round trip where the file is far away, so only the first few partitions are looked at.
    for index in report.partitions.indices.prefix(8) where report.partitions[index].length >= 4096 {
      let offset = report.partitions[index].offset
      guard offset > 0, offset < source.size else { continue }
      let bytes = ByteFields(try source.read(at: offset, count: 4096))
      report.partitions[index].fileSystem = FileSystemProbe.name(of: bytes)
    }
  }

  private static func checkBackup(
    of table: PartitionTable, _ source: any ByteSource, _ report: inout DiskInspection
  ) throws {
    guard let backup = table.backupSector, source.size >= table.sectorSize else { return }
    let last = try source.read(at: source.size - table.sectorSize, count: 8)
    if ByteFields(last).has("EFI PART", at: 0) { return }
    let sectors = source.size / table.sectorSize
    if backup >= sectors {
      report.add(
        .warning, "the second GPT header belongs into sector \(backup), the file has \(sectors): it is probably cut",
        hint: "copy the disk again")
      return
    }
    let there = try source.read(at: backup * table.sectorSize, count: 8)
    if ByteFields(there).has("EFI PART", at: 0) {
      report.add(
        .hint, "the second GPT header stands in sector \(backup), not in the last: the disk was enlarged",
        hint: "sgdisk -e moves it to the end")
    } else {
      report.add(
        .warning, "the second GPT header is missing: the file is probably cut or was not written to its end",
        hint: "copy the disk again, or repair it with sgdisk -e")
    }
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}
