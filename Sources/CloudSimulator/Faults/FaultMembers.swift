import CloudAccess

/// Named values of a fault or of a map of switches, each with the place it was written at; what nobody asks for is an error in the end.
struct FaultMembers {
  /// The place of the whole.
  let place: String
  private var rest: [String: (value: JSONValue, place: String)] = [:]
  private var asked: [String] = []

  init(place: String, _ members: [(name: String, value: JSONValue, place: String)]) throws(FaultError) {
    self.place = place
    for (name, value, place) in members {
      guard rest[name] == nil else { throw FaultError(place: place, message: "'\(name)' is given twice") }
      rest[name] = (value, place)
    }
  }

  /// Takes a value that any kind of is right.
  mutating func take(_ name: String) -> JSONValue? {
    asked.append(name)
    return rest.removeValue(forKey: name)?.value
  }

  /// Takes a value and reads it.
  ///
  /// - Throws: `FaultError` with `expected` when `read` returns nil.
  mutating func take<Value>(
    _ name: String, _ expected: String, _ read: (JSONValue) -> Value?
  ) throws(FaultError) -> Value? {
    asked.append(name)
    guard let (value, place) = rest.removeValue(forKey: name) else { return nil }
    guard let read = read(value) else {
      throw FaultError(place: place, message: "'\(name)' must be \(expected), got \(Self.shown(value))")
    }
    return read
  }

  mutating func text(_ name: String) throws(FaultError) -> String? {
    try take(name, "a text") { $0.stringValue.flatMap { $0.isEmpty ? nil : $0 } }
  }

  mutating func whole(_ name: String, from least: Int) throws(FaultError) -> Int? {
    try take(name, "a whole number of at least \(least)") { $0.intValue.flatMap { $0 >= least ? $0 : nil } }
  }

  mutating func flag(_ name: String) throws(FaultError) -> Bool? {
    try take(name, "true or false") { $0.boolValue }
  }

  mutating func duration(_ name: String) throws(FaultError) -> Duration? {
    try take(name, "a duration such as 90s, 1h30m or a number of seconds", Self.duration)
  }

  /// Ends the reading.
  ///
  /// - Throws: `FaultError` for a name that was not asked for, with the nearest one that was.
  func finish() throws(FaultError) {
    guard let (name, entry) = rest.min(by: { $0.key < $1.key }) else { return }
    let near = Spelling.nearest(to: name, in: asked).map { ", did you mean '\($0)'?" } ?? ""
    throw FaultError(
      place: entry.place,
      message:
        "'\(name)' is not known here\(near.isEmpty ? "; expected one of \(asked.joined(separator: ", "))" : near)")
  }

  /// A duration from a number of seconds, or from text with units.
  static func duration(_ value: JSONValue) -> Duration? {
    if let seconds = value.doubleValue { return seconds >= 0 && seconds < 1e9 ? .seconds(seconds) : nil }
    guard var rest = value.stringValue?[...], !rest.isEmpty else { return nil }
    var seconds = 0.0
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      guard let amount = Double(digits) else { return nil }
      rest = rest[digits.endIndex...]
      let unit = rest.prefix { $0.isLetter }
      rest = rest[unit.endIndex...]
      switch unit {
      case "ms": seconds += amount / 1000
      case "s": seconds += amount
      case "m", "min": seconds += amount * 60
      case "h": seconds += amount * 3600
      case "d": seconds += amount * 86400
      default: return nil
      }
    }
    return seconds < 1e9 ? .seconds(seconds) : nil
  }

  static func shown(_ value: JSONValue) -> String {
    if case .string(let text) = value { return "'\(text.prefix(60))'" }
    return String(value.serialized().prefix(60))
  }
}
