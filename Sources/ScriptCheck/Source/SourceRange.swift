/// A stretch of a source, in bytes from its beginning.
struct SourceRange: Hashable, Sendable {
  var start: Int
  /// The first byte behind it.
  var end: Int

  init(_ start: Int, _ end: Int) {
    self.start = start
    self.end = end
  }

  /// From the beginning of this one to the end of the other.
  func to(_ other: SourceRange) -> SourceRange { SourceRange(start, max(end, other.end)) }
}
