/// Ends a search that has come to its limits.
struct SystemSearchStop: Error {
  /// Which limit, as the end of a sentence.
  let reason: String
}
