import LuaHost

/// Tells where two Lua values differ, part by part, for the reader of a failed test.
///
/// Numbers are equal when Lua says so (`1 == 1.0`), except that NaN equals NaN; tables are equal when all their parts are.
struct ValueDifference {
  /// Differences told; of the others only the number.
  static let limit = 20
  private static let width = 70

  private var lines: [String] = []
  private var count = 0

  /// What differs, as text; nil when nothing does.
  static func text(got: LuaValue, expected: LuaValue) -> String? {
    var difference = ValueDifference()
    difference.compare(got, expected, "")
    if difference.count == 0 { return nil }
    if difference.count == 1, let only = difference.lines.first { return only }
    var text = ["\(difference.count) differences"] + difference.lines
    if difference.count > limit { text.append("and \(difference.count - limit) more") }
    return text.joined(separator: "\n")
  }

  private mutating func compare(_ got: LuaValue, _ expected: LuaValue, _ path: String) {
    switch (got, expected) {
    case (.table(let left), .table(let right)): compare(left, right, path)
    case (.string(let left), .string(let right)) where left != right: tell(Self.strings(left, right), path)
    default:
      guard !Self.areEqual(got, expected) else { return }
      var (left, right) = (Self.brief(got), Self.brief(expected))
      if left == right { (left, right) = ("\(got.kindName) \(left)", "\(expected.kindName) \(right)") }
      if left == right { (left, right) = ("a \(left)", "another one") }
      tell("got \(left), expected \(right)", path)
    }
  }

  private mutating func compare(_ got: LuaTable, _ expected: LuaTable, _ path: String) {
    for index in 0..<max(got.array.count, expected.array.count) {
      let key = LuaValue.integer(Int64(index + 1))
      // Behind a gap the same element may stand among the entries of the other table.
      compare(got[key: key], expected[key: key], "\(path)[\(index + 1)]")
    }
    let elements = 1..<Int64(max(got.array.count, expected.array.count)) + 1
    func others(_ table: LuaTable) -> [LuaValue] {
      table.entries.map(\.key).filter { key in key.integerValue.map(elements.contains) != true }
    }
    let (left, right) = (Keyed(got), Keyed(expected))
    for key in others(got) { compare(left[key], right[key], path + Self.step(key)) }
    for key in others(expected) where left[key].isNil { compare(.nil, right[key], path + Self.step(key)) }
  }

  /// Looks keys up quickly: tables of a test may be long.
  private struct Keyed {
    private let strings: [LuaString: LuaValue]
    private let table: LuaTable

    init(_ table: LuaTable) {
      self.table = table
      strings = Dictionary(
        table.entries.compactMap { entry in
          if case .string(let name) = entry.key { (name, entry.value) } else { nil }
        }, uniquingKeysWith: { first, _ in first })
    }

    subscript(_ key: LuaValue) -> LuaValue {
      if case .string(let name) = key { strings[name] ?? .nil } else { table[key: key] }
    }
  }

  private mutating func tell(_ text: String, _ path: String) {
    count += 1
    if lines.count < Self.limit { lines.append(path.isEmpty ? text : "\(path): \(text)") }
  }

  private static func areEqual(_ left: LuaValue, _ right: LuaValue) -> Bool {
    switch (left, right) {
    case (.integer(let left), .number(let right)): right == Double(left) && Int64(exactly: right) == left
    case (.number(let left), .integer(let right)): left == Double(right) && Int64(exactly: left) == right
    case (.number(let left), .number(let right)): left == right || (left.isNaN && right.isNaN)
    default: left == right
    }
  }

  // MARK: Text

  private static func strings(_ got: LuaString, _ expected: LuaString) -> String {
    let newline = UInt8(ascii: "\n")
    guard got.bytes.contains(newline) || expected.bytes.contains(newline) else {
      let start = zip(got.bytes, expected.bytes).prefix { $0 == $1 }.count
      guard start > width / 2, max(got.bytes.count, expected.bytes.count) > width else {
        return "got \(quoted(got.bytes[...])), expected \(quoted(expected.bytes[...]))"
      }
      let from = start - 20
      return "from byte \(start + 1) on: got …\(quoted(got.bytes.dropFirst(from))), "
        + "expected …\(quoted(expected.bytes.dropFirst(from)))"
    }
    let left = got.bytes.split(separator: newline, omittingEmptySubsequences: false)
    let right = expected.bytes.split(separator: newline, omittingEmptySubsequences: false)
    let same = zip(left, right).prefix { $0 == $1 }.count
    func line(_ lines: [ArraySlice<UInt8>]) -> String { same < lines.count ? quoted(lines[same]) : "no such line" }
    return "in line \(same + 1): got \(line(left)), expected \(line(right))"
  }

  private static func quoted(_ bytes: ArraySlice<UInt8>) -> String {
    let shown = String(decoding: bytes.prefix(width), as: UTF8.self)
    var text = "\""
    for scalar in shown.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case "\r": text += "\\r"
      case _ where scalar.properties.generalCategory == .control: text += "\\u{\(String(scalar.value, radix: 16))}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\"" + (bytes.count > width ? "… (\(bytes.count) bytes)" : "")
  }

  private static func step(_ key: LuaValue) -> String {
    if case .string(let name) = key, isName(name.bytes) { return ".\(name.string)" }
    return "[\(brief(key))]"
  }

  private static func isName(_ bytes: [UInt8]) -> Bool {
    guard let first = bytes.first, !(0x30...0x39).contains(first), bytes.count <= width else { return false }
    return bytes.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x5f
    }
  }

  /// A value in one short piece of text.
  static func brief(_ value: LuaValue) -> String {
    switch value {
    case .nil: return "nil"
    case .boolean(let flag): return "\(flag)"
    case .integer(let number): return "\(number)"
    case .number(let number): return number.isNaN ? "nan" : "\(number)"
    case .string(let text): return quoted(text.bytes[...])
    case .table(let table):
      var parts: [String] = []
      var length = 0
      for part in table.array.prefix(width) where length < width {
        parts.append(brief(part))
        length += parts.last?.count ?? 0
      }
      for (key, value) in table.entries.prefix(width) where length < width {
        let step = step(key)
        parts.append((step.hasPrefix(".") ? String(step.dropFirst()) : step) + " = " + brief(value))
        length += parts.last?.count ?? 0
      }
      let hidden = table.array.count + table.entries.count - parts.count
      if hidden > 0 { parts.append("… \(hidden) more") }
      return parts.isEmpty ? "{}" : "{ \(parts.joined(separator: ", ")) }"
    case .function: return "a function"
    case .object(let object): return object.type.name
    }
  }
}
