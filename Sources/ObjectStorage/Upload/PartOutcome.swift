/// What a task of an upload came back with.
enum PartOutcome: Sendable {
  case stored(StoredPart, checkpoint: [UInt8]?)
  case failed(Int, ObjectStorageError)
  /// A part that was sent while it was made turned out to end the source, with so many bytes.
  case ended(Int, UInt64)
  /// The source has made a part, or has come to its end.
  case made(MadePart?)
  /// A pause is over.
  case due
}
