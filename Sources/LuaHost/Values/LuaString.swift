/// A Lua string: bytes, which need not be text.
public struct LuaString: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The bytes exactly as Lua holds them.
  public var bytes: [UInt8]

  /// Makes a string from text.
  public init(_ text: String) { bytes = Array(text.utf8) }

  /// Makes a string from any bytes.
  public init(bytes: [UInt8]) { self.bytes = bytes }

  public init(stringLiteral value: String) { self.init(value) }

  /// The text, with invalid UTF-8 replaced by U+FFFD.
  public var string: String { String(decoding: bytes, as: UTF8.self) }

  /// The text, or nil when the bytes are not valid UTF-8.
  public var validUTF8: String? { String(validating: bytes, as: UTF8.self) }

  public var description: String { string }
}
