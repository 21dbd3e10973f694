import CloudAccess
import Foundation

/// The first line of a cassette: what it is, and how the recorded run was set.
public struct CassetteHeader: Sendable, Hashable {
  /// The version of the form that this program writes; a larger one is refused.
  public static let version = 1

  /// The program that recorded, with its version.
  public var program: String
  /// When the run began, by the machine's clock; a replay's clock begins there.
  public var startedAt: Date
  /// The run's trace id, 32 hexadecimal digits.
  public var traceID: String
  /// The run's own span, 16 hexadecimal digits.
  public var spanID: String
  /// The span above the run's own, 16 hexadecimal digits; nil for none.
  public var parentSpanID: String?
  /// The script's file name without its directory; nil where there was none.
  public var script: String?
  /// Whose rules requests were held against.
  public var dialect: CloudDialect
  /// How many times faster the cloud's time ran.
  public var clockScale: Double
  /// The request budget, in requests a second; nil for the usual one.
  public var requestsPerSecond: Double?
  /// How many imports were let under way at once; nil for the usual number.
  public var concurrentImports: Int?

  public init(
    program: String, startedAt: Date, traceID: String, spanID: String, parentSpanID: String? = nil,
    script: String? = nil, dialect: CloudDialect = .otc, clockScale: Double = 1, requestsPerSecond: Double? = nil,
    concurrentImports: Int? = nil
  ) {
    self.program = program
    self.startedAt = startedAt
    self.traceID = traceID
    self.spanID = spanID
    self.parentSpanID = parentSpanID
    self.script = script
    self.dialect = dialect
    self.clockScale = clockScale
    self.requestsPerSecond = requestsPerSecond
    self.concurrentImports = concurrentImports
  }

  var line: String {
    var members: [(String, JSONValue)] = [
      ("slipway_cassette", .integer(Int64(Self.version))), ("program", .string(program)),
      ("started_at", .string(Timestamp.iso8601(startedAt, milliseconds: true))), ("trace_id", .string(traceID)),
      ("span_id", .string(spanID)),
    ]
    if let parentSpanID { members.append(("parent_span_id", .string(parentSpanID))) }
    if let script { members.append(("script", .string(script))) }
    members += [("dialect", .string(dialect.rawValue)), ("clock_scale", .number(clockScale))]
    if let requestsPerSecond { members.append(("requests_per_second", .number(requestsPerSecond))) }
    if let concurrentImports { members.append(("concurrent_imports", .integer(Int64(concurrentImports)))) }
    return JSONValue.serialized(members: members)
  }

  /// Reads the first line.
  ///
  /// - Throws: ``CassetteError`` without the file's name.
  init(_ json: JSONValue) throws {
    guard let version = json["slipway_cassette"]?.intValue else {
      throw CassetteError("is no cassette: its first line has no slipway_cassette")
    }
    guard version <= Self.version else {
      throw CassetteError(
        "is a cassette of version \(version), and this program reads up to \(Self.version)",
        hint: "replay it with the program that recorded it, or a newer one")
    }
    guard version >= 1 else { throw CassetteError("has the version \(version), which never was") }
    guard let started = json["started_at"]?.stringValue.flatMap({ Timestamp.iso8601($0) }) else {
      throw CassetteError("has no time started_at in its first line")
    }
    guard let trace = json["trace_id"]?.stringValue, let span = json["span_id"]?.stringValue else {
      throw CassetteError("has no trace_id or span_id in its first line")
    }
    guard let dialect = CloudDialect(rawValue: json["dialect"]?.stringValue ?? "") else {
      throw CassetteError("has no dialect in its first line", hint: "otc or huawei")
    }
    program = json["program"]?.stringValue ?? "?"
    startedAt = started
    traceID = trace
    spanID = span
    self.dialect = dialect
    parentSpanID = json["parent_span_id"]?.stringValue
    script = json["script"]?.stringValue
    clockScale = json["clock_scale"]?.doubleValue ?? 1
    requestsPerSecond = json["requests_per_second"]?.doubleValue
    concurrentImports = json["concurrent_imports"]?.intValue
    guard clockScale > 0, clockScale <= 1e6, requestsPerSecond.map({ (0.01...1e6).contains($0) }) ?? true,
      concurrentImports.map({ (1...1_000_000).contains($0) }) ?? true
    else { throw CassetteError("has a clock_scale or limit in its first line that cannot be") }
  }
}
