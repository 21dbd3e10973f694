/// One thing that goes wrong in a local cloud: what, and when.
public struct Fault: Sendable, Hashable {
  public var effect: FaultEffect
  public var match: FaultMatch

  /// A fault; without kinds of calls the match takes those that are usual for the effect.
  public init(_ effect: FaultEffect, _ match: FaultMatch = FaultMatch()) {
    self.effect = effect
    self.match = match
    if match.calls.isEmpty { self.match.calls = effect.usualCalls }
  }
}
