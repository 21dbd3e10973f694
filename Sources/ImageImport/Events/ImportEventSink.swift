/// Takes the events of imports: the terminal renders them, `--output json` prints one object each.
public protocol ImportEventSink: Sendable {
  /// Called from any task, in the order in which the events of one import happen; returns quickly.
  func emit(_ event: ImportEvent)
}

/// Drops every event.
public struct NoEvents: ImportEventSink {
  public init() {}
  public func emit(_ event: ImportEvent) {}
}
