/// Looks at the text of a YAML file before it is parsed, for what would keep a parser busy or its stack full.
///
/// Parsers recurse for every level of nesting, and aliases of aliases unfold without end; files that describe plugins need neither.
enum YAMLShape {
  static let sizeLimit = 256 << 10
  private static let depthLimit = 32
  private static let indentLimit = 160

  /// What is wrong with the shape and in which line; nil for an ordinary file.
  static func fault(in bytes: [UInt8]) -> (line: Int, message: String)? {
    guard bytes.count <= sizeLimit else { return (1, "the file is longer than \(sizeLimit >> 10) KB") }
    guard !bytes.contains(0) else { return (1, "the file is no text") }
    var (depth, line) = (0, 1)
    for rest in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      let indent = rest.prefix { $0 == 0x20 || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "?") }.count
      if indent > indentLimit { return (line, "it is nested too deeply") }
      for byte in rest {
        if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { depth += 1 }
        if byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") { depth -= 1 }
        if depth > depthLimit { return (line, "it is nested more than \(depthLimit) levels deep") }
      }
      if depth < 0 { depth = 0 }
      if hasAnchor(rest) { return (line, "anchors and aliases (&name, *name) are not allowed here") }
      line += 1
    }
    return nil
  }

  /// Whether `&name` stands where a value may begin.
  private static func hasAnchor(_ line: ArraySlice<UInt8>) -> Bool {
    for index in line.indices where line[index] == UInt8(ascii: "&") {
      guard index + 1 < line.endIndex, line[index + 1] > 0x20 else { continue }
      var before = index - 1
      while before >= line.startIndex, line[before] == 0x20 || line[before] == 0x09 { before -= 1 }
      if before < line.startIndex { return true }
      let isSpaced = before < index - 1
      let byte = line[before]
      if byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") || byte == UInt8(ascii: ",") { return true }
      if isSpaced, ":-?".utf8.contains(byte) { return true }
      // A tag may stand between: `key: !x &name`.
      let word = line[...before].reversed().prefix { $0 > 0x20 }.last
      if isSpaced, word == UInt8(ascii: "!") { return true }
    }
    return false
  }
}
