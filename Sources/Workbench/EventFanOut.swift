import ImageImport

/// Gives every event to several sinks, in their order.
public struct EventFanOut: ImportEventSink {
  private let sinks: [any ImportEventSink]

  public init(_ sinks: [any ImportEventSink]) {
    self.sinks = sinks
  }

  public func emit(_ event: ImportEvent) {
    for sink in sinks { sink.emit(event) }
  }
}
