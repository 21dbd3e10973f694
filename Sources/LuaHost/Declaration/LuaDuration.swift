/// Durations as scripts write them: "90s", "1h30m", "4h", "250ms", "1.5h", or a number of seconds.
public enum LuaDuration {
  private static let units: [(name: String, nanoseconds: Double)] = [
    ("ms", 1e6), ("d", 86_400e9), ("h", 3_600e9), ("m", 60e9), ("s", 1e9),
  ]

  /// Reads a text; nil when it is not a duration. A bare number means seconds.
  public static func parse(_ text: String) -> Duration? {
    var rest = Substring(text.filter { $0 != " " })
    if rest.isEmpty { return nil }
    if let seconds = decimal(rest) { return duration(seconds * 1e9) }
    var total = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      guard let amount = decimal(digits) else { return nil }
      rest = rest.dropFirst(digits.count)
      guard let unit = units.first(where: { rest.hasPrefix($0.name) }) else { return nil }
      rest = rest.dropFirst(unit.name.count)
      total += amount * unit.nanoseconds
    }
    return duration(total)
  }

  /// Reads a value: a text, or a number of seconds; nil when it is neither or negative.
  public static func parse(_ value: LuaValue) -> Duration? {
    if let text = value.stringValue { return parse(text) }
    guard let seconds = value.numberValue else { return nil }
    return duration(seconds * 1e9)
  }

  private static func decimal(_ text: Substring) -> Double? {
    guard let first = text.first, first.isASCII, first.isNumber || first == "." else { return nil }
    guard text.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }) else { return nil }
    return Double(text)
  }

  private static func duration(_ nanoseconds: Double) -> Duration? {
    // Not above what Duration's nanoseconds hold: 290 years.
    guard nanoseconds >= 0, nanoseconds < 9.2e18 else { return nil }
    return .nanoseconds(Int64(nanoseconds))
  }
}

extension LuaValue {
  /// The value as a duration; see `LuaDuration`.
  public var duration: Duration? { LuaDuration.parse(self) }
}
