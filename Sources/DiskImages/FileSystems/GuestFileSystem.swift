/// A file system that can be read: as little of it as finding a file by its path takes.
protocol GuestFileSystem {
  /// The directory at the top.
  func root() throws -> GuestNode
  /// The entry of that name; nil where there is none.
  func lookUp(_ name: [UInt8], in directory: GuestNode) throws -> GuestNode?
  /// The bytes of a file, or of a link's target, at most `limit` of them.
  func content(of node: GuestNode, limit: Int) throws -> [UInt8]
}
