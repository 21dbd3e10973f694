/// Knows values that only the world outside knows, such as buckets, files and job ids.
public protocol CompletionSource: Sendable {
  /// Values for a slot that begin with what is typed, in the order to show; empty when none are known or they cannot be had.
  ///
  /// It may take its time: whoever asks waits for a second at most, and asks again at the next Tab. It never throws and writes
  /// nothing, since it is asked in the middle of a line.
  func values(for slot: CompletionSlot) async -> [String]
}
