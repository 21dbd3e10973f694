/// Where the bytes of an upload come from; it is either a ``RandomAccessUploadSource`` or a ``SequentialUploadSource``.
public protocol UploadSource: Sendable {
  /// What to call it in messages, such as the path of a file.
  var name: String { get }

  /// A text that stands for the bytes: with the same text a later run must get the same bytes, or parts that are stored
  /// already would be mixed with others.
  ///
  /// It is kept in the upload's record and must hold no secrets.
  var fingerprint: String { get }

  /// The exact number of bytes, where it is known before they are made.
  var size: UInt64? { get }

  /// No more bytes than this will come; the sizes of the parts are chosen for it, since there may be 10,000 at most.
  ///
  /// An upload whose source gives more fails.
  var sizeBound: UInt64 { get }

  /// Throws when the bytes are no longer those of the fingerprint; called before the upload is completed.
  func checkUnchanged() throws
}

extension UploadSource {
  public func checkUnchanged() throws {}
}
