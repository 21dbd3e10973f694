import Yams

/// YAML as JSON values, by the rules of YAML 1.2's core schema.
///
/// Yams' own decoder takes every scalar for a string where a type is asked that could be one, and unfolds aliases without
/// limit; a request file must neither turn 40 into "40" nor keep the machine busy for hours.
package struct YAMLReader {
  /// More values than any list of requests has: what exceeds it is made of aliases of aliases.
  package static let valueLimit = 1_000_000

  /// Longer texts are no list of requests either; their parts would take a hundred times their room.
  package static let sizeLimit = 4 << 20

  private var values = 0

  /// The single document of `text`; nil if it holds nothing.
  ///
  /// Throws `YamlError` for what is no YAML, and `TooLong`, `TooMany` or ``YAMLExpansion/Refused`` for what would take too much, all of which
  /// are found before it is taken. Nesting is limited to a thousand levels by the parser itself.
  package static func value(_ text: String) throws -> JSONValue? {
    guard text.utf8.count <= sizeLimit else { throw TooLong(size: text.utf8.count) }
    try YAMLExpansion.check(text)
    guard let root = try compose(yaml: text) else { return nil }
    if case .scalar(let scalar) = root, scalar.style == .plain, scalar.string.isEmpty { return nil }
    var reader = YAMLReader()
    return try reader.value(root)
  }

  package struct TooLong: Error, CustomStringConvertible {
    package var size: Int
    package var description: String {
      "the text has \(size) bytes, at most \(YAMLReader.sizeLimit >> 20) MB can be read at once"
    }
  }

  package struct TooMany: Error, CustomStringConvertible {
    package var description: String { "it unfolds to more than \(YAMLReader.valueLimit) values" }
  }

  private mutating func value(_ node: Node) throws -> JSONValue {
    values += 1
    guard values <= Self.valueLimit else { throw TooMany() }
    switch node {
    case .scalar(let scalar): return Self.scalar(scalar)
    case .sequence(let items): return .array(try items.map { try value($0) })
    case .mapping(let mapping): return .object(try members(mapping))
    case .alias: return .null  // composing has replaced every alias already
    }
  }

  private mutating func members(_ mapping: Node.Mapping) throws -> [String: JSONValue] {
    var members: [String: JSONValue] = [:]
    var merged: [String: JSONValue] = [:]
    for (key, node) in mapping {
      if case .scalar(let scalar) = key, scalar.style == .plain, scalar.string == "<<" {
        for source in node.sequence.map(Array.init) ?? [node] {
          if case .object(let more) = try value(source) { merged.merge(more) { first, _ in first } }
        }
      } else {
        let name = if case .scalar(let scalar) = key { scalar.string } else { try value(key).serialized() }
        members[name] = try value(node)
      }
    }
    return members.merging(merged) { own, _ in own }
  }

  package static func scalar(_ scalar: Node.Scalar) -> JSONValue {
    let text = scalar.string
    guard scalar.style == .plain, scalar.tag != Tag(.str) else { return .string(text) }
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: break
    }
    return number(text) ?? .string(text)
  }

  /// Leading zeros are octal for some readers and decimal for others, so they make no number: the rules refuse the text.
  private static func number(_ text: String) -> JSONValue? {
    let signs: Set<UInt8> = [UInt8(ascii: "+"), UInt8(ascii: "-")]
    let digits = signs.contains(text.utf8.first ?? 0) ? text.utf8.dropFirst() : text.utf8[...]
    func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }
    guard isDigit(digits.first), !(digits.first == 0x30 && isDigit(digits.dropFirst().first)) else { return nil }
    if digits.allSatisfy(isDigit), let integer = Int64(text) { return .integer(integer) }
    guard digits.allSatisfy({ isDigit($0) || signs.contains($0) || ".eE".utf8.contains($0) }),
      let number = Double(text), number.isFinite
    else { return nil }
    return .number(number)
  }
}
