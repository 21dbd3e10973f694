extension XFSFileSystem {
  /// Stretches of one file that are looked at; the directories and texts that are read here have a few.
  private static let mostExtents = 4096

  struct Extent {
    /// The block in the file it begins at.
    var start: UInt64
    /// Its first block, with the group in the upper bits.
    var block: UInt64
    var count: UInt64
    var isUnwritten: Bool

    init(_ fields: ByteFields, at offset: Int) {
      let (high, low) = (fields.big64(offset), fields.big64(offset + 8))
      isUnwritten = high >> 63 != 0
      start = (high << 1) >> 10
      block = (high & 0x1FF) << 43 | low >> 21
      count = low & 0x1F_FFFF
    }
  }

  /// Where a node's content stands, in its order.
  func extents(of node: GuestNode) throws -> [Extent] {
    let fork = fork(of: node)
    switch fork.format {
    case .extents:
      // Newer file systems count in a field of eight bytes.
      let isWide = node.inode[4] >= 3 && node.inode.big64(120) & 0x10 != 0
      let count = isWide ? node.inode.big64(24) : UInt64(node.inode.big32(76))
      return (0..<Int(min(count, UInt64(fork.bytes.count / 16)))).map { Extent(fork.bytes, at: 16 * $0) }
    case .tree:
      var found: [Extent] = []
      let pointers = 4 + (fork.bytes.count - 4) / 16 * 8
      try children(
        fork.bytes, count: Int(fork.bytes.big16(2)), pointers: pointers, level: fork.bytes.big16(0), &found)
      return found
    default: throw DiskImageError(.corrupt, "an XFS inode keeps its content in no known way")
    }
  }

  private func children(
    _ block: ByteFields, count: Int, pointers: Int, level: UInt16, _ found: inout [Extent]
  ) throws {
    guard (1...9).contains(level) else { throw Self.damagedTree }
    for index in 0..<min(count, max(0, block.count - pointers) / 8) {
      try volume.reader.step()
      guard found.count < Self.mostExtents else { throw Self.damagedTree }
      let child = ByteFields(
        try volume.read(block: place(block.big64(pointers + 8 * index)), of: blockSize, count: Int(blockSize)))
      let header = isFifth ? 72 : 24
      guard child.has(isFifth ? "BMA3" : "BMAP", at: 0), child.big16(4) == level - 1 else { throw Self.damagedTree }
      let entries = Int(child.big16(6))
      if level > 1 {
        let place = header + (child.count - header) / 16 * 8
        try children(child, count: entries, pointers: place, level: level - 1, &found)
      } else {
        let most = max(0, child.count - header) / 16
        found += (0..<min(entries, most)).map { Extent(child, at: header + 16 * $0) }
      }
    }
  }

  private static var damagedTree: DiskImageError {
    DiskImageError(.corrupt, "the tree of extents of an XFS file is damaged")
  }
}
