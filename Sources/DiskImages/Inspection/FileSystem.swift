/// A file system, or what else fills a partition, as its superblock tells.
struct FileSystem: Equatable {
  /// `ext4`, `xfs`, `ntfs`, `swap`, `lvm`, `luks`, `bitlocker`, …
  var name: String
  var label = ""
  /// Bytes it reckons with; nil where it does not tell, or is spread over several disks.
  var size: UInt64?
  /// What is not as it should be, as the end of a sentence that begins with the name.
  var trouble: String?

  /// Whether the content can be read with a key only.
  var isEncrypted: Bool { name == "luks" || name == "bitlocker" }
}
