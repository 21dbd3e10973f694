/// ext2, ext3 and ext4, without their journal.
struct ExtFileSystem: GuestFileSystem {
  private static let compressed: UInt32 = 0x1
  private static let journalDevice: UInt32 = 0x8
  private static let metaGroups: UInt32 = 0x10
  private static let sixtyFourBits: UInt32 = 0x80

  let volume: GuestVolume
  let blockSize: UInt64
  let hasFileTypes: Bool
  private let superblock: ByteFields
  private let inodeSize: UInt64

  /// Nil where no such file system begins; throws `unsupported` or `corrupt` where one does that cannot be read.
  init?(_ volume: GuestVolume) throws {
    guard volume.size >= 2048 else { return nil }
    superblock = ByteFields(try volume.read(at: 1024, count: 1024))
    guard superblock.little16(56) == 0xEF53 else { return nil }
    self.volume = volume
    let shift = superblock.little32(24)
    let isFirst = superblock.little32(76) == 0
    let inode = isFirst ? 128 : UInt64(superblock.little16(88))
    guard shift <= 6, inode >= 128, inode <= 1024 << UInt64(shift), superblock.little32(40) > 0,
      superblock.little32(32) > 0
    else { throw DiskImageError(.corrupt, "the superblock of an ext file system makes no sense") }
    blockSize = 1024 << UInt64(shift)
    inodeSize = inode
    hasFileTypes = superblock.little32(96) & 2 != 0
    guard superblock.little32(96) & (Self.compressed | Self.journalDevice) == 0 else {
      throw DiskImageError(.unsupported, "an ext file system that is compressed, or holds a journal only")
    }
  }

  func root() throws -> GuestNode { try node(2) }

  /// The inode of that number.
  func node(_ number: UInt32) throws -> GuestNode {
    let perGroup = superblock.little32(40)
    guard number > 0, number <= superblock.little32(0) else {
      throw DiskImageError(.corrupt, "an ext file system names inode \(number), it has \(superblock.little32(0))")
    }
    let (group, index) = (number - 1).quotientAndRemainder(dividingBy: perGroup)
    let table = try inodeTable(of: UInt64(group))
    let fields = ByteFields(
      try volume.read(block: table, of: blockSize, skip: UInt64(index) * inodeSize, count: Int(inodeSize)))
    let size = UInt64(fields.little32(4)) | UInt64(fields.little32(108)) << 32
    return GuestNode(id: UInt64(number), kind: GuestNode.kind(mode: fields.little16(0)), size: size, inode: fields)
  }

  /// The first block of a group's table of inodes.
  private func inodeTable(of group: UInt64) throws -> UInt64 {
    let isWide = superblock.little32(96) & Self.sixtyFourBits != 0
    let length = isWide ? max(32, UInt64(superblock.little16(254))) : 32
    guard length <= blockSize else { throw DiskImageError(.corrupt, "group descriptors of \(length) bytes") }
    let perBlock = blockSize / length
    let descriptor = try volume.read(
      block: descriptorBlock(group / perBlock, perBlock), of: blockSize, skip: group % perBlock * length,
      count: Int(length))
    let fields = ByteFields(descriptor)
    return UInt64(fields.little32(8)) | (length >= 64 ? UInt64(fields.little32(40)) << 32 : 0)
  }

  /// Where a block of descriptors stands: all behind the superblock, or each in the groups that it describes.
  private func descriptorBlock(_ number: UInt64, _ perBlock: UInt64) -> UInt64 {
    guard superblock.little32(96) & Self.metaGroups != 0, number >= UInt64(superblock.little32(260)) else {
      return (blockSize == 1024 ? 2 : 1) + number
    }
    let first = UInt64(superblock.little32(20))
    let group = number.multipliedReportingOverflow(by: perBlock).partialValue
    let start = group.multipliedReportingOverflow(by: UInt64(superblock.little32(32))).partialValue
    return (start.adding(first) ?? .max - 1) + (hasSuperblock(group) ? 1 : 0)
  }

  /// Whether a copy of the superblock stands at the start of a group.
  private func hasSuperblock(_ group: UInt64) -> Bool {
    guard superblock.little32(100) & 1 != 0, group > 1 else { return true }
    for base: UInt64 in [3, 5, 7] {
      var power = base
      while power < group, power < 1 << 48 { power *= base }
      if power == group { return true }
    }
    return false
  }
}
