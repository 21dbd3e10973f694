import CLuaHost

/// A task's cancellation flag, which a cancellation handler sets from any thread.
final class CancelFlag: Sendable {
  // Only the atomic functions of C touch what it points to.
  nonisolated(unsafe) let pointer: OpaquePointer

  /// What it is set with; kept, since C looks at it.
  private let parent: CancelFlag?

  /// - Parameter parent: Another flag that counts as this one.
  init?(parent: CancelFlag? = nil) {
    guard let pointer = clh_flag_new(parent?.pointer) else { return nil }
    self.pointer = pointer
    self.parent = parent
  }

  deinit { clh_flag_free(pointer) }

  func set() { clh_flag_set(pointer) }
  var isSet: Bool { clh_flag_is_set(pointer) }
}
