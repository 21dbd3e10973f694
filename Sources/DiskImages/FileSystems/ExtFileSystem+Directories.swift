extension ExtFileSystem {
  /// Bytes of a directory that are gone through; a hundred thousand names take three million.
  private static let longest: UInt64 = 16 << 20

  /// Goes through the entries one after the other, in a directory with a hash tree as well: its blocks look empty to it.
  func lookUp(_ name: [UInt8], in directory: GuestNode) throws -> GuestNode? {
    guard directory.kind == .directory else { return nil }
    if isInline(directory) {
      for (number, part) in inline(directory).enumerated() {
        // In front of the first entries stands the number of the parent.
        if let found = find(name, ByteFields(number == 0 ? Array(part.dropFirst(4)) : part)) { return try node(found) }
      }
      return nil
    }
    let length = min(directory.size, Self.longest)
    let chunk = max(1, 32768 / blockSize)
    var block: UInt64 = 0
    while block * blockSize < length {
      let count = min(chunk * blockSize, length - block * blockSize)
      let bytes = try read(directory, at: block, count: Int(count))
      for start in stride(from: 0, to: bytes.count, by: Int(blockSize)) {
        let fields = ByteFields(Array(bytes[start..<min(start + Int(blockSize), bytes.count)]))
        if let found = find(name, fields) { return try node(found) }
      }
      block += chunk
    }
    return nil
  }

  /// The inode of the entry of that name among those of one block.
  private func find(_ name: [UInt8], _ block: ByteFields) -> UInt32? {
    var entry = 0
    while entry + 8 <= block.count {
      let stored = Int(block.little16(entry + 4))
      // A block of 64 KiB in one entry does not fit the field.
      let length = stored == 0xFFFF || stored == 0 && block.count == 65536 ? 65536 : stored
      guard length >= 8, length % 4 == 0, length <= block.count - entry else { return nil }
      let nameLength = hasFileTypes ? Int(block[entry + 6]) : Int(block.little16(entry + 6))
      let inode = block.little32(entry)
      if inode != 0, nameLength == name.count, nameLength <= length - 8, block.has(name, at: entry + 8) {
        return inode
      }
      entry += length
    }
    return nil
  }
}
