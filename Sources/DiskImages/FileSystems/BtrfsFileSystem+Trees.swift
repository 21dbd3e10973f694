extension BtrfsFileSystem {
  private static let header = 101
  private static let deepest = 8

  /// Gives the items from a key on in their order, until `body` returns false.
  func visit(tree: UInt64, from first: BtrfsKey, _ body: (BtrfsKey, ByteFields) throws -> Bool) throws {
    _ = try visit(node: tree, level: nil, from: first, body)
  }

  private func visit(
    node address: UInt64, level: UInt8?, from first: BtrfsKey, _ body: (BtrfsKey, ByteFields) throws -> Bool
  ) throws -> Bool {
    try volume.reader.step()
    let node = ByteFields(try read(address, count: nodeSize))
    let own = node[100]
    guard node.little64(48) == address, own <= Self.deepest, level.map({ $0 == own }) ?? true else {
      throw DiskImageError(.corrupt, "a btrfs tree is damaged at the address \(address)")
    }
    let size = own == 0 ? 25 : 33
    let count = min(Int(node.little32(96)), (nodeSize - Self.header) / size)
    if own == 0 {
      for index in 0..<count {
        let place = Self.header + size * index
        let key = BtrfsKey(node, at: place)
        if key < first { continue }
        let (offset, length) = (Int(node.little32(place + 17)), Int(node.little32(place + 21)))
        if try !body(key, ByteFields(node.slice(Self.header + offset, length))) { return false }
      }
      return true
    }
    for index in 0..<count {
      let place = Self.header + size * index
      // A child ends where the next one begins.
      if index + 1 < count, BtrfsKey(node, at: place + size) <= first { continue }
      if try !visit(node: node.little64(place + 17), level: own - 1, from: first, body) { return false }
    }
    return true
  }

  // MARK: Directories

  func lookUp(_ name: [UInt8], in directory: GuestNode) throws -> GuestNode? {
    guard directory.kind == .directory,
      let (id, isSubvolume) = try location(name, directory: directory.id, tree: directory.tree)
    else { return nil }
    return isSubvolume ? try subvolume(id) : try node(id, tree: directory.tree)
  }

  /// The number that an entry names.
  func entry(_ name: [UInt8], directory: UInt64, tree: UInt64) throws -> UInt64? {
    try location(name, directory: directory, tree: tree)?.id
  }

  private func location(
    _ name: [UInt8], directory: UInt64, tree: UInt64
  ) throws -> (id: UInt64, isSubvolume: Bool)? {
    let wanted = BtrfsKey(id: directory, type: Item.entry, offset: UInt64(Self.hash(name)))
    var found: (id: UInt64, isSubvolume: Bool)?
    try visit(tree: tree, from: wanted) { key, item in
      guard key == wanted else { return false }
      // Names with the same hash stand in one item.
      var place = 0
      while place + 30 <= item.count, found == nil {
        let length = Int(item.little16(place + 27))
        if length == name.count, item.has(name, at: place + 30) {
          found = (item.little64(place), item[place + 8] == Item.root)
        }
        place += 30 + length + Int(item.little16(place + 25))
      }
      return false
    }
    return found
  }

  /// The hash of a name: the Castagnoli checksum, begun and left as Linux does.
  static func hash(_ name: [UInt8]) -> UInt32 {
    name.reduce(UInt32.max - 1) { value, byte in
      (0..<8).reduce(value ^ UInt32(byte)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x82F6_3B78 }
    }
  }
}
