/// Where and why a text is no JSON.
public struct JSONSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
  public var message: String
  /// The position of the offending byte, from 0.
  public var offset: Int

  public var description: String { "no valid JSON at byte \(offset): \(message)" }
}

/// A strict parser of RFC 8259 over bytes.
///
/// Foundation's decoder lets a trailing comma pass, tries one type after the other for every value, and takes several
/// times as long; answers and scripts' data come through here.
struct JSONParser {
  /// Deeper nesting is refused, so that no text can exhaust the stack.
  static let depthLimit = 512

  private let bytes: [UInt8]
  private var index = 0
  private var depth = 0
  /// How many values there may still be.
  private var left: Int

  init(_ bytes: [UInt8], valueLimit: Int = .max) {
    self.bytes = bytes
    left = valueLimit
  }

  mutating func document() throws(JSONSyntaxError) -> JSONValue {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    let result = try value()
    skipSpace()
    guard index == bytes.count else { throw error("text after the end of the value") }
    return result
  }

  /// As ``document()``, but hands the elements of the outermost object's array `name` over one after the other and keeps none of them.
  mutating func document(
    handing name: String, _ hand: (JSONValue) -> Void
  ) throws(JSONSyntaxError) -> JSONValue {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    skipSpace()
    guard index < bytes.count, bytes[index] == UInt8(ascii: "{") else { return try document() }
    let result = try object { parser, member throws(JSONSyntaxError) in
      parser.skipSpace()
      guard member == name, parser.index < parser.bytes.count, parser.bytes[parser.index] == UInt8(ascii: "[") else {
        return try parser.value()
      }
      return try parser.array { _, element in hand(element) }
    }
    skipSpace()
    guard index == bytes.count else { throw error("text after the end of the value") }
    return result
  }

  private mutating func value() throws(JSONSyntaxError) -> JSONValue {
    skipSpace()
    left -= 1
    guard left >= 0 else { throw error("it holds more values than can be read at once") }
    guard index < bytes.count else { throw error("the text ends where a value is expected") }
    switch bytes[index] {
    case UInt8(ascii: "{"): return try object { parser, _ throws(JSONSyntaxError) in try parser.value() }
    case UInt8(ascii: "["): return try array { elements, element in elements.append(element) }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  @inline(__always)
  private mutating func object(
    _ value: (inout JSONParser, String) throws(JSONSyntaxError) -> JSONValue
  ) throws(JSONSyntaxError) -> JSONValue {
    try enter()
    var members: [String: JSONValue] = [:]
    skipSpace()
    if take(UInt8(ascii: "}")) {
      depth -= 1
      return .object(members)
    }
    while true {
      skipSpace()
      guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") else { throw error("a member's name is expected") }
      let name = try string()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw error("a colon is expected") }
      members[name] = try value(&self, name)
      skipSpace()
      if take(UInt8(ascii: ",")) { continue }
      guard take(UInt8(ascii: "}")) else { throw error("a comma or } is expected") }
      depth -= 1
      return .object(members)
    }
  }

  @inline(__always)
  private mutating func array(
    _ element: (inout [JSONValue], JSONValue) -> Void
  ) throws(JSONSyntaxError) -> JSONValue {
    try enter()
    var elements: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) {
      depth -= 1
      return .array(elements)
    }
    while true {
      element(&elements, try value())
      skipSpace()
      if take(UInt8(ascii: ",")) { continue }
      guard take(UInt8(ascii: "]")) else { throw error("a comma or ] is expected") }
      depth -= 1
      return .array(elements)
    }
  }

  private mutating func string() throws(JSONSyntaxError) -> String {
    index += 1
    let start = index
    while index < bytes.count, bytes[index] != UInt8(ascii: "\""), bytes[index] != UInt8(ascii: "\\"),
      bytes[index] >= 0x20
    {
      index += 1
    }
    if index < bytes.count, bytes[index] == UInt8(ascii: "\"") {
      defer { index += 1 }
      return try text(bytes[start..<index], at: start)
    }
    var plain = Array(bytes[start..<index])
    while index < bytes.count {
      let byte = bytes[index]
      switch byte {
      case UInt8(ascii: "\""):
        index += 1
        return try text(plain[...], at: start)
      case UInt8(ascii: "\\"): try escape(into: &plain)
      case 0..<0x20: throw error("a control character in a string")
      default:
        plain.append(byte)
        index += 1
      }
    }
    throw error("the text ends inside a string")
  }

  private func text(_ part: ArraySlice<UInt8>, at start: Int) throws(JSONSyntaxError) -> String {
    guard let text = String(validating: part, as: UTF8.self) else {
      throw JSONSyntaxError(message: "a string is no valid UTF-8", offset: start)
    }
    return text
  }

  private mutating func escape(into plain: inout [UInt8]) throws(JSONSyntaxError) {
    index += 1
    guard index < bytes.count else { throw error("the text ends inside a string") }
    let letter = bytes[index]
    index += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain.append(letter)
    case UInt8(ascii: "b"): plain.append(0x08)
    case UInt8(ascii: "f"): plain.append(0x0C)
    case UInt8(ascii: "n"): plain.append(0x0A)
    case UInt8(ascii: "r"): plain.append(0x0D)
    case UInt8(ascii: "t"): plain.append(0x09)
    case UInt8(ascii: "u"):
      var code = try fourDigits()
      if (0xD800..<0xDC00).contains(code), index + 1 < bytes.count, bytes[index] == UInt8(ascii: "\\"),
        bytes[index + 1] == UInt8(ascii: "u")
      {
        index += 2
        let low = try fourDigits()
        guard (0xDC00..<0xE000).contains(low) else { throw error("half of a surrogate pair") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw error("half of a surrogate pair") }
      plain += String(Character(scalar)).utf8
    default: throw error("an unknown escape")
    }
  }

  private mutating func fourDigits() throws(JSONSyntaxError) -> UInt32 {
    guard index + 4 <= bytes.count else { throw error("the text ends inside a string") }
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Hex.value(bytes[index]) else { throw error("four hexadecimal digits are expected") }
      code = code << 4 | UInt32(digit)
      index += 1
    }
    return code
  }

  private mutating func number() throws(JSONSyntaxError) -> JSONValue {
    let start = index
    var isInteger = true
    _ = take(UInt8(ascii: "-"))
    let first = index
    guard digits() else {
      index = start
      throw error("a value is expected")
    }
    if bytes[first] == UInt8(ascii: "0"), index > first + 1 { throw error("a number with a leading zero") }
    if take(UInt8(ascii: ".")) {
      isInteger = false
      guard digits() else { throw error("a digit is expected") }
    }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      isInteger = false
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      guard digits() else { throw error("a digit is expected") }
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isInteger, let integer = Int64(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else { throw error("a number too large") }
    return .number(number)
  }

  private mutating func digits() -> Bool {
    let start = index
    while index < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[index]) { index += 1 }
    return index > start
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
    let count = word.utf8CodeUnitCount
    guard index + count <= bytes.count, (0..<count).allSatisfy({ bytes[index + $0] == word.utf8Start[$0] }) else {
      throw error("a value is expected")
    }
    index += count
    return value
  }

  private mutating func enter() throws(JSONSyntaxError) {
    depth += 1
    guard depth <= Self.depthLimit else { throw error("nested deeper than \(Self.depthLimit)") }
    index += 1
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  private mutating func skipSpace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x0A, 0x0D, 0x09: index += 1
      default: return
      }
    }
  }

  private func error(_ message: String) -> JSONSyntaxError {
    JSONSyntaxError(message: message, offset: index)
  }
}
