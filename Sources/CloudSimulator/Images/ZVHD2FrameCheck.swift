import DiskImages

/// Reads the header of every frame of a ZVHD2 file and compares it with index and bitmap, without unpacking anything.
struct ZVHD2FrameCheck {
  let source: any ByteSource
  let header: ZVHD2Header
  /// Blocks that have a frame by the bitmap, ascending.
  let storedBlocks: [UInt32]

  private static let entryLength = 16
  private static let headerLength = 48
  private static let prefix = Array("hwstream bg\0".utf8)
  /// Index entries read at a time.
  private static let chunk = 32768

  /// - Throws: `DiskImageError` of kind `corrupt` that names the first frame that does not fit.
  func run() throws {
    var number = 0
    while number < storedBlocks.count {
      let count = min(Self.chunk, storedBlocks.count - number)
      try check(number..<(number + count))
      number += count
    }
  }

  private func check(_ numbers: Range<Int>) throws {
    // An index with entries for zero blocks is in the order of the disk, the usual one in the order of the frames.
    let places = numbers.map { header.indexHoldsZeroBlocks ? Int(storedBlocks[$0]) : $0 }
    guard let first = places.first, let last = places.last else { return }
    let table = try source.read(
      at: header.indexPosition + UInt64(first * Self.entryLength), count: (last - first + 1) * Self.entryLength)
    for (number, place) in zip(numbers, places) {
      let start = (place - first) * Self.entryLength
      guard table.count >= start + Self.entryLength else {
        throw DiskImageError(.corrupt, "the index ends before entry \(place)")
      }
      let offset = UInt64(little(table, start, 8))
      let length = UInt64(little(table, start + 12, 4))
      try checkFrame(at: offset, length: length, block: storedBlocks[number])
    }
  }

  private func checkFrame(at offset: UInt64, length: UInt64, block: UInt32) throws {
    let head = try source.read(at: offset, count: Self.headerLength)
    guard head.count == Self.headerLength, Array(head.prefix(12)) == Self.prefix else {
      throw DiskImageError(
        .corrupt, "no frame at offset \(offset), where the index puts block \(block): expected 'hwstream bg'")
    }
    let payload = UInt64(little(head, 12, 4))
    let found = UInt32(little(head, 16, 4))
    guard found == block else {
      throw DiskImageError(
        .corrupt, "the frame at offset \(offset) holds block \(found), the bitmap expects block \(block)")
    }
    guard payload > 0, UInt64(Self.headerLength) + payload <= length, offset + length <= source.size else {
      throw DiskImageError(
        .corrupt, "the frame of block \(block) claims \(payload) bytes of data, its index entry has room for \(length)")
    }
  }

  private func little(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> UInt64 {
    (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
  }
}
