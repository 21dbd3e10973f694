/// The text in which LVM2 writes down a volume group: names with numbers, texts, lists, and sections of such.
struct LVMText {
  indirect enum Value {
    case number(UInt64)
    case text(String)
    case list([Value])
    case section([String: Value])
  }

  private static let deepest = 8

  private let bytes: [UInt8]
  private var place = 0

  /// What the text says; stops where it makes no sense.
  static func parse(_ bytes: [UInt8]) -> [String: Value] {
    var parser = LVMText(bytes)
    return parser.section(depth: 0)
  }

  private init(_ bytes: [UInt8]) {
    self.bytes = Array(bytes.prefix { $0 != 0 })
  }

  private mutating func section(depth: Int) -> [String: Value] {
    var found: [String: Value] = [:]
    while let byte = peek(), byte != UInt8(ascii: "}") {
      let name = word()
      guard !name.isEmpty, let next = peek() else { break }
      place += 1
      if next == UInt8(ascii: "{"), depth < Self.deepest {
        found[name] = .section(section(depth: depth + 1))
        guard peek() == UInt8(ascii: "}") else { break }
        place += 1
      } else if next == UInt8(ascii: "="), let value = value(depth: depth) {
        found[name] = value
      } else {
        break
      }
    }
    return found
  }

  private mutating func value(depth: Int) -> Value? {
    guard let byte = peek() else { return nil }
    if byte == UInt8(ascii: "\"") {
      place += 1
      var text: [UInt8] = []
      while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
        if bytes[place] == UInt8(ascii: "\\"), place + 1 < bytes.count { place += 1 }
        text.append(bytes[place])
        place += 1
      }
      place += 1
      return .text(String(decoding: text, as: UTF8.self))
    }
    if byte == UInt8(ascii: "["), depth < Self.deepest {
      place += 1
      var items: [Value] = []
      while let next = peek(), next != UInt8(ascii: "]") {
        if next == UInt8(ascii: ",") {
          place += 1
        } else if let item = value(depth: depth + 1) {
          items.append(item)
        } else {
          return nil
        }
      }
      place += 1
      return .list(items)
    }
    let word = word()
    return word.isEmpty ? nil : UInt64(word).map(Value.number) ?? .text(word)
  }

  /// The next byte that is neither space nor in a comment.
  private mutating func peek() -> UInt8? {
    while place < bytes.count {
      if bytes[place] == UInt8(ascii: "#") {
        while place < bytes.count, bytes[place] != 10 { place += 1 }
      } else if bytes[place] <= 32 {
        place += 1
      } else {
        return bytes[place]
      }
    }
    return nil
  }

  private mutating func word() -> String {
    let start = place
    while place < bytes.count, Self.isPart(bytes[place]) { place += 1 }
    return String(decoding: bytes[start..<place], as: UTF8.self)
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || [0x2B, 0x2D, 0x2E, 0x5F].contains(byte)
  }
}

extension LVMText.Value {
  var number: UInt64? { if case .number(let number) = self { number } else { nil } }
  var text: String? { if case .text(let text) = self { text } else { nil } }
  var list: [LVMText.Value]? { if case .list(let list) = self { list } else { nil } }
  var section: [String: LVMText.Value]? { if case .section(let section) = self { section } else { nil } }
}
