extension PartitionTable {
  mutating func readMBR(_ disk: any ByteSource, _ entries: [MBREntry]) throws {
    for (number, entry) in entries.enumerated() where entry.type != 0 { partitions.append(entry.partition(number + 1)) }
    if entries.contains(where: { $0.type == 0xEE }) {
      add(.warning, "the MBR announces a GPT, but its header is missing", hint: "repair it with sgdisk")
    }
    if partitions.filter(\.isActive).count > 1 {
      add(.warning, "several partitions are marked as the one to boot from, expected one at most")
    }
    let extended = entries.filter(\.isExtended)
    if extended.count > 1 { add(.warning, "\(extended.count) extended partitions, expected one at most") }
    if let first = extended.first { try readLogical(disk, first) }
  }

  /// Follows the chain of records in an extended partition.
  ///
  /// Each is a read of its own, so far away fewer are looked at.
  private mutating func readLogical(_ disk: any ByteSource, _ extended: MBREntry) throws {
    let limit = disk.isDistant ? 8 : 128
    var number = 5
    var place = extended.start
    var seen: Set<UInt64> = []
    while number - 5 < limit {
      guard seen.insert(place).inserted else {
        add(.warning, "the chain of logical partitions runs in a circle at sector \(place)")
        return
      }
      let record: ByteFields
      do {
        record = ByteFields(try disk.read(at: place * 512, count: 512))
      } catch is OutOfReach {
        return
      }
      guard record.has([0x55, 0xAA], at: 510) else {
        add(.warning, "the chain of logical partitions breaks off at sector \(place)")
        return
      }
      let entries = (0..<2).map { index in
        let offset = 446 + 16 * index
        return MBREntry(
          status: record[offset], type: record[offset + 4], start: UInt64(record.little32(offset + 8)),
          length: UInt64(record.little32(offset + 12)))
      }
      if entries[0].type != 0 {
        partitions.append(entries[0].partition(number, base: place))
        number += 1
      }
      guard entries[1].isExtended, entries[1].start != 0 else { return }
      place = extended.start + entries[1].start
    }
    add(.hint, "only the first \(limit) logical partitions were looked at")
  }
}
