import CloudAccess
import Synchronization

/// Gives every import of a run a span, so that its events can be told from those of others.
///
/// An import begins with its validation, before it has a record or a job; later events name one of these or its request. As the first of
/// the sinks this notes what belongs together; whoever shows an event asks for its ids.
public final class ImportTrace: ImportEventSink {
  private struct State {
    /// Spans by what names an import: record, job, request, name.
    var spans: [String: UInt64] = [:]
    /// How often a request has begun.
    var turns: [String: Int] = [:]

    /// The span of the first key that has one.
    func known(_ keys: [String]) -> UInt64? {
      for key in keys { if let span = spans[key] { return span } }
      return nil
    }
  }

  public let context: TraceContext
  private let state = Mutex(State())

  public init(_ context: TraceContext) { self.context = context }

  /// The ids for an event as members of a JSON object; those of the run where it is about no single import.
  public func members(for event: ImportEvent) -> [String: JSONValue] {
    guard let span = span(of: event) else { return context.members }
    return TraceContext(traceID: context.traceID, spanID: span, parentSpanID: context.spanID).members
  }

  /// The ids for the record of an import that begins now; the events that name the record have them, too.
  func context(of record: String, _ request: ImportRequest) -> TraceContext {
    let keys = ["record \(record)"] + Self.keys(request: request).prefix(1)
    let span = state.withLock { state in
      let span = state.known(keys) ?? made(keys[0], 0)
      state.spans[keys[0]] = span
      return span
    }
    return TraceContext(traceID: context.traceID, spanID: TraceContext.hex(span), parentSpanID: context.spanID)
  }

  /// The span of the import that an event is about, 16 hexadecimal digits; nil where it is about none.
  func span(of event: ImportEvent) -> String? {
    let keys = Self.keys(of: event)
    guard !keys.isEmpty else { return nil }
    let span = state.withLock { $0.known(keys) } ?? made(keys[0], 0)
    return TraceContext.hex(span)
  }

  public func emit(_ event: ImportEvent) {
    let keys = Self.keys(of: event)
    guard let first = keys.first else { return }
    state.withLock { state in
      let span: UInt64
      if case .validated = event {
        // The same request again is another import, or another try.
        span = made(first, state.turns[first, default: 0])
        state.turns[first, default: 0] += 1
        for key in keys { state.spans[key] = span }
      } else {
        span = state.known(keys) ?? made(first, 0)
        for key in keys where state.spans[key] == nil { state.spans[key] = span }
      }
    }
  }

  /// The same in every run of the same trace, so that a replay has the ids of what it replays.
  private func made(_ key: String, _ turn: Int) -> UInt64 {
    let text = "\(context.traceID) \(context.spanID) \(key) \(turn)"
    let digits = Fingerprint.sha256(Array(text.utf8)).prefix(16)
    return max(1, UInt64(digits, radix: 16) ?? 1)
  }

  /// What names the import of an event, the surest first; empty where it is about none.
  private static func keys(of event: ImportEvent) -> [String] {
    switch event {
    case .validated(let request, _), .preflighted(let request, _): keys(request: request)
    case .submitted(let job), .attached(let job), .adopted(let job, _), .progress(let job, _), .warning(let job, _):
      keys(job)
    case .degraded(let job, _, _, _): job.map(keys) ?? []
    case .settling(let name, let record, _, _): ["record \(record)"] + (name.map { ["name \($0)"] } ?? [])
    case .waiting(let name, _, _): name.map { ["name \($0)"] } ?? []
    case .succeeded(let result): keys(result.reference)
    case .failed(let error), .detached(let error):
      (error.recordID.map { ["record \($0)"] } ?? []) + (error.job.map(keys) ?? [])
        + (error.job == nil ? error.request.map(keys(request:)) ?? [] : [])
    case .recovered, .batchBegan, .batchEnded: []
    }
  }

  private static func keys(_ job: JobReference) -> [String] {
    var keys = job.recordID.map { ["record \($0)"] } ?? []
    if !job.id.isEmpty { keys.append("job \(job.id)") }
    // An import that is known needs no hash of its request.
    if let request = job.request { keys += self.keys(request: request) }
    return keys
  }

  private static func keys(request: ImportRequest) -> [String] {
    ["request \(Fingerprint.sha256(Array(request.jsonValue.serialized().utf8)))"]
      + (request.name.map { ["name \($0)"] } ?? [])
  }
}
