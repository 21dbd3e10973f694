extension XFSFileSystem {
  /// Where the hashes of a directory begin, behind all of its entries.
  private static let hashes: UInt64 = 1 << 35
  /// Bytes of entries that are gone through.
  private static let longest: UInt64 = 16 << 20

  /// The inode of an entry in a directory that fits its own inode.
  func findInShort(_ name: [UInt8], _ fork: ByteFields) -> UInt64? {
    let isWide = fork[1] != 0
    let width = isWide ? 8 : 4
    var entry = 2 + width
    for _ in 0..<Int(isWide ? fork[1] : fork[0]) {
      guard entry + 3 <= fork.count else { return nil }
      let length = Int(fork[entry])
      let number = entry + 3 + length + (hasFileTypes ? 1 : 0)
      if length == name.count, fork.has(name, at: entry + 3) {
        return isWide ? fork.big64(number) : UInt64(fork.big32(number))
      }
      entry = number + width
    }
    return nil
  }

  /// The inode of an entry in a directory with blocks, which are gone through one after the other.
  func findInBlocks(_ name: [UInt8], _ directory: GuestNode) throws -> UInt64? {
    let perBlock = directoryBlockSize / blockSize
    let end = min(Self.hashes, Self.longest) / blockSize
    for extent in try extents(of: directory) where extent.start < end && !extent.isUnwritten {
      // A block of a directory may be of several blocks, which mostly lie in a row.
      var index: UInt64 = 0
      while index + perBlock <= extent.count, extent.start + index < end {
        try volume.reader.step()
        let block = ByteFields(
          try volume.read(
            block: place(extent.block) &+ index, of: blockSize, count: Int(directoryBlockSize)))
        if let found = find(name, block) { return found }
        index += perBlock
      }
    }
    return nil
  }

  private func find(_ name: [UInt8], _ block: ByteFields) -> UInt64? {
    let isWhole = block.has("XD2B", at: 0) || block.has("XDB3", at: 0)
    guard isWhole || block.has("XD2D", at: 0) || block.has("XDD3", at: 0) else { return nil }
    var end = block.count
    if isWhole {
      // In a directory of one block its hashes stand at the end.
      let entries = Int(min(block.big32(end - 8), UInt32(block.count / 8)))
      end = max(0, end - 8 - 8 * entries)
    }
    var entry = isFifth ? 64 : 16
    while entry + 12 <= end {
      if block.big16(entry) == 0xFFFF {
        let length = Int(block.big16(entry + 2))
        guard length >= 8, length % 8 == 0 else { return nil }
        entry += length
        continue
      }
      let length = Int(block[entry + 8])
      if length == name.count, block.has(name, at: entry + 9) { return block.big64(entry) }
      entry += (9 + length + (hasFileTypes ? 1 : 0) + 2 + 7) / 8 * 8
    }
    return nil
  }
}
