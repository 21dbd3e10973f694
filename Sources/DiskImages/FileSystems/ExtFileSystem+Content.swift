extension ExtFileSystem {
  private static let usesExtents: UInt32 = 0x80000
  private static let isInline: UInt32 = 0x1000_0000
  private static let isEncrypted: UInt32 = 0x800
  /// Where the inode's own 60 bytes for places or content stand.
  private static let ownPlace = 40
  private static let ownLength = 60

  /// Blocks in a row; without `first` they are a hole.
  struct Run {
    var first: UInt64?
    var count: UInt64
  }

  func content(of node: GuestNode, limit: Int) throws -> [UInt8] {
    let flags = node.inode.little32(32)
    guard flags & Self.isEncrypted == 0 else {
      throw DiskImageError(.unsupported, "a file is encrypted by its file system")
    }
    let length = Int(min(node.size, UInt64(max(0, limit))))
    if flags & Self.isInline != 0 { return Array(inline(node).joined().prefix(length)) }
    if node.kind == .link, node.size < UInt64(Self.ownLength), flags & Self.usesExtents == 0 {
      return node.inode.slice(Self.ownPlace, length)
    }
    return try read(node, at: 0, count: length)
  }

  /// Bytes of a node that has blocks, from the start of one of them.
  func read(_ node: GuestNode, at block: UInt64, count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var place = block
    while bytes.count < count {
      try volume.reader.step()
      let rest = UInt64(count - bytes.count)
      let run = try run(of: node, from: place)
      let blocks = min(max(1, run.count), rest.dividedUp(by: blockSize))
      let length = Int(min(rest, blocks * blockSize))
      if let first = run.first {
        bytes += try volume.read(block: first, of: blockSize, count: length)
      } else {
        bytes += [UInt8](repeating: 0, count: length)
      }
      place += blocks
    }
    return bytes
  }

  /// What stands in the inode itself: in place of its blocks, and for what does not fit there in an attribute.
  func inline(_ node: GuestNode) -> [[UInt8]] {
    let inode = node.inode
    let start = 128 + Int(inode.little16(128))
    var parts = [inode.slice(Self.ownPlace, Self.ownLength)]
    guard inode.count > 132, inode.little32(start) == 0xEA02_0000 else { return parts }
    let first = start + 4
    var entry = first
    while entry + 16 <= inode.count, inode.little32(entry) != 0 {
      let nameLength = Int(inode[entry])
      if inode[entry + 1] == 7, inode.has("data", at: entry + 16), nameLength == 4 {
        parts.append(inode.slice(first + Int(inode.little16(entry + 2)), Int(inode.little32(entry + 8))))
        break
      }
      entry += 16 + (nameLength + 3) / 4 * 4
    }
    return parts
  }

  func isInline(_ node: GuestNode) -> Bool { node.inode.little32(32) & Self.isInline != 0 }

  /// Where the blocks from `block` on stand.
  private func run(of node: GuestNode, from block: UInt64) throws -> Run {
    node.inode.little32(32) & Self.usesExtents != 0
      ? try extent(ByteFields(node.inode.slice(Self.ownPlace, Self.ownLength)), block)
      : try mapped(node.inode, block)
  }

  // MARK: Extents

  private func extent(_ top: ByteFields, _ block: UInt64) throws -> Run {
    var table = top
    var depth = table.little16(6)
    // Where the table's part of the file ends.
    var end = UInt64(UInt32.max) + 1
    guard depth <= 5 else { throw Self.damagedTree }
    while true {
      guard table.little16(0) == 0xF30A, table.little16(6) == depth else { throw Self.damagedTree }
      let entries = min(Int(table.little16(2)), (table.count - 12) / 12)
      if depth == 0 { return leaf(table, entries, block, end: end) }
      // The last entry that does not begin behind the block.
      var place = 12
      for entry in 0..<entries {
        let start = UInt64(table.little32(12 + 12 * entry))
        if start > block {
          if entry > 0 { end = min(end, start) }
          break
        }
        place = 12 + 12 * entry
      }
      guard entries > 0 else { return Run(first: nil, count: 1) }
      let child = UInt64(table.little32(place + 4)) | UInt64(table.little16(place + 8)) << 32
      table = ByteFields(try volume.read(block: child, of: blockSize, count: Int(blockSize)))
      depth -= 1
    }
  }

  private func leaf(_ table: ByteFields, _ entries: Int, _ block: UInt64, end: UInt64) -> Run {
    var next = end
    for entry in 0..<entries {
      let place = 12 + 12 * entry
      let start = UInt64(table.little32(place))
      let raw = UInt64(table.little16(place + 4))
      // Longer ones are reserved, but not written: they read as zeros.
      let count = raw > 32768 ? raw - 32768 : raw
      if block >= start, block - start < count {
        let first = UInt64(table.little32(place + 8)) | UInt64(table.little16(place + 6)) << 32
        let skip = block - start
        return Run(first: raw > 32768 ? nil : first + skip, count: count - skip)
      }
      if start > block { next = min(next, start) }
    }
    return Run(first: nil, count: next > block ? next - block : 1)
  }

  private static var damagedTree: DiskImageError {
    DiskImageError(.corrupt, "the tree of extents of an ext file is damaged")
  }

  // MARK: Block maps

  private func mapped(_ inode: ByteFields, _ block: UInt64) throws -> Run {
    if block < 12 { return Self.single(UInt64(inode.little32(Self.ownPlace + 4 * Int(block)))) }
    let perBlock = blockSize / 4
    var index = block - 12
    var span = perBlock
    for level in 0..<3 {
      if index < span {
        return try indirect(UInt64(inode.little32(Self.ownPlace + 48 + 4 * level)), index, level: level, perBlock)
      }
      index -= span
      span *= perBlock
    }
    throw DiskImageError(.corrupt, "an ext file has more blocks than its map can hold")
  }

  private func indirect(_ table: UInt64, _ index: UInt64, level: Int, _ perBlock: UInt64) throws -> Run {
    var (block, index) = (table, index)
    for level in stride(from: level, through: 0, by: -1) {
      guard block != 0 else { return Run(first: nil, count: 1) }
      var span: UInt64 = 1
      for _ in 0..<level { span *= perBlock }
      let entry = ByteFields(try volume.read(block: block, of: blockSize, skip: index / span * 4, count: 4))
      block = UInt64(entry.little32(0))
      index %= span
    }
    return Self.single(block)
  }

  private static func single(_ block: UInt64) -> Run { Run(first: block == 0 ? nil : block, count: 1) }
}
