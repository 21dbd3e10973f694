import Synchronization

/// So many of something, and no more.
final class Budget: Sendable {
  private let left: Atomic<Int>

  init(_ count: Int) { left = Atomic(count) }

  /// Whether there was one left.
  func take() -> Bool { left.subtract(1, ordering: .relaxed).oldValue > 0 }
}
