/// btrfs on one device, without its log of changes that were not yet in its trees.
struct BtrfsFileSystem: GuestFileSystem {
  /// Where the superblock stands.
  private static let superblock: UInt64 = 65536
  private static let mostChunks = 8192

  /// The types of items that are looked for.
  enum Item {
    static let inode: UInt8 = 1
    static let entry: UInt8 = 84
    static let extent: UInt8 = 108
    static let root: UInt8 = 132
    static let chunk: UInt8 = 228
  }

  /// A stretch of the address space and where its one copy that is read stands.
  struct Chunk {
    var start: UInt64
    var length: UInt64
    var place: UInt64
  }

  let volume: GuestVolume
  let nodeSize: Int
  let sectorSize: Int
  private(set) var chunks: [Chunk] = []
  private let rootTree: UInt64
  private let rootDirectory: UInt64

  /// Nil where no btrfs begins; throws `unsupported` or `corrupt` where one does that cannot be read.
  init?(_ volume: GuestVolume) throws {
    guard volume.size >= Self.superblock + 4096 else { return nil }
    let head = ByteFields(try volume.read(at: Self.superblock, count: 4096))
    guard head.has("_BHRfS_M", at: 64) else { return nil }
    self.volume = volume
    nodeSize = Int(head.little32(148))
    sectorSize = Int(head.little32(144))
    rootTree = head.little64(80)
    rootDirectory = head.little64(128)
    guard (4096...65536).contains(nodeSize), nodeSize.nonzeroBitCount == 1, (4096...65536).contains(sectorSize) else {
      throw DiskImageError(.corrupt, "the superblock of a btrfs makes no sense")
    }
    guard head.little64(136) == 1 else {
      throw DiskImageError(.unsupported, "a btrfs on \(head.little64(136)) devices")
    }
    let device = head.little64(201)
    // The first chunks stand in the superblock, so that the tree of all can be found.
    let length = Int(min(head.little32(160), 2048))
    var entry = 811
    while entry + 17 + 48 <= 811 + length {
      let item = ByteFields(head.slice(entry + 17, 811 + length - entry - 17))
      add(item, start: head.little64(entry + 9), device)
      entry += 17 + 48 + 32 * Int(item.little16(44))
    }
    let first = BtrfsKey(id: 256, type: Item.chunk, offset: 0)
    var found = chunks
    try visit(tree: head.little64(88), from: first) { key, item in
      guard key.type == Item.chunk, found.count < Self.mostChunks else { return false }
      if let chunk = Self.chunk(item, start: key.offset, device) { found.append(chunk) }
      return true
    }
    chunks = found
  }

  private mutating func add(_ item: ByteFields, start: UInt64, _ device: UInt64) {
    if let chunk = Self.chunk(item, start: start, device) { chunks.append(chunk) }
  }

  /// A chunk that lies in one piece, perhaps with copies; nil for one that is spread.
  private static func chunk(_ item: ByteFields, start: UInt64, _ device: UInt64) -> Chunk? {
    let length = item.little64(0)
    let isSpread = item.little64(24) & 0x1C8 != 0
    guard !isSpread, length > 0, length < 1 << 50 else { return nil }
    for stripe in 0..<Int(min(item.little16(44), 16)) where item.little64(48 + 32 * stripe) == device {
      return Chunk(start: start, length: length, place: item.little64(56 + 32 * stripe))
    }
    return nil
  }

  /// Bytes of the address space.
  func read(_ address: UInt64, count: Int) throws -> [UInt8] {
    guard let chunk = chunks.first(where: { address >= $0.start && address - $0.start < $0.length }) else {
      throw DiskImageError(.corrupt, "a btrfs names the address \(address), of which it has no chunk")
    }
    let skip = address - chunk.start
    guard UInt64(count) <= chunk.length - skip, let place = chunk.place.adding(skip) else {
      throw DiskImageError(.corrupt, "a btrfs names bytes at \(address) that reach over the end of their chunk")
    }
    return try volume.read(at: place, count: count)
  }

  // MARK: Roots

  func root() throws -> GuestNode {
    guard let first = try roots().first else { throw DiskImageError(.corrupt, "a btrfs without a tree of files") }
    return first
  }

  /// The directories that may be a system's root: of the default subvolume, and of those that installers call so.
  func roots() throws -> [GuestNode] {
    var found: [GuestNode] = []
    if let chosen = try entry(Array("default".utf8), directory: rootDirectory, tree: rootTree),
      let node = try subvolume(chosen)
    {
      found.append(node)
    }
    if let top = try subvolume(5) {
      if !found.contains(where: { $0.tree == top.tree }) { found.append(top) }
      let tree = try GuestTree(self, root: top)
      for name in ["/@", "/root", "/@rootfs", "/@/.snapshots/1/snapshot"] {
        if let node = try tree.find(name), node.kind == .directory { found.append(node) }
      }
    }
    return found
  }

  /// The directory at the top of a subvolume.
  func subvolume(_ id: UInt64) throws -> GuestNode? {
    let first = BtrfsKey(id: id, type: Item.root, offset: 0)
    var place: (tree: UInt64, directory: UInt64)?
    try visit(tree: rootTree, from: first) { key, item in
      guard key.id == id, key.type == Item.root else { return false }
      place = (item.little64(176), item.little64(168))
      return true
    }
    guard let place else { return nil }
    return try node(place.directory, tree: place.tree)
  }

  func node(_ id: UInt64, tree: UInt64) throws -> GuestNode? {
    var found: GuestNode?
    try visit(tree: tree, from: BtrfsKey(id: id, type: Item.inode, offset: 0)) { key, item in
      if key.id == id, key.type == Item.inode {
        let kind = GuestNode.kind(mode: UInt16(truncatingIfNeeded: item.little32(52)))
        found = GuestNode(id: id, tree: tree, kind: kind, size: item.little64(16))
      }
      return false
    }
    return found
  }
}
