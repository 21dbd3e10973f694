/// A file, directory or link in a guest's file system.
struct GuestNode {
  enum Kind: Equatable {
    case directory, file, link, other
  }

  var id: UInt64
  /// The tree the number belongs to, where a file system has several.
  var tree: UInt64 = 0
  var kind: Kind
  var size: UInt64
  /// The inode as it stands on the disk.
  var inode = ByteFields([])

  /// What a mode's upper bits say.
  static func kind(mode: UInt16) -> Kind {
    switch mode & 0xF000 {
    case 0x4000: .directory
    case 0x8000: .file
    case 0xA000: .link
    default: .other
    }
  }
}
