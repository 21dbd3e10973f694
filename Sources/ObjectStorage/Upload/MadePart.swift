/// The next part of a source that makes them in order.
struct MadePart: Sendable {
  var part: UploadPart
  /// Its bytes; nil for one that is so large that it is sent while it is made.
  var bytes: [UInt8]?
  /// Where the source stands behind it, when the bytes are there.
  var checkpoint: [UInt8]?
}
