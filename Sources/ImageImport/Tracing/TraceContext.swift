import CloudAccess

/// Where a run stands in a trace, with the ids of the W3C recommendation Trace Context, which OpenTelemetry uses.
public struct TraceContext: Sendable, Hashable {
  /// 32 hexadecimal digits, not all of them zero.
  public var traceID: String
  /// The run's own span: 16 hexadecimal digits, not all of them zero.
  public var spanID: String
  /// The span of whoever started the run; nil where nobody said.
  public var parentSpanID: String?

  public init(traceID: String, spanID: String, parentSpanID: String? = nil) {
    self.traceID = traceID
    self.spanID = spanID
    self.parentSpanID = parentSpanID
  }

  /// A trace of its own, or the one that `TRACEPARENT` names if that is valid.
  public init(environment: [String: String] = [:]) {
    var generator = SystemRandomNumberGenerator()
    self.init(environment: environment, using: &generator)
  }

  init(environment: [String: String], using generator: inout some RandomNumberGenerator) {
    spanID = TraceContext.hex(.random(in: 1 ... .max, using: &generator))
    if let parent = environment["TRACEPARENT"].flatMap({ TraceContext.parse($0) }) {
      traceID = parent.traceID
      parentSpanID = parent.spanID
    } else {
      traceID =
        TraceContext.hex(.random(in: 1 ... .max, using: &generator))
        + TraceContext.hex(.random(in: .min ... .max, using: &generator))
    }
  }

  /// The ids as members of a JSON object: `trace_id`, `span_id` and, where there is one, `parent_span_id`.
  public var members: [String: JSONValue] {
    var members: [String: JSONValue] = ["trace_id": .string(traceID), "span_id": .string(spanID)]
    members["parent_span_id"] = parentSpanID.map(JSONValue.string)
    return members
  }

  /// Reads `00-TRACE-SPAN-FLAGS`; of a later version more may follow.
  static func parse(_ text: String) -> (traceID: String, spanID: String)? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 4, isHex(parts[0], 2), parts[0] != "ff", parts[0] != "00" || parts.count == 4,
      isHex(parts[1], 32), isHex(parts[2], 16), isHex(parts[3], 2), parts[1].contains(where: { $0 != "0" }),
      parts[2].contains(where: { $0 != "0" })
    else { return nil }
    return (parts[1], parts[2])
  }

  private static func isHex(_ text: String, _ count: Int) -> Bool {
    text.utf8.count == count
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  static func hex(_ number: UInt64) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }
}
