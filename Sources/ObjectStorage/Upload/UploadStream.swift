/// The bytes of a ``SequentialUploadSource`` as they are made. Its functions are called one at a time.
public protocol UploadStream: Sendable {
  /// The next bytes, `limit` at most, and none only at the end of the source.
  func next(upTo limit: Int) async throws -> [UInt8]

  /// Where the stream stands, behind all bytes it has given; stored with the part that ends here.
  ///
  /// Called once before the first ``next(upTo:)`` of a source opened without checkpoints, then at the end of each part,
  /// which may lie anywhere in what the source thinks of as a unit. Must hold no secrets.
  func checkpoint() async throws -> [UInt8]

  /// The stream is needed no more, whether it has come to its end or not.
  func close() async
}
