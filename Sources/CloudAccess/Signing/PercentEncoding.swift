/// Percent-encoding as the signing rules want it: bytes of UTF-8, upper-case digits, no normalisation.
public enum PercentEncoding {
  /// Encodes everything but `A-Z a-z 0-9 - _ . ~`, and the bytes named as allowed.
  public static func encode(_ text: some StringProtocol, allowing allowed: String = "") -> String {
    encode(bytes: text.utf8, allowing: Array(allowed.utf8))
  }

  /// Encodes everything but `A-Z a-z 0-9 - _ . ~`, and the bytes allowed.
  public static func encode(bytes: some Sequence<UInt8>, allowing allowed: [UInt8] = []) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.underestimatedCount + 16)
    for byte in bytes {
      if isUnreserved(byte) || allowed.contains(byte) {
        output.append(byte)
      } else {
        output.append(UInt8(ascii: "%"))
        output.append(Hex.upper[Int(byte >> 4)])
        output.append(Hex.upper[Int(byte & 15)])
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Decodes every well-formed escape once; malformed ones and `+` stay as they are.
  public static func decodedBytes(_ text: some StringProtocol) -> [UInt8] {
    let input = Array(text.utf8)
    guard input.contains(UInt8(ascii: "%")) else { return input }
    var output: [UInt8] = []
    output.reserveCapacity(input.count)
    var index = 0
    while index < input.count {
      if input[index] == UInt8(ascii: "%"), index + 2 < input.count, let high = Hex.value(input[index + 1]),
        let low = Hex.value(input[index + 2])
      {
        output.append(high << 4 | low)
        index += 3
      } else {
        output.append(input[index])
        index += 1
      }
    }
    return output
  }

  /// Decodes like ``decodedBytes(_:)`` and repairs what is no UTF-8 with U+FFFD.
  public static func decode(_ text: some StringProtocol) -> String {
    String(decoding: decodedBytes(text), as: UTF8.self)
  }

  /// The pairs of a query as it stands on the wire, in its order, decoded.
  ///
  /// `plusIsSpace` tells whether `+` means a space, as form-encoding clients write it.
  public static func queryPairs(_ query: some StringProtocol, plusIsSpace: Bool) -> [(String, String)] {
    query.split(separator: "&" as Character).map { part in
      let pair = part.split(separator: "=" as Character, maxSplits: 1, omittingEmptySubsequences: false)
      return (plain(pair[0], plusIsSpace), pair.count > 1 ? plain(pair[1], plusIsSpace) : "")
    }
  }

  private static func plain(_ text: some StringProtocol, _ plusIsSpace: Bool) -> String {
    guard plusIsSpace, text.utf8.contains(UInt8(ascii: "+")) else { return decode(text) }
    return decode(String(decoding: text.utf8.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }, as: UTF8.self))
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
