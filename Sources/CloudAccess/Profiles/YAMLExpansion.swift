import Yams

/// Finds out to how much a YAML text unfolds before its aliases are followed.
///
/// Aliases of aliases grow without end ("billion laughs"), and a parser that follows them hashes what it found where they stand as keys. So the
/// text is read once with every alias replaced by a short scalar, and the sizes are reckoned from that.
package struct YAMLExpansion {
  /// Why a text is not read.
  package struct Refused: Error, CustomStringConvertible {
    package var description: String
  }

  /// What stands for an alias; a text that begins so is counted for one, which does no harm.
  private static let placeholder = "ALIAS."

  /// How many values each anchor stands for.
  private var sizes: [String: Int] = [:]

  /// - Throws: `YamlError`, or ``Refused``.
  package static func check(_ text: String) throws {
    guard text.utf8.contains(UInt8(ascii: "*")) else { return }
    let parser = try Parser(yaml: replacingAliases(in: text))
    guard let root = try parser.singleRoot() else { return }
    var expansion = YAMLExpansion()
    // Nodes hold their anchors weakly, the parser holds them.
    let size = try withExtendedLifetime(parser) { try expansion.size(root) }
    guard size <= YAMLReader.valueLimit else { throw YAMLReader.TooMany() }
  }

  /// Every star that may begin an alias is replaced; in texts that are no aliases it does not matter.
  private static func replacingAliases(in text: String) -> String {
    var result: [UInt8] = []
    let bytes = Array(text.utf8)
    result.reserveCapacity(bytes.count + 1024)
    for (index, byte) in bytes.enumerated() {
      let before = index == 0 ? 0x0A : bytes[index - 1]
      let isStart = before <= 0x20 || "[{,:-?".utf8.contains(before)
      let isFollowed = index + 1 < bytes.count && bytes[index + 1] > 0x20
      if byte == UInt8(ascii: "*"), isStart, isFollowed {
        result += placeholder.utf8
      } else {
        result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private mutating func size(_ node: Node) throws -> Int {
    var size = 1
    switch node {
    case .alias: break
    case .scalar(let scalar):
      if scalar.style == .plain, scalar.string.hasPrefix(Self.placeholder) {
        size = sizes[String(scalar.string.dropFirst(Self.placeholder.count))] ?? 1
      }
      if let anchor = scalar.anchor { sizes[anchor.rawValue] = size }
    case .sequence(let items):
      for item in items { size = try sum(size, self.size(item)) }
      if let anchor = items.anchor { sizes[anchor.rawValue] = size }
    case .mapping(let mapping):
      for (key, value) in mapping {
        let own = try self.size(key)
        guard own == 1 || !Self.hasAlias(key) else {
          throw Refused(description: "an alias stands for a list or a map where a key belongs")
        }
        size = try sum(try sum(size, own), self.size(value))
      }
      if let anchor = mapping.anchor { sizes[anchor.rawValue] = size }
    }
    return size
  }

  private static func hasAlias(_ node: Node) -> Bool {
    switch node {
    case .alias: true
    case .scalar(let scalar): scalar.style == .plain && scalar.string.hasPrefix(placeholder)
    case .sequence(let items): items.contains(where: hasAlias)
    case .mapping(let mapping): mapping.contains { hasAlias($0.key) || hasAlias($0.value) }
    }
  }

  private func sum(_ first: Int, _ second: Int) throws -> Int {
    guard first + second <= YAMLReader.valueLimit else { throw YAMLReader.TooMany() }
    return first + second
  }
}
