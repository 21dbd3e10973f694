/// A first-in-first-out queue of jobs.
struct TokenQueue: Sendable {
  private var items: [(id: String, token: Int)] = []
  private var head = 0

  var first: (id: String, token: Int)? { head < items.count ? items[head] : nil }

  /// How many are in it; some may have ended meanwhile.
  var count: Int { items.count - head }

  mutating func append(_ id: String, _ token: Int) { items.append((id, token)) }

  mutating func removeFirst() {
    head += 1
    guard head > 64, head * 2 > items.count else { return }
    items.removeFirst(head)
    head = 0
  }
}
