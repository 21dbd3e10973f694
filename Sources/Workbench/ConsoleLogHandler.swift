import CloudAccess
import Foundation
import ImageImport
import Logging

/// Writes log lines through the console, so that they neither tear the live region nor the prompt.
///
/// `12:00:00 warning cloud: message key=value`, or one JSON object a line. Always on standard error: a log is not data.
public struct ConsoleLogHandler: LogHandler {
  public enum Form: Sendable { case text, json }

  public var metadata: Logger.Metadata = [:]
  public var metadataProvider: Logger.MetadataProvider?
  public var logLevel: Logger.Level
  private let label: String
  private let console: Console
  private let form: Form
  private let now: @Sendable () -> Date
  private let trace: TraceContext?

  /// The ids of `trace` stand in every line of JSON.
  public init(
    label: String, console: Console, level: Logger.Level = .info, form: Form = .text, trace: TraceContext? = nil,
    now: @escaping @Sendable () -> Date = { Date() }
  ) {
    self.trace = trace
    self.label = label
    self.console = console
    self.form = form
    self.now = now
    logLevel = level
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var all = metadata
    if let provided = metadataProvider?.get() { all.merge(provided) { _, new in new } }
    if let given = event.metadata { all.merge(given) { _, new in new } }
    switch form {
    case .text: console.note(text(event, all))
    case .json: console.note(json(event, all).serialized())
    }
  }

  private func text(_ event: LogEvent, _ metadata: Logger.Metadata) -> String {
    let paint = console.terminal.errorPaint
    let time = now().formatted(.iso8601)
    let level = paint(Self.style(event.level), DisplayText.padded(event.level.rawValue, to: 7))
    let pairs = metadata.sorted { $0.key < $1.key }.map { key, value in
      " " + paint(.dim, DisplayText.harmless(key) + "=") + Self.quoted("\(value)")
    }
    return "\(paint(.dim, time)) \(level) \(label): \(DisplayText.harmless("\(event.message)"))" + pairs.joined()
  }

  private func json(_ event: LogEvent, _ metadata: Logger.Metadata) -> JSONValue {
    var members: [String: JSONValue] = [
      "time": .string(now().formatted(.iso8601)), "level": .string(event.level.rawValue), "logger": .string(label),
      "message": .string("\(event.message)"),
    ]
    if let trace { members.merge(trace.members) { own, _ in own } }
    if !metadata.isEmpty { members["metadata"] = .object(metadata.mapValues(Self.json)) }
    return .object(members)
  }

  private static func json(_ value: Logger.Metadata.Value) -> JSONValue {
    switch value {
    case .string(let text): .string(text)
    case .stringConvertible(let value): .string(value.description)
    case .array(let values): .array(values.map(json))
    case .dictionary(let values): .object(values.mapValues(json))
    }
  }

  private static func quoted(_ text: String) -> String {
    let plain = DisplayText.harmless(text)
    let needsQuotes = plain.isEmpty || plain.contains { $0 == " " || $0 == "\"" || $0 == "=" }
    return needsQuotes ? "\"" + plain.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" : plain
  }

  private static func style(_ level: Logger.Level) -> Paint.Style {
    switch level {
    case .trace, .debug: .dim
    case .info: .blue
    case .notice: .cyan
    case .warning: .yellow
    case .error, .critical: .red
    }
  }
}
