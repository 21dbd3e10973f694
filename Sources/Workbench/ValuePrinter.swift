import Foundation
import LuaHost

/// Shows Lua values in Lua's own notation, so that what the REPL prints can be typed in again as far as that is possible.
///
/// Small tables stand on one line, larger ones one entry a line; depth, entries and string length have limits, and what is left
/// out is counted. Values are copies, so there are no cycles to guard against.
public struct ValuePrinter: Sendable {
  public struct Limits: Sendable {
    /// Tables inside tables.
    public var depth = 6
    /// Entries shown of one table.
    public var entries = 100
    /// Entries shown of all tables together.
    public var total = 1000
    /// Bytes shown of one string.
    public var string = 2000

    public init() {}
  }

  public var limits: Limits
  public var style: ScreenStyle
  /// An object's own description; nil shows its type alone.
  public var describe: @Sendable (LuaObject) -> String?

  public init(
    style: ScreenStyle = ScreenStyle(), limits: Limits = Limits(),
    describe: @escaping @Sendable (LuaObject) -> String? = { _ in nil }
  ) {
    self.style = style
    self.limits = limits
    self.describe = describe
  }

  /// One value; several lines for a large table, without a newline at the end.
  public func text(_ value: LuaValue) -> String {
    var run = Run(printer: self, left: limits.total)
    return run.text(value, indent: 0, depth: 0).colored
  }

  /// Several values, as a call returned them: side by side if all are short, else one below the other.
  public func text(_ values: [LuaValue]) -> String {
    let texts = values.map { text($0) }
    let sideBySide = texts.joined(separator: "\t")
    let fits = !texts.contains { $0.contains("\n") } && sideBySide.count < style.columns
    return fits ? sideBySide : texts.joined(separator: "\n")
  }

  /// A string as a Lua literal: control characters and invalid UTF-8 as escapes.
  public static func literal(_ string: LuaString, limit: Int = .max) -> String {
    var result = "\""
    let shown = string.bytes.count > limit ? Array(string.bytes.prefix(limit)) : string.bytes
    var index = 0
    while index < shown.count {
      let byte = shown[index]
      if byte < 0x80 {
        let next = index + 1 < shown.count ? shown[index + 1] : 0
        result += escaped(byte, before: next)
        index += 1
      } else if let (character, length) = scalar(in: shown, at: index) {
        result += DisplayText.harmless(String(character))
        index += length
      } else {
        result += "\\x" + hex(byte)
        index += 1
      }
    }
    result += "\""
    let hidden = string.bytes.count - shown.count
    return hidden > 0 ? result + " --[[ \(hidden) more bytes ]]" : result
  }

  /// A float as Lua writes it, so that 1.0 stays a float.
  public static func number(_ value: Double) -> String {
    if value.isNaN { return "0/0" }
    if value.isInfinite { return value < 0 ? "-math.huge" : "math.huge" }
    let text = String(format: "%.14g", value)
    return text.allSatisfy { $0.isNumber || $0 == "-" } ? text + ".0" : text
  }

  private static func escaped(_ byte: UInt8, before next: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "\""): "\\\""
    case UInt8(ascii: "\\"): "\\\\"
    case 0x0a: "\\n"
    case 0x0d: "\\r"
    case 0x09: "\\t"
    case 0x20..<0x7f: String(UnicodeScalar(byte))
    default: "\\x" + hex(byte)
    }
  }

  private static func hex(_ byte: UInt8) -> String {
    (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }

  private static func scalar(in bytes: [UInt8], at index: Int) -> (Unicode.Scalar, Int)? {
    let length: Int
    switch bytes[index] {
    case 0xc2..<0xe0: length = 2
    case 0xe0..<0xf0: length = 3
    case 0xf0..<0xf5: length = 4
    default: return nil
    }
    guard index + length <= bytes.count,
      let text = String(validating: bytes[index..<index + length], as: UTF8.self),
      let scalar = text.unicodeScalars.first
    else { return nil }
    return (scalar, length)
  }
}
