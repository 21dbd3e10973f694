/// Turns signals into calls on an ordinary thread for as long as it lives.
///
/// Traps stack: the youngest one for a signal gets it, and cancelling it gives the signal back to the one before, or to what the
/// process did by itself.
public final class SignalTrap: Sendable {
  public enum Signal: Int32, Sendable, CaseIterable {
    case hangup = 1
    case interrupt = 2
    case user1 = 10
    case user2 = 12
    case terminate = 15
    case continued = 18
    case windowChange = 28
  }

  private let id: UInt64

  /// `handler` runs on a serial queue of its own, never inside the signal handler, so it may do anything but block for long.
  public init(_ signals: [Signal], handler: @escaping @Sendable (Signal) -> Void) {
    id = SignalRouter.shared.add(signals, handler)
  }

  deinit {
    SignalRouter.shared.remove(id)
  }

  /// Ends the trap now; the same as letting go of it. May be called again.
  public func cancel() {
    SignalRouter.shared.remove(id)
  }
}
