import Yams

extension JSONValue {
  /// The value as a YAML document of its own, `---` first and a newline last; keys are sorted as in ``serialized(pretty:)``.
  ///
  /// Strings that some reader, of YAML 1.1 too, would take for anything else stand in quotes.
  public var yamlDocument: String {
    // What the emitter cannot write, it could not have been given: then JSON, which is YAML as well.
    (try? Yams.serialize(node: yamlNode, indent: 2, width: -1, allowUnicode: true, explicitStart: true, sortKeys: true))
      ?? "--- \(serialized())\n"
  }

  private var yamlNode: Node {
    switch self {
    case .null: Node("null", Tag(.null))
    case .bool(let flag): Node(flag ? "true" : "false", Tag(.bool))
    case .integer, .number: Node(serialized(), Tag(.float))
    case .string(let text): Node(text, Tag(.str), Self.yamlStyle(text))
    case .array(let items): Node(items.map(\.yamlNode), Tag(.seq), items.isEmpty ? .flow : .block)
    case .object(let members):
      Node(
        members.sorted { $0.key < $1.key }.map { (Node($0.key, Tag(.str), Self.yamlStyle($0.key)), $0.value.yamlNode) },
        Tag(.map), members.isEmpty ? .flow : .block)
    }
  }

  private static func yamlStyle(_ text: String) -> Node.Scalar.Style {
    if text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7f || $0.value == 0x85 }) {
      return .doubleQuoted
    }
    let plain = Node.Scalar(text, Tag(.implicit), .plain)
    let isAmbiguous =
      text.isEmpty || YAMLReader.scalar(plain) != .string(text)
      || Resolver.default.resolveTag(of: .scalar(plain)) != .str
      || text.first?.isNumber == true
    return isAmbiguous ? .singleQuoted : .plain
  }
}
