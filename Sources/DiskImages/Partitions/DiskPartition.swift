/// One entry of a partition table.
public struct DiskPartition: Sendable, Hashable {
  /// Number of the partition as Linux counts: its place in the table from 1; logical partitions of an MBR from 5.
  public var number: Int
  /// Byte offset on the disk.
  public var offset: UInt64
  /// Length in bytes.
  public var length: UInt64
  /// `0x83` for an entry of an MBR, the type's UUID in upper case for one of a GPT.
  public var type: String
  /// The name of a GPT entry; empty elsewhere.
  public var name: String
  /// `ext4`, `xfs`, `ntfs`, `swap`, `lvm`, `luks`, …; nil where none was recognised or none was looked for.
  public var fileSystem: String?
  /// The label in the file system; empty where it has none.
  public var label = ""
  /// Whether an MBR marks the partition as the one to boot from.
  public var isActive = false

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

  /// What the type stands for, such as `Linux filesystem`; nil for types that are rare.
  public var typeName: String? { Self.typeNames[type] }

  /// Whether the entry is the container of an MBR's logical partitions.
  var isExtended: Bool { ["0x05", "0x0F", "0x85"].contains(type) }

  /// Where the partition ends; the highest number where the table's numbers make no sense.
  var end: UInt64 { offset.adding(length) ?? .max }

  private static let typeNames = [
    "0x01": "FAT12", "0x04": "FAT16", "0x05": "extended", "0x06": "FAT16", "0x07": "NTFS or exFAT", "0x0B": "FAT32",
    "0x0C": "FAT32", "0x0E": "FAT16", "0x0F": "extended", "0x27": "Windows recovery", "0x82": "Linux swap",
    "0x83": "Linux", "0x85": "extended", "0x8E": "Linux LVM", "0xA5": "FreeBSD", "0xA6": "OpenBSD", "0xA9": "NetBSD",
    "0xEE": "protective", "0xEF": "EFI system", "0xFD": "Linux RAID",
    "C12A7328-F81F-11D2-BA4B-00A0C93EC93B": "EFI system", "21686148-6449-6E6F-744E-656564454649": "BIOS boot",
    "0FC63DAF-8483-4772-8E79-3D69D8477DE4": "Linux filesystem", "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F": "Linux swap",
    "E6D6D379-F507-44C2-A23C-238F2A3DF928": "Linux LVM", "A19D880F-05FC-4D3B-A006-743F0F84911E": "Linux RAID",
    "44479540-F297-41B2-9AF7-D131D5F0458A": "Linux root (x86)",
    "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709": "Linux root (x86-64)",
    "B921B045-1DF0-41C3-AF44-4C6F280D3FAE": "Linux root (ARM64)", "933AC7E1-2EB4-4F13-B844-0E14E2AEF915": "Linux home",
    "BC13C2FF-59E6-4262-A352-B275FD6F7172": "Linux extended boot",
    "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7": "Microsoft basic data",
    "E3C9E316-0B5C-4DB8-817D-F92DF00215AE": "Microsoft reserved",
    "DE94BBA4-06D1-4D40-A16A-BFD50179D6AC": "Windows recovery",
    "9E1A2D38-C612-4316-AA26-8B49521E5A8B": "PowerPC PReP boot",
    "516E7CB6-6ECF-11D6-8FF8-00022D09712B": "FreeBSD UFS", "516E7CB4-6ECF-11D6-8FF8-00022D09712B": "FreeBSD",
    "516E7CBA-6ECF-11D6-8FF8-00022D09712B": "FreeBSD ZFS",
  ]
}
