/// Notes when what scripts wait for reaches them, or decides it: a run that is to be repeated exactly needs the same order of arrivals, since
/// all that scripts do follows from it.
public protocol LuaArrivals: Sendable {
  /// Something reaches the script now; told on the VM's thread, in the order in which scripts go on.
  func arrived(_ arrival: LuaArrival)

  /// Returns when something may reach the script; at once when the surrounding task is cancelled.
  func wait(for arrival: LuaArrival) async

  /// When a timer is due by the VM's clock, which computed `deadline`.
  func due(_ timer: UInt64, _ deadline: Duration) -> Duration
}

/// Something that a script has waited for. The numbers count from 1 in each VM and are the same in every run with the same arrivals.
public enum LuaArrival: Sendable, Hashable {
  /// The answer of a host function that was waited for.
  case answer(UInt64)
  /// The time of a sleep or a time limit is over.
  case timer(UInt64)
  /// A host function that is waited for calls a function of the script, for which it is the call of that number.
  case callback(UInt64, of: UInt64)
}
