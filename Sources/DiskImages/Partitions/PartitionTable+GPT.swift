extension PartitionTable {
  /// Bytes of a table of entries that are read; one of the usual kind has 16 KiB.
  private static let longestTable: UInt64 = 131_072

  /// Reads the table that the header at the start describes; false where it is damaged and the second one is not.
  mutating func readGPT(_ disk: any ByteSource, _ header: GPTHeader, mbr: [MBREntry]?) throws -> Bool {
    if !header.isIntact, try readBackup(disk, mbr: mbr, sector: header.sectorSize) { return true }
    scheme = .gpt
    sectorSize = header.sectorSize
    backupSector = header.otherSector
    if !header.isIntact {
      add(.warning, "the GPT header's checksum does not fit", hint: "check the disk with sgdisk -v")
    }
    try readEntries(disk, header)
    judge(mbr)
    return true
  }

  /// Reads the table through the header in the last sector; false where none is or it is damaged, too.
  mutating func readBackup(_ disk: any ByteSource, mbr: [MBREntry]?, sector: UInt64? = nil) throws -> Bool {
    for size in sector.map({ [$0] }) ?? [512, 4096] where disk.size >= 4 * size {
      let last = disk.size / size - 1
      let bytes: [UInt8]
      do {
        bytes = try disk.read(at: last * size, count: 512)
      } catch is OutOfReach {
        continue
      }
      let header = GPTHeader(bytes, sector: size, at: last)
      guard ByteFields(bytes).has("EFI PART", at: 0), header.isIntact else { continue }
      scheme = .gpt
      sectorSize = size
      add(
        .warning, "the first GPT header is missing or damaged; the second one, in the last sector, is whole",
        hint: "restore it with sgdisk or gdisk: the disk may not boot")
      try readEntries(disk, header)
      judge(mbr)
      return true
    }
    return false
  }

  private mutating func readEntries(_ disk: any ByteSource, _ header: GPTHeader) throws {
    guard let length = header.tableLength else {
      add(
        .warning,
        "a GPT of \(header.entryCount) entries of \(header.entryLength) bytes at sector "
          + "\(header.entriesSector), expected 128 of 128 bytes")
      return
    }
    let table: ByteFields
    do {
      table = ByteFields(
        try disk.read(at: header.entriesSector * header.sectorSize, count: Int(min(length, Self.longestTable))))
    } catch is OutOfReach {
      return
    }
    if UInt64(table.count) == length, GPTHeader.crc32(table.bytes) != header.entriesChecksum {
      add(.warning, "the checksum of the GPT's entries does not fit", hint: "check the disk with sgdisk -v")
    }
    let entryLength = Int(header.entryLength)
    for number in 0..<Int(header.entryCount) where partitions.count < Self.mostPartitions {
      let place = number * entryLength
      guard place + 128 <= table.count else { break }
      let type = table.slice(place, 16)
      guard type.contains(where: { $0 != 0 }) else { continue }
      let (first, last) = (table.little64(place + 32), table.little64(place + 40))
      guard last >= first, last < 1 << 48 else {
        add(.warning, "partition \(number + 1) goes from sector \(first) to \(last), which makes no sense")
        continue
      }
      partitions.append(
        DiskPartition(
          number: number + 1, offset: first * sectorSize, length: (last - first + 1) * sectorSize,
          type: Self.guid(type), name: Self.label(table.slice(place + 56, 72))))
    }
  }

  /// What the MBR in front of a GPT says.
  private mutating func judge(_ mbr: [MBREntry]?) {
    guard let mbr, mbr.contains(where: { $0.type == 0xEE }) else {
      add(
        .warning, "no protective MBR in front of the GPT: many tools will not see the GPT",
        hint: "repair it with sgdisk")
      return
    }
    let others = mbr.filter { $0.type != 0 && $0.type != 0xEE }.count
    if others > 0 {
      add(.hint, "a hybrid MBR: \(others) of the partitions stand in it as well")
    }
  }

  private static func label(_ bytes: [UInt8]) -> String {
    let fields = ByteFields(bytes)
    let units = stride(from: 0, to: bytes.count - 1, by: 2).map { fields.little16($0) }.prefix { $0 != 0 }
    return DiskInspector.printable(String(decoding: units, as: UTF16.self))
  }
}
