/// One entry of a partition table.
public struct DiskPartition: Sendable, Hashable {
  /// Number of the entry in its table, from 1.
  public var number: Int
  /// Byte offset on the disk.
  public var offset: UInt64
  /// Length in bytes.
  public var length: UInt64
  /// `0x83` for an entry of an MBR, the type's UUID in upper case for one of a GPT.
  public var type: String
  /// The label of a GPT entry; empty elsewhere.
  public var name: String
  /// `ext`, `xfs`, `btrfs`, `ntfs`, `fat`, `swap`, `lvm`, `luks`; nil where none was recognised or none was looked for.
  public var fileSystem: String?

  public init(
    number: Int, offset: UInt64, length: UInt64, type: String, name: String = "", fileSystem: String? = nil
  ) {
    self.number = number
    self.offset = offset
    self.length = length
    self.type = type
    self.name = name
    self.fileSystem = fileSystem
  }

  /// Whether the entry is an EFI system partition.
  public var isEFISystem: Bool {
    type == "0xEF" || type == "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
  }
}
