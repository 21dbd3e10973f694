/// An element of a small XML document: local name, text and children; attributes and name spaces are dropped.
///
/// Listings and errors need no more. Foundation's XML would bring libxml2 and a second ICU into every process, and it
/// resolves entities that an answer of object storage never has.
package struct XMLElement: Sendable, Hashable {
  /// The name without its prefix: the services vary in name spaces by region and age.
  package var name: String
  package var text = ""
  package var children: [XMLElement] = []

  /// Reads a document; `nil` when it is none, or nests deeper than 32.
  package init?(parsing bytes: [UInt8]) {
    var reader = Reader(bytes: bytes)
    guard let root = reader.document() else { return nil }
    self = root
  }

  package init(name: String) {
    self.name = name
  }

  package subscript(_ name: String) -> XMLElement? { children.first { $0.name == name } }

  package func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  /// The text of a child, or `nil` when there is no such child.
  package func text(of name: String) -> String? { self[name]?.text }

  /// A text as it stands between tags.
  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }

  private struct Reader {
    let bytes: [UInt8]
    var index = 0
    var stack: [XMLElement] = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func document() -> XMLElement? {
      while index < bytes.count {
        guard bytes[index] == UInt8(ascii: "<") else {
          let end = find("<") ?? bytes.count
          guard take(text: bytes[index..<end]) else { return nil }
          index = end
          continue
        }
        if starts("<!--") {
          guard skip(past: "-->") else { return nil }
        } else if starts("<![CDATA[") {
          guard let end = find("]]>"), !stack.isEmpty else { return nil }
          stack[stack.count - 1].text += String(decoding: bytes[(index + 9)..<end], as: UTF8.self)
          index = end + 3
        } else if starts("<?") {
          guard skip(past: "?>") else { return nil }
        } else if starts("<!") {
          guard skip(past: ">") else { return nil }
        } else if starts("</") {
          guard let finished = close() else { return nil }
          if let finished = finished.root { return finished }
        } else {
          guard let finished = open() else { return nil }
          if let finished = finished.root { return finished }
        }
      }
      return nil
    }

    private mutating func open() -> (root: XMLElement?, Void)? {
      guard let end = find(">"), stack.count < 32 else { return nil }
      let isEmpty = bytes[end - 1] == UInt8(ascii: "/")
      let name = localName(bytes[(index + 1)..<(isEmpty ? end - 1 : end)])
      guard !name.isEmpty else { return nil }
      stack.append(XMLElement(name: name))
      index = end + 1
      return isEmpty ? finish() : (nil, ())
    }

    private mutating func close() -> (root: XMLElement?, Void)? {
      guard let end = find(">"), localName(bytes[(index + 2)..<end]) == stack.last?.name else { return nil }
      index = end + 1
      return finish()
    }

    private mutating func finish() -> (root: XMLElement?, Void)? {
      guard let element = stack.popLast() else { return nil }
      guard !stack.isEmpty else { return (element, ()) }
      stack[stack.count - 1].children.append(element)
      return (nil, ())
    }

    private func localName(_ tag: ArraySlice<UInt8>) -> String {
      let name = tag.prefix { $0 > 0x20 }
      let local = name.lastIndex(of: UInt8(ascii: ":")).map { name[($0 + 1)...] } ?? name
      return String(decoding: local, as: UTF8.self)
    }

    private mutating func take(text: ArraySlice<UInt8>) -> Bool {
      guard !stack.isEmpty else { return text.allSatisfy { $0 <= 0x20 || $0 >= 0xBB } }
      guard text.contains(UInt8(ascii: "&")) else {
        stack[stack.count - 1].text += String(decoding: text, as: UTF8.self)
        return true
      }
      var plain = ""
      for (position, part) in text.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).enumerated() {
        guard position > 0 else {
          plain += String(decoding: part, as: UTF8.self)
          continue
        }
        guard let end = part.firstIndex(of: UInt8(ascii: ";")),
          let character = Self.entity(String(decoding: part[..<end], as: UTF8.self))
        else { return false }
        plain += character + String(decoding: part[(end + 1)...], as: UTF8.self)
      }
      stack[stack.count - 1].text += plain
      return true
    }

    private static func entity(_ name: String) -> String? {
      switch name {
      case "amp": return "&"
      case "lt": return "<"
      case "gt": return ">"
      case "quot": return "\""
      case "apos": return "'"
      default:
        guard name.hasPrefix("#") else { return nil }
        let number = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
        return number.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
      }
    }

    private func starts(_ mark: StaticString) -> Bool {
      let count = mark.utf8CodeUnitCount
      guard index + count <= bytes.count else { return false }
      return (0..<count).allSatisfy { bytes[index + $0] == mark.utf8Start[$0] }
    }

    private func find(_ mark: StaticString) -> Int? {
      var copy = self
      while copy.index < bytes.count {
        if copy.starts(mark) { return copy.index }
        copy.index += 1
      }
      return nil
    }

    private mutating func skip(past mark: StaticString) -> Bool {
      guard let end = find(mark) else { return false }
      index = end + mark.utf8CodeUnitCount
      return true
    }
  }
}
