import CloudAccess

/// A request that a cassette has no answer to.
public struct ReplayMismatch: Sendable, Hashable {
  public var request: RecordedRequest
  /// The recorded one that is most like it; nil where nothing was recorded.
  public var nearest: RecordedExchange?
  /// How often the same was recorded, all of it used by now; 0 where it never was.
  public var count: Int

  /// One sentence about the request.
  public var message: String {
    if count > 0 {
      return "The cassette has no more answers to \(request.shown): it was sent "
        + (count == 1 ? "once" : "\(count) times") + " in the recorded run."
    }
    return "The cassette has no answer to \(request.shown)."
  }

  /// What it differs in from what was recorded.
  public var hint: String {
    guard let nearest else { return "nothing of the kind was recorded" }
    if count > 0 { return "the last one is in line \(nearest.line)" }
    let differences = RequestDifference.between(nearest.request, request)
    let shown = differences.prefix(4).map(\.description).joined(separator: "; ")
    let more = differences.count > 4 ? "; and \(differences.count - 4) more" : ""
    return "the nearest recorded request is \(nearest.request.shown) in line \(nearest.line): \(shown)\(more)"
  }
}
