/// Recognises file systems by their superblocks.
enum FileSystemProbe {
  /// Bytes from the start of a partition that are enough for every file system known here.
  static let length = 69632

  /// The file system that begins with `bytes`, nil where none is recognised.
  static func name(of bytes: ByteFields) -> String? {
    if bytes.has([0x53, 0xEF], at: 1080) { return "ext" }
    if bytes.has("XFSB", at: 0) { return "xfs" }
    if bytes.has("_BHRfS_M", at: 65600) { return "btrfs" }
    if bytes.has("NTFS    ", at: 3) { return "ntfs" }
    if bytes.has("FAT32   ", at: 82) || bytes.has("FAT16   ", at: 54) || bytes.has("FAT12   ", at: 54) { return "fat" }
    if bytes.has("SWAPSPACE2", at: 4086) { return "swap" }
    if bytes.has("LABELONE", at: 512) { return "lvm" }
    if bytes.has([0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE], at: 0) { return "luks" }
    return nil
  }
}
