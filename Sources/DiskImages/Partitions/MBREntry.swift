/// One of the four entries of a master boot record, or of the records in front of logical partitions.
struct MBREntry: Equatable {
  var status: UInt8
  var type: UInt8
  /// In sectors of 512 bytes, from the start of the disk or, for logical partitions, from another record.
  var start: UInt64
  var length: UInt64

  var isActive: Bool { status == 0x80 }
  var isExtended: Bool { [0x05, 0x0F, 0x85].contains(type) }

  var typeText: String {
    let text = String(type, radix: 16, uppercase: true)
    return "0x" + (text.count == 1 ? "0" : "") + text
  }

  /// Whether the entry cannot be one of a disk of `size` bytes.
  func isImplausible(_ size: UInt64) -> Bool {
    type != 0 && (start == 0 || length == 0 || (start + length) * 512 > size)
  }

  func partition(_ number: Int, base: UInt64 = 0) -> DiskPartition {
    var partition = DiskPartition(
      number: number, offset: (base + start) * 512, length: length * 512, type: typeText)
    partition.isActive = isActive
    return partition
  }

  /// The four entries of the record at the start of `head`; nil where none is.
  ///
  /// A boot sector of a file system has the same end mark, but code or text where the entries would be.
  static func entries(in head: ByteFields) -> [MBREntry]? {
    guard head.has([0x55, 0xAA], at: 510) else { return nil }
    let entries = (0..<4).map { number in
      let offset = 446 + 16 * number
      return MBREntry(
        status: head[offset], type: head[offset + 4], start: UInt64(head.little32(offset + 8)),
        length: UInt64(head.little32(offset + 12)))
    }
    guard entries.allSatisfy({ $0.status & 0x7F == 0 }), entries.contains(where: { $0.type != 0 }) else { return nil }
    return entries
  }
}
