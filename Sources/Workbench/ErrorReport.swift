import CloudAccess
import ImageImport
import LuaHost
import ScriptAPI

/// An error that nobody caught, taken apart for the reader: what happened, where in the script, what to do.
///
/// A pure value; the text is made by `lines(_:)`, so that it can be compared with a golden text.
public struct ErrorReport: Sendable, Codable {
  /// A place in a script.
  public struct Location: Sendable, Hashable, Codable {
    public var source: String
    public var line: Int
    /// The text of that line, where the source is known.
    public var text: String?
  }

  /// One of several things that are wrong, as the rules found them.
  public struct Item: Sendable, Hashable, Codable {
    public var severity: Severity
    public var text: String
    public var hint: String?
  }

  /// The kind, as scripts see it in `err.kind`; nil for an ordinary Lua error.
  public var kind: String?
  /// The limit that stopped the script, as `LuaLimits.Kind` spells it.
  public var limit: String?
  public var message: String
  public var location: Location?
  public var items: [Item] = []
  /// Codes and ids a support case needs.
  public var facts: [String] = []
  public var hint: String?
  /// One line a call, innermost first.
  public var traceback: [String] = []

  /// What else failed and was seen by nobody, such as tasks in the background; one line each.
  public var related: [String] = []

  /// How many other failures are shown.
  static let relatedLimit = 5

  /// Longest traceback shown; the middle of a longer one is left out.
  static let tracebackLimit = 24

  /// Takes any error apart.
  ///
  /// - Parameters:
  ///   - error: a `LuaError` and what lies under it, or an error of the floors below by itself.
  ///   - script: the script that ran. Lua shortens long names to `...end/of/name.lua`; with this they are put right.
  ///   - source: the bytes of any other chunk by its name, for showing the line; nil where unknown.
  public init(_ error: any Error, script: ScriptFile? = nil, source: (String) -> [UInt8]? = { _ in nil }) {
    guard let error = error as? LuaError else {
      self.init(plain: error)
      return
    }
    let underlying = error.underlying.map { ($0 as? ImsFailure)?.error ?? $0 }
    switch underlying {
    case let underlying?
    where underlying is ImportError || underlying is CloudError || underlying is ConfigurationError
      || underlying is RecordStoreError:
      self.init(plain: underlying)
    default:
      self.init(message: Self.clean(error.message))
      if let fields = error.value.tableValue { add(fields: fields) }
      if let failure = underlying as? any ScriptError { add(failure) }
    }
    switch error.kind {
    case .syntax: kind = "syntax"
    case .memory:
      kind = "memory"
      add(limit: .memory)
    case .limit(let limit):
      kind = "limit"
      add(limit: limit)
    case .cancelled: kind = "cancelled"
    case .runtime, .exit: break
    }
    if message.isEmpty { message = "the script raised \(ValuePrinter().text(error.value)) instead of a message" }
    var calls = error.traceback
    if let name = error.source, let line = error.line {
      let isScript = script.map { $0.path == name || name.hasPrefix("...") && $0.path.hasSuffix(name.dropFirst(3)) }
      let known = isScript == true ? script : nil
      if let known, known.path != name { calls = calls.replacing(name, with: known.path) }
      let bytes = known?.bytes ?? source(name)
      location = Location(
        source: Self.clean(known?.path ?? name), line: line, text: bytes.flatMap { Self.line(line, of: $0) })
    }
    traceback = Self.traceback(calls)
    related = error.related.prefix(Self.relatedLimit).map {
      DisplayText.harmless($0.description.split(whereSeparator: \.isNewline).first.map(String.init) ?? "")
    }
    let more = error.related.count - related.count
    if more > 0 { related.append("… \(more) more") }
  }

  /// A report of a failure that is no error of the floors below.
  public init(message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
  }

  private init(plain error: any Error) {
    switch error {
    case let error as ImportError:
      kind = error.kind.rawValue
      message = Self.clean(error.message)
      hint = error.hint.map(Self.clean)
      items = (error.report?.findings ?? []).map(Item.init)
      if error.report?.isValid == false {
        // The findings below say what is wrong, with code and hint: the head must not say it again.
        let subject = error.request?.name.map { "image \"\($0)\"" } ?? "the request"
        let who = error.kind == .preflight ? "preflight" : "the rules"
        message = Self.clean("\(subject) was refused by \(who); nothing was sent")
        hint = error.kind == .preflight ? error.skippingHint : nil
      } else {
        add(fact: "code", error.code)
      }
      add(fact: "HTTP status", error.status.map(String.init))
      add(fact: "request id", error.requestID)
      add(fact: "job", error.job?.jobID)
      add(fact: "record", error.recordID ?? error.job?.recordID)
      add(fact: "cause", error.cause)
    case let error as CloudError:
      kind = error.kind.rawValue
      message = Self.clean(error.message)
      hint = error.hint.map(Self.clean)
      add(fact: "code", error.code)
      add(fact: "HTTP status", error.status.map(String.init))
      add(fact: "request id", error.requestID)
      add(fact: "cause", error.cause)
    case let error as ConfigurationError:
      kind = "configuration"
      message = Self.clean(error.message)
      hint = error.hint.map(Self.clean)
    case let error as RecordStoreError:
      kind = "configuration"
      message = Self.clean(error.message)
      hint = error.hint.map(Self.clean)
    case let error as ScriptFileError:
      message = Self.clean(error.message)
      hint = error.hint
    case let error as any ScriptError:
      message = Self.clean(error.scriptMessage)
      add(error)
    case is CancellationError:
      kind = "cancelled"
      message = "Cancelled."
    default:
      message = Self.clean("\(error)")
    }
  }

  private mutating func add(limit: LuaLimits.Kind) {
    self.limit = limit.rawValue
    hint =
      switch limit {
      case .memory: "more is given with --memory, such as --memory 2GB"
      case .instructions, .burstInstructions: "more is given with --max-steps"
      case .runningTime, .burstTime: "more is given with --max-seconds; waiting does not count"
      case .output: "more is given with --max-output, such as --max-output 100MB"
      }
  }

  private mutating func add(_ failure: any ScriptError) {
    var fields = LuaTable()
    for (name, value) in failure.scriptFields { fields[name] = value }
    add(fields: fields)
  }

  /// A script may raise a table of its own with the usual fields.
  private mutating func add(fields: LuaTable) {
    kind = fields["kind"].stringValue.map(Self.clean) ?? kind
    hint = fields["hint"].stringValue.map(Self.clean) ?? hint
    add(fact: "code", fields["code"].stringValue)
    add(fact: "request id", fields["request_id"].stringValue)
  }

  private mutating func add(fact name: String, _ value: String?) {
    guard let value, !value.isEmpty else { return }
    facts.append("\(name) \(Self.clean(value))")
  }

  private static func clean(_ text: String) -> String {
    DisplayText.harmless(text, keepingLines: true)
  }

  private static func line(_ number: Int, of source: [UInt8]) -> String? {
    let lines = source.split(separator: UInt8(ascii: "\n"), maxSplits: number, omittingEmptySubsequences: false)
    guard number >= 1, number <= lines.count else { return nil }
    let text = String(decoding: lines[number - 1].prefix(4096), as: UTF8.self)
    return DisplayText.harmless(text.replacing("\t", with: "  ").replacing("\r", with: ""))
  }

  private static func traceback(_ text: String) -> [String] {
    var lines = text.split(separator: "\n").map { clean(String($0)).trimmingBlanks }
    lines.removeAll { $0.isEmpty || $0 == "stack traceback:" || $0 == "[C]: in ?" }
    if lines.count > tracebackLimit {
      let half = tracebackLimit / 2
      let hidden = lines.count - 2 * half
      lines = lines.prefix(half) + ["… \(hidden) more"] + lines.suffix(half)
    }
    return lines
  }
}

extension ErrorReport.Item {
  init(_ finding: Finding) {
    severity = finding.severity
    let marks = [finding.check.map { "check \($0)" }, finding.origin, finding.code].compactMap(\.self)
    let suffix = marks.isEmpty ? "" : " (\(marks.joined(separator: ", ")))"
    let repeats = finding.message.hasPrefix(finding.field)
    text = DisplayText.harmless((repeats ? "" : "\(finding.field): ") + finding.message + suffix)
    hint = finding.hint.map { DisplayText.harmless($0) }
  }
}

extension String {
  fileprivate var trimmingBlanks: String {
    String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
