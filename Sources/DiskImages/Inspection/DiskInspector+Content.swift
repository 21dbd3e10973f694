extension DiskInspector {
  /// Adds what the disk itself tells: partitions, file systems, how it seems to boot.
  ///
  /// `disk` is the disk, not the file: for ZVHD2 a source that unpacks its blocks. What it cannot give cheaply is left
  /// out; where it is damaged, that is a finding.
  static func describeContent(_ disk: any ByteSource, _ report: inout DiskInspection) throws {
    guard let table = try attempt(&report, { try PartitionTable(disk) }) else { return }
    report.partitionTable = table.scheme?.rawValue
    report.partitions = table.partitions
    report.firmwareHint = table.firmwareHint
    guard let scheme = table.scheme else {
      try describeWholeDisk(disk, &report)
      return
    }
    let kind = scheme == .gpt ? "GPT" : "MBR"
    report.add(.hint, "\(kind) partition table with \(count(table.partitions.count, "partition"))")
    report.findings += table.findings
    if table.sectorSize != 512 {
      report.note("sector_size", table.sectorSize)
      report.add(
        .warning,
        "the partition table is made for sectors of \(table.sectorSize) bytes: a disk with the usual 512 shows none of it",
        hint: "make the image from a disk with sectors of 512 bytes")
    }
    describeFirmware(table, &report)
    judgePlaces(table, disk.size, &report)
    try probePartitions(disk, &report)
    if scheme == .gpt { _ = try attempt(&report) { try checkBackup(of: table, disk) }.map { report.findings += $0 } }
  }

  /// Runs a look into the disk that may fail: bytes out of reach give nil, damage gives nil and a finding.
  static func attempt<Result>(_ report: inout DiskInspection, _ look: () throws -> Result) throws -> Result? {
    do {
      return try look()
    } catch is OutOfReach {
      return nil
    } catch let error as DiskImageError where [.corrupt, .truncated, .unsupported].contains(error.kind) {
      let finding = DiskFinding(.warning, error.message, hint: error.hint)
      if !report.findings.contains(finding) { report.findings.append(finding) }
      return nil
    }
  }

  private static func describeWholeDisk(_ disk: any ByteSource, _ report: inout DiskInspection) throws {
    if let found = try attempt(&report, { try FileSystemProbe.probe(disk, at: 0) }), let found {
      report.fileSystem = found.name
      let label = found.label.isEmpty ? "" : " '\(found.label)'"
      report.add(.hint, "no partition table: the whole disk holds \(found.name)\(label)", hint: "fine for a data disk")
      judge(found, "the disk", length: disk.size, &report)
      return
    }
    guard let head = try attempt(&report, { try disk.read(at: 0, count: FileSystemProbe.headLength) }) else { return }
    if head.allSatisfy({ $0 == 0 }) {
      report.add(.hint, "the disk begins with zeros: neither a partition table nor a file system is there")
    } else {
      report.add(.hint, "neither a partition table nor a known file system is there")
    }
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
      if !table.hasBootCode {
        report.add(.hint, "there is no code in the boot sector, so BIOS will not start the disk")
      }
    }
  }

  /// Partitions that reach over the end of the disk or into each other.
  private static func judgePlaces(_ table: PartitionTable, _ size: UInt64, _ report: inout DiskInspection) {
    for partition in table.partitions where partition.type != "0xEE" && partition.end > size {
      report.add(
        .warning,
        "partition \(partition.number) ends at byte \(partition.end), the disk has \(size): the image is probably cut",
        hint: "copy or convert the disk again")
    }
    let real = table.partitions.filter { !$0.isExtended && $0.type != "0xEE" && $0.length > 0 }
    let sorted = real.sorted { $0.offset < $1.offset }
    for (left, right) in zip(sorted, sorted.dropFirst()) where left.end > right.offset {
      report.add(.warning, "partitions \(left.number) and \(right.number) overlap", hint: "repair the partition table")
    }
  }

  private static func probePartitions(_ disk: any ByteSource, _ report: inout DiskInspection) throws {
    // Each look is a round trip where the file is far away, so only the first few partitions are looked at.
    for index in report.partitions.indices.prefix(disk.isDistant ? 8 : 64) {
      let partition = report.partitions[index]
      guard partition.length >= 4096, partition.offset > 0, partition.offset < disk.size, !partition.isExtended,
        partition.type != "0xEE",
        let found = try attempt(&report, { try FileSystemProbe.probe(disk, at: partition.offset) }), let found
      else { continue }
      report.partitions[index].fileSystem = found.name
      report.partitions[index].label = found.label
      judge(found, "partition \(partition.number)", length: partition.length, &report)
    }
  }

  private static func judge(
    _ found: FileSystem, _ place: String, length: UInt64, _ report: inout DiskInspection
  ) {
    if let size = found.size, size > length {
      report.add(
        .warning,
        "the \(found.name) in \(place) has \(size) bytes, more than the \(length) that are there: "
          + "the image is probably cut", hint: "copy or convert the disk again")
    }
    if let trouble = found.trouble {
      report.add(.hint, "the \(found.name) in \(place) \(trouble)", hint: "check it before the image is used widely")
    }
    if found.isEncrypted {
      report.add(.hint, "\(place) is encrypted (\(found.name)): a machine asks for the key when it starts")
    }
  }

  /// What is wrong with the second header of a GPT that was read by its first.
  private static func checkBackup(of table: PartitionTable, _ disk: any ByteSource) throws -> [DiskFinding] {
    let sector = table.sectorSize
    guard let backup = table.backupSector, disk.size >= sector else { return [] }
    let sectors = disk.size / sector
    let last = try disk.read(at: (sectors - 1) * sector, count: 8)
    if ByteFields(last).has("EFI PART", at: 0) { return [] }
    if backup >= sectors {
      return [
        DiskFinding(
          .warning, "the second GPT header belongs into sector \(backup), the disk has \(sectors): it is probably cut",
          hint: "copy the disk again")
      ]
    }
    if ByteFields(try disk.read(at: backup * sector, count: 8)).has("EFI PART", at: 0) {
      return [
        DiskFinding(
          .hint, "the second GPT header stands in sector \(backup), not in the last: the disk was enlarged",
          hint: "sgdisk -e moves it to the end")
      ]
    }
    return [
      DiskFinding(
        .warning, "the second GPT header is missing: the file is probably cut or was not written to its end",
        hint: "copy the disk again, or repair it with sgdisk -e")
    ]
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}
