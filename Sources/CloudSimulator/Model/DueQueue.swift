import Foundation

/// A binary heap of things that become due, earliest first, equal moments in the order they were added.
struct DueQueue<Element: Sendable>: Sendable {
  private struct Entry: Sendable {
    var due: Date
    var order: UInt64
    var element: Element

    func precedes(_ other: Entry) -> Bool {
      due == other.due ? order < other.order : due < other.due
    }
  }

  private var heap: [Entry] = []
  private var added: UInt64 = 0

  var isEmpty: Bool { heap.isEmpty }

  /// The moment the first element becomes due.
  var next: Date? { heap.first?.due }

  mutating func add(_ element: Element, due: Date) {
    heap.append(Entry(due: due, order: added, element: element))
    added += 1
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].precedes(heap[parent]) else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the first element when it is due at `now`.
  mutating func take(at now: Date) -> Element? {
    guard let first = heap.first, first.due <= now else { return nil }
    let last = heap.removeLast()
    guard !heap.isEmpty else { return first.element }
    heap[0] = last
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < heap.count else { break }
      let right = left + 1
      let child = right < heap.count && heap[right].precedes(heap[left]) ? right : left
      guard heap[child].precedes(heap[parent]) else { break }
      heap.swapAt(child, parent)
      parent = child
    }
    return first.element
  }
}
