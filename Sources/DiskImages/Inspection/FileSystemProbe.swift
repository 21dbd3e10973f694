/// Recognises file systems by their superblocks.
enum FileSystemProbe {
  /// Bytes from the start of a partition that most superblocks lie in.
  static let headLength = 20480
  /// Where btrfs has its superblock.
  private static let btrfsOffset: UInt64 = 65536

  /// What begins at `offset` of a disk; nil where nothing is recognised.
  static func probe(_ disk: any ByteSource, at offset: UInt64) throws -> FileSystem? {
    let head = ByteFields(try disk.read(at: offset, count: offset == 0 ? headLength : 8192))
    if let found = recognise(head) { return found }
    guard let place = offset.adding(btrfsOffset) else { return nil }
    let far = ByteFields(try disk.read(at: place, count: 1024))
    guard far.has("_BHRfS_M", at: 64) else { return nil }
    return FileSystem(name: "btrfs", label: DiskInspector.text(far.slice(299, 256)))
  }

  /// The file system whose boot sector stands at the start: such have the end mark of an MBR.
  static func bootSector(_ head: ByteFields) throws -> FileSystem? {
    ntfs(head) ?? fat(head)
  }

  private static func recognise(_ head: ByteFields) -> FileSystem? {
    if head.has([0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE], at: 0) {
      return FileSystem(name: "luks", label: head.big16(6) == 2 ? DiskInspector.text(head.slice(24, 48)) : "")
    }
    return ext(head) ?? xfs(head) ?? ntfs(head) ?? lvm(head) ?? raid(head) ?? swap(head) ?? others(head) ?? fat(head)
  }

  private static func ext(_ head: ByteFields) -> FileSystem? {
    guard head.little16(1080) == 0xEF53 else { return nil }
    let (compatible, incompatible, readOnly) = (head.little32(1116), head.little32(1120), head.little32(1124))
    // Extents, 64 bits, flexible groups, inline data or checksums came with ext4, the journal with ext3.
    let isFourth = incompatible & 0x82C0 != 0 || readOnly & 0x0478 != 0
    var found = FileSystem(name: isFourth ? "ext4" : compatible & 4 != 0 ? "ext3" : "ext2")
    found.label = DiskInspector.text(head.slice(1144, 16))
    let shift = head.little32(1048)
    let blocks = UInt64(head.little32(1028)) | (incompatible & 0x80 != 0 ? UInt64(head.little32(1360)) << 32 : 0)
    if shift <= 6, blocks < 1 << 46 { found.size = blocks << (10 + UInt64(shift)) }
    if head.little16(1082) & 2 != 0 {
      found.trouble = "has noted errors"
    } else if incompatible & 4 != 0 {
      found.trouble = "was not unmounted: its journal has to be replayed"
    }
    return found
  }

  private static func xfs(_ head: ByteFields) -> FileSystem? {
    guard head.has("XFSB", at: 0) else { return nil }
    let (size, overflow) = head.big64(8).multipliedReportingOverflow(by: UInt64(head.big32(4)))
    return FileSystem(name: "xfs", label: DiskInspector.text(head.slice(108, 12)), size: overflow ? nil : size)
  }

  private static func ntfs(_ head: ByteFields) -> FileSystem? {
    if head.has("-FVE-FS-", at: 3) { return FileSystem(name: "bitlocker") }
    if head.has("EXFAT   ", at: 3) { return FileSystem(name: "exfat") }
    if head.has("ReFS\0\0\0\0", at: 3) { return FileSystem(name: "refs") }
    guard head.has("NTFS    ", at: 3) else { return nil }
    let (size, overflow) = head.little64(40).multipliedReportingOverflow(by: UInt64(head.little16(11)))
    return FileSystem(name: "ntfs", size: overflow ? nil : size)
  }

  private static func fat(_ head: ByteFields) -> FileSystem? {
    let isLarge = head.has("FAT32   ", at: 82)
    guard isLarge || head.has("FAT16   ", at: 54) || head.has("FAT12   ", at: 54) else { return nil }
    let label = DiskInspector.text(head.slice(isLarge ? 71 : 43, 11))
    let sectors = head.little16(19) == 0 ? UInt64(head.little32(32)) : UInt64(head.little16(19))
    return FileSystem(
      name: "fat", label: label == "NO NAME" ? "" : label, size: sectors * UInt64(head.little16(11)))
  }

  private static func lvm(_ head: ByteFields) -> FileSystem? {
    for sector in 0..<4 where head.has("LABELONE", at: 512 * sector) && head.has("LVM2 001", at: 512 * sector + 24) {
      return FileSystem(name: "lvm")
    }
    return nil
  }

  private static func raid(_ head: ByteFields) -> FileSystem? {
    for place in [0, 4096] where head.little32(place) == 0xA92B_4EFC && head.little32(place + 4) == 1 {
      return FileSystem(name: "mdraid", label: DiskInspector.text(head.slice(place + 32, 32)))
    }
    return nil
  }

  private static func swap(_ head: ByteFields) -> FileSystem? {
    guard head.has("SWAPSPACE2", at: 4086) else { return nil }
    return FileSystem(
      name: "swap", label: DiskInspector.text(head.slice(1052, 16)), size: (UInt64(head.little32(1028)) + 1) * 4096)
  }

  private static func others(_ head: ByteFields) -> FileSystem? {
    if head.little32(1024) == 0xF2F5_2010 { return FileSystem(name: "f2fs") }
    if head.has("hsqs", at: 0) { return FileSystem(name: "squashfs", size: head.little64(40).roundedUp(to: 4096)) }
    if head.has("H+", at: 1024) || head.has("HX", at: 1024) { return FileSystem(name: "hfs+") }
    if head.has("NXSB", at: 32) { return FileSystem(name: "apfs") }
    return nil
  }
}
