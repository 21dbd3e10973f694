/// XFS, versions 4 and 5, without its journal.
struct XFSFileSystem: GuestFileSystem {
  /// How a fork of an inode keeps its content.
  enum ForkFormat: UInt8 {
    case device = 0
    case local, extents, tree
  }

  let volume: GuestVolume
  let blockSize: UInt64
  let directoryBlockSize: UInt64
  /// Whether entries of directories say what they name.
  let hasFileTypes: Bool
  let isFifth: Bool
  private let superblock: ByteFields
  private let inodeSize: UInt64

  /// Nil where no XFS begins; throws `unsupported` or `corrupt` where one does that cannot be read.
  init?(_ volume: GuestVolume) throws {
    guard volume.size >= 4096 else { return nil }
    superblock = ByteFields(try volume.read(at: 0, count: 512))
    guard superblock.has("XFSB", at: 0) else { return nil }
    self.volume = volume
    blockSize = UInt64(superblock.big32(4))
    inodeSize = UInt64(superblock.big16(104))
    let version = superblock.big16(100) & 0xF
    isFifth = version == 5
    let shift = superblock[192]
    guard (512...65536).contains(blockSize), blockSize.nonzeroBitCount == 1, (256...2048).contains(inodeSize),
      inodeSize.nonzeroBitCount == 1, inodeSize <= blockSize, shift <= 7, blockSize << UInt64(shift) <= 65536,
      superblock[123] <= 8, superblock[124] <= 40, 1 << UInt64(superblock[123]) == blockSize / inodeSize
    else { throw DiskImageError(.corrupt, "the superblock of an XFS makes no sense") }
    guard version == 4 || version == 5 else {
      throw DiskImageError(.unsupported, "XFS version \(version), expected 4 or 5")
    }
    directoryBlockSize = blockSize << UInt64(shift)
    hasFileTypes = isFifth ? superblock.big32(216) & 1 != 0 : superblock.big32(200) & 0x200 != 0
  }

  func root() throws -> GuestNode { try node(superblock.big64(56)) }

  /// The inode of that number, in which stands where it is.
  func node(_ number: UInt64) throws -> GuestNode {
    let perBlock = UInt64(superblock[123])
    let inGroup = UInt64(superblock[124]) + perBlock
    let block = (number & (1 << inGroup - 1)) >> perBlock
    let place = try self.place(group: number >> inGroup, block: block)
    let fields = ByteFields(
      try volume.read(
        block: place, of: blockSize, skip: (number & (1 << perBlock - 1)) * inodeSize, count: Int(inodeSize)))
    guard fields.has("IN", at: 0) else { throw DiskImageError(.corrupt, "there is no XFS inode \(number)") }
    return GuestNode(
      id: number, kind: GuestNode.kind(mode: fields.big16(2)), size: fields.big64(56), inode: fields)
  }

  /// The block on the volume that a number with its group in the upper bits stands for.
  func place(_ block: UInt64) throws -> UInt64 {
    let bits = UInt64(superblock[124])
    return try place(group: block >> bits, block: block & (1 << bits - 1))
  }

  private func place(group: UInt64, block: UInt64) throws -> UInt64 {
    let length = UInt64(superblock.big32(84))
    let (start, overflow) = group.multipliedReportingOverflow(by: length)
    guard group < UInt64(superblock.big32(88)), !overflow, let place = start.adding(block) else {
      throw DiskImageError(.corrupt, "an XFS names group \(group), it has \(superblock.big32(88))")
    }
    return place
  }

  /// The part of an inode that holds its content, or tells where it is.
  func fork(of node: GuestNode) -> (format: ForkFormat?, bytes: ByteFields) {
    let start = node.inode[4] >= 3 ? 176 : 100
    let room = max(0, node.inode.count - start)
    let own = Int(node.inode[82]) * 8
    return (
      ForkFormat(rawValue: node.inode[5]), ByteFields(node.inode.slice(start, own == 0 ? room : min(room, own)))
    )
  }

  func lookUp(_ name: [UInt8], in directory: GuestNode) throws -> GuestNode? {
    guard directory.kind == .directory else { return nil }
    let fork = fork(of: directory)
    let found =
      fork.format == .local ? findInShort(name, fork.bytes) : try findInBlocks(name, directory)
    return try found.map(node)
  }

  func content(of node: GuestNode, limit: Int) throws -> [UInt8] {
    let length = Int(min(node.size, UInt64(max(0, limit))))
    let fork = fork(of: node)
    if fork.format == .local { return fork.bytes.slice(0, length) }
    let isHeaded = node.kind == .link && isFifth
    var bytes: [UInt8] = []
    var place: UInt64 = 0
    for extent in try extents(of: node) where bytes.count < length {
      if extent.start > place {
        let gap = min((extent.start - place).multipliedReportingOverflow(by: blockSize).partialValue, UInt64(length))
        bytes += [UInt8](repeating: 0, count: min(length - bytes.count, Int(gap)))
      }
      let rest = UInt64(max(0, length - bytes.count))
      for index in 0..<min(extent.count, rest.dividedUp(by: blockSize - (isHeaded ? 56 : 0))) {
        // Each block of a long link's target has a header of its own.
        let skip: UInt64 = isHeaded ? 56 : 0
        let count = min(blockSize - skip, UInt64(max(0, length - bytes.count)))
        if count == 0 { break }
        bytes +=
          extent.isUnwritten
          ? [UInt8](repeating: 0, count: Int(count))
          : try volume.read(block: self.place(extent.block) &+ index, of: blockSize, skip: skip, count: Int(count))
      }
      place = extent.start + extent.count
    }
    if bytes.count < length { bytes += [UInt8](repeating: 0, count: length - bytes.count) }
    return Array(bytes.prefix(length))
  }
}
