extension JSONValue {
  /// Parses a JSON text, strictly; of a name that stands twice the last value counts.
  ///
  /// Throws a ``JSONSyntaxError`` when the bytes are no JSON text or nest deeper than 512.
  public init(parsing bytes: [UInt8]) throws {
    var parser = JSONParser(bytes)
    self = try parser.document()
  }

  /// The same of somebody who is not trusted with this process's memory: more values than `valueLimit` are refused before they are made.
  package init(parsing bytes: [UInt8], valueLimit: Int) throws {
    var parser = JSONParser(bytes, valueLimit: valueLimit)
    self = try parser.document()
  }

  /// Parses an object one of whose members is a long array, without ever holding all of that: `hand` gets its elements one after the other.
  ///
  /// In the result that array is empty. Throws a ``JSONSyntaxError`` as ``init(parsing:)`` does, maybe after some elements.
  public init(parsing bytes: [UInt8], handing name: String, _ hand: (JSONValue) -> Void) throws {
    var parser = JSONParser(bytes)
    self = try parser.document(handing: name, hand)
  }

  /// The JSON text of this value, members sorted by the bytes of their names so that equal values have equal texts.
  ///
  /// Numbers that JSON cannot hold (not a number, infinities) become `null`.
  public func serialized(pretty: Bool = false) -> String {
    var writer = Writer(pretty: pretty)
    writer.write(self)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// The JSON text of an object whose members keep the given order, as an API's documentation prints them.
  public static func serialized(members: [(String, JSONValue)], pretty: Bool = false) -> String {
    var writer = Writer(pretty: pretty)
    writer.writeObject(members)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private struct Writer {
    let pretty: Bool
    var bytes: [UInt8] = []
    var depth = 0

    init(pretty: Bool) { self.pretty = pretty }

    mutating func write(_ value: JSONValue) {
      switch value {
      case .null: bytes += "null".utf8
      case .bool(let value): bytes += (value ? "true" : "false").utf8
      case .integer(let value): bytes += String(value).utf8
      case .number(let value): bytes += (value.isFinite ? "\(value)" : "null").utf8
      case .string(let value): writeString(value)
      case .array(let elements):
        write(elements, open: "[", close: "]") { writer, element in writer.write(element) }
      case .object(let members):
        writeObject(members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) })
      }
    }

    mutating func writeObject(_ members: [(String, JSONValue)]) {
      write(members, open: "{", close: "}") { writer, member in
        writer.writeString(member.0)
        writer.bytes += (writer.pretty ? ": " : ":").utf8
        writer.write(member.1)
      }
    }

    private mutating func write<Item>(
      _ items: [Item], open: Character, close: Character, each: (inout Writer, Item) -> Void
    ) {
      bytes += open.utf8
      depth += 1
      for (index, item) in items.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        breakLine()
        each(&self, item)
      }
      depth -= 1
      if !items.isEmpty { breakLine() }
      bytes += close.utf8
    }

    private mutating func breakLine() {
      guard pretty else { return }
      bytes.append(UInt8(ascii: "\n"))
      bytes += repeatElement(UInt8(ascii: " "), count: depth * 2)
    }

    private mutating func writeString(_ text: String) {
      bytes.append(UInt8(ascii: "\""))
      for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""): bytes += "\\\"".utf8
        case UInt8(ascii: "\\"): bytes += "\\\\".utf8
        case 0x0A: bytes += "\\n".utf8
        case 0x0D: bytes += "\\r".utf8
        case 0x09: bytes += "\\t".utf8
        case 0..<0x20, 0x7F:
          bytes += "\\u00".utf8
          bytes.append(Hex.lower[Int(byte >> 4)])
          bytes.append(Hex.lower[Int(byte & 15)])
        default: bytes.append(byte)
        }
      }
      bytes.append(UInt8(ascii: "\""))
    }
  }
}
