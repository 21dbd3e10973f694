/// Lets so many in at a time; the rest queue up in their order, each holding little more than a continuation.
///
/// It knows nothing of cancellation: a cancelled task gets its turn like any other, and what it does then ends at once.
actor Turnstile {
  private var room: Int
  private var queue: [CheckedContinuation<Void, Never>] = []
  private var head = 0

  init(room: Int) { self.room = room }

  /// Returns when there is room; ``leave()`` must follow.
  func enter() async {
    if room > 0 {
      room -= 1
      return
    }
    await withCheckedContinuation { queue.append($0) }
  }

  func leave() {
    guard head < queue.count else {
      queue = []
      head = 0
      room += 1
      return
    }
    head += 1
    queue[head - 1].resume()
    guard head > 64, head * 2 > queue.count else { return }
    queue.removeFirst(head)
    head = 0
  }
}
