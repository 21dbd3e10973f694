/// A file inside an archive.
struct ArchiveMember: Equatable {
  var name: String
  /// Bytes of it when unpacked.
  var size: UInt64
  /// Where its bytes stand in the archive; nil where they are compressed.
  var offset: UInt64?
}
