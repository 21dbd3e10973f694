/// A binary heap of things that fall due, the earliest first; equal moments in the order of insertion.
struct DueHeap<Item: Sendable>: Sendable {
  private var entries: [(due: Duration, order: UInt64, item: Item)] = []
  private var inserted: UInt64 = 0

  var isEmpty: Bool { entries.isEmpty }
  var count: Int { entries.count }

  /// The earliest moment and what falls due then.
  var first: (due: Duration, item: Item)? { entries.first.map { ($0.due, $0.item) } }

  mutating func insert(_ item: Item, due: Duration) {
    inserted += 1
    entries.append((due, inserted, item))
    var child = entries.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard isBefore(child, parent) else { return }
      entries.swapAt(child, parent)
      child = parent
    }
  }

  mutating func popFirst() -> (due: Duration, item: Item)? {
    guard let first = entries.first else { return nil }
    let last = entries.removeLast()
    if !entries.isEmpty {
      entries[0] = last
      sink(0)
    }
    return (first.due, first.item)
  }

  private mutating func sink(_ start: Int) {
    var parent = start
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count && isBefore(child, least) {
        least = child
      }
      if least == parent { return }
      entries.swapAt(parent, least)
      parent = least
    }
  }

  private func isBefore(_ left: Int, _ right: Int) -> Bool {
    (entries[left].due, entries[left].order) < (entries[right].due, entries[right].order)
  }
}
