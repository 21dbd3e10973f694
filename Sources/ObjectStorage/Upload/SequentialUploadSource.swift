/// A source that makes its bytes in ascending order, such as a conversion under way.
///
/// Its small parts are held in memory until the store has them. Large ones are sent while they are made; when one of those
/// fails, the source is opened again at the checkpoint where the part begins.
public protocol SequentialUploadSource: UploadSource {
  /// Begins to give bytes behind the last of the checkpoints, or from the first byte when there are none.
  ///
  /// `checkpoints` are what ``UploadStream/checkpoint()`` gave, in order and without gaps: the first before any byte,
  /// each other one at the end of a part. So each need only say what is new since the one before. They may come from an
  /// earlier run, killed at any time, whose source had the same fingerprint.
  ///
  /// At most one stream of a source is open at a time.
  func open(after checkpoints: [[UInt8]]) async throws -> any UploadStream

  /// Whether its bytes come once, so that no later run gets them again: an upload of it that does not succeed is given up at
  /// the store.
  ///
  /// Such a source holds a large part in memory while it is made, so there are fewer small ones in front of less large ones.
  var comesOnce: Bool { get }
}

extension SequentialUploadSource {
  public var comesOnce: Bool { false }
}
