import CloudAccess
import Foundation
import ImageImport

/// `--output json`: every event as one JSON object on a line of standard output, with the API's own field names; in other forms of
/// data what `render` makes of it.
///
/// Each has `time`, by the session's clock, and the ids of its place in the trace: an import's own span, or the run's.
public struct JSONEventWriter: ImportEventSink {
  private let console: Console
  private let trace: ImportTrace?
  private let now: @Sendable () -> Date
  private let render: @Sendable (JSONValue) -> String

  /// Without a trace, events have no ids; `render` gives an event as text with its newline.
  public init(
    console: Console, trace: ImportTrace? = nil, now: @escaping @Sendable () -> Date = { Date() },
    render: @escaping @Sendable (JSONValue) -> String = { $0.serialized() + "\n" }
  ) {
    self.console = console
    self.trace = trace
    self.now = now
    self.render = render
  }

  public func emit(_ event: ImportEvent) {
    var members = event.json.objectValue ?? [:]
    if let trace { members.merge(trace.members(for: event)) { own, _ in own } }
    write(.object(members))
  }

  /// An error that ended the run: `{"event":"error", …}` with kind, message, place, hint.
  public func emit(_ report: ErrorReport) {
    write(report.json)
  }

  /// What a script printed: `{"event":"output","text":"…"}`, without the newline at the end.
  public func emit(output bytes: [UInt8]) {
    let text = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
    write(.object(["event": "output", "text": .string(String(decoding: text, as: UTF8.self))]))
  }

  /// The end of a run: `{"event":"finished","exit_status":0}`.
  public func emitFinished(_ status: ExitStatus) {
    write(.object(["event": "finished", "exit_status": .integer(Int64(status.code))]))
  }

  /// Any event on a line of its own or as a document, with what every event has; newlines inside strings are escaped by JSON itself.
  public func write(_ value: JSONValue) {
    guard var members = value.objectValue else { return console.write(Array(render(value).utf8)) }
    if members["time"] == nil { members["time"] = .string(Timestamp.iso8601(now(), milliseconds: true)) }
    if members["trace_id"] == nil, let trace { members.merge(trace.context.members) { own, _ in own } }
    console.write(Array(render(.object(members)).utf8))
  }
}

extension ErrorReport {
  /// The report as an event for `--output json`; absent parts are left out.
  public var json: JSONValue {
    var members: [String: JSONValue] = ["event": "error", "message": .string(message)]
    members["kind"] = kind.map(JSONValue.string)
    members["limit"] = limit.map(JSONValue.string)
    members["hint"] = hint.map(JSONValue.string)
    if let location {
      members["source"] = .string(location.source)
      members["line"] = .integer(Int64(location.line))
    }
    if !items.isEmpty {
      members["findings"] = .array(
        items.map { item in
          var finding: [String: JSONValue] = [
            "severity": .string(item.severity.rawValue), "message": .string(item.text),
          ]
          finding["hint"] = item.hint.map(JSONValue.string)
          return .object(finding)
        })
    }
    if !facts.isEmpty { members["facts"] = .array(facts.map(JSONValue.string)) }
    if !traceback.isEmpty { members["traceback"] = .array(traceback.map(JSONValue.string)) }
    if !related.isEmpty { members["related"] = .array(related.map(JSONValue.string)) }
    return .object(members)
  }
}
