import CloudAccess

/// Leaves out of a text what differs between two runs of the same: times, and the ids of records.
enum VolatileText {
  /// The text with `*` for each ISO 8601 time, compact time and ULID that stands alone.
  static func masked(_ text: String) -> String {
    let input = Array(text.utf8)
    var output: [UInt8] = []
    output.reserveCapacity(input.count)
    var index = 0
    var isInWord = false
    while index < input.count {
      if !isInWord, isDigit(input[index]), let length = time(input[index...]) ?? ulid(input[index...]) {
        output.append(UInt8(ascii: "*"))
        index += length
        continue
      }
      isInWord = isWord(input[index])
      output.append(input[index])
      index += 1
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// JSON without numbers that have a fraction (seconds since 1970, and how long something took), and with lists in an order of their own:
  /// what tasks do at the same time comes in any.
  static func masked(_ value: JSONValue) -> JSONValue {
    switch value {
    case .number: "*"
    case .array(let items):
      .array(items.map { ($0, masked($0).serialized()) }.sorted { $0.1 < $1.1 }.map { masked($0.0) })
    case .object(let members): .object(members.mapValues(masked))
    default: value
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
  }

  /// The length of `2024-01-15T08:30:00.123Z`, with a blank for the T and `+01:00` for the zone too, or of `20240115T083000Z`.
  private static func time(_ text: ArraySlice<UInt8>) -> Int? {
    if matches(text, "dddd-dd-ddTdd:dd:dd") || matches(text, "dddd-dd-dd dd:dd:dd") {
      var length = 19
      var rest = text.dropFirst(19)
      if rest.first == UInt8(ascii: ".") || rest.first == UInt8(ascii: ",") {
        let digits = rest.dropFirst().prefix { isDigit($0) }.count
        length += digits > 0 ? digits + 1 : 0
        rest = rest.dropFirst(digits > 0 ? digits + 1 : 0)
      }
      for zone in ["Z", "+dd:dd", "-dd:dd", "+dddd", "-dddd"] where matches(rest, zone) {
        return length + zone.utf8.count
      }
      return length
    }
    return matches(text, "ddddddddTddddddZ") ? 16 : nil
  }

  private static func ulid(_ text: ArraySlice<UInt8>) -> Int? {
    guard let first = text.first, first <= UInt8(ascii: "7"), text.count >= 26 else { return nil }
    let word = text.prefix(26)
    guard word.allSatisfy({ isDigit($0) || (0x41...0x5A).contains($0) && !"ILOU".utf8.contains($0) }) else {
      return nil
    }
    return text.dropFirst(26).first.map { isWord($0) } == true ? nil : 26
  }

  private static func matches(_ text: ArraySlice<UInt8>, _ pattern: String) -> Bool {
    var index = text.startIndex
    for wanted in pattern.utf8 {
      guard index < text.endIndex else { return false }
      let isMatch = wanted == UInt8(ascii: "d") ? isDigit(text[index]) : text[index] == wanted
      guard isMatch else { return false }
      index += 1
    }
    return true
  }
}
