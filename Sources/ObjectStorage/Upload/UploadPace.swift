/// How many parts may be under way at an endpoint, and how soon the next: one for all parts of an upload, since a store that
/// is too busy for one is too busy for all.
///
/// It begins with one, goes up by one when as many have succeeded as are under way, and down by half at trouble, which also
/// stops new parts for a while: the same rule by which TCP shares a line.
struct UploadPace: Sendable, Hashable {
  /// The most that may be under way at any time.
  let ceiling: Int
  /// The upper bound of the first pause after trouble; it doubles with each further trouble in a row.
  let base: Duration
  /// The longest pause, unless the store asks for more.
  let longest: Duration

  /// How many may be under way now.
  private(set) var limit = 1
  /// Nothing is begun before this moment.
  private(set) var notBefore = Duration.zero
  private var successes = 0
  private var troubles = 0
  private var lastTrouble: Duration?

  init(ceiling: Int, base: Duration = .milliseconds(500), longest: Duration = .seconds(30)) {
    self.ceiling = max(1, ceiling)
    self.base = base
    self.longest = longest
  }

  /// A part that was begun at that moment is stored. With `mayGrow` false a limit of the user's decides the speed, and more
  /// at a time would only be more to lose.
  mutating func succeeded(begun: Duration, mayGrow: Bool = true) {
    // What was begun before the trouble says nothing about how things are since.
    if let lastTrouble, begun < lastTrouble { return }
    troubles = 0
    guard mayGrow else { return }
    successes += 1
    if successes >= limit, limit < ceiling {
      limit += 1
      successes = 0
    }
  }

  /// The store was too busy for a part begun at that moment, or did not answer. `random` is in 0..<1.
  mutating func troubled(begun: Duration, now: Duration, retryAfter: Duration?, random: Double) {
    if let retryAfter { notBefore = max(notBefore, now + retryAfter) }
    // Parts that were under way together fail together: that is one trouble.
    if let lastTrouble, begun < lastTrouble { return }
    lastTrouble = now
    limit = max(1, limit / 2)
    successes = 0
    let doubled = min(base * (1 << min(troubles, 16)), longest)
    troubles += 1
    notBefore = max(notBefore, now + doubled * (0.5 + random / 2))
  }
}
