package extension StringProtocol {
  /// Whether both are the same but for the case of ASCII letters, compared byte by byte.
  func equalsIgnoringCase(_ other: some StringProtocol) -> Bool {
    guard utf8.count == other.utf8.count else { return false }
    return zip(utf8, other.utf8).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
  }

  /// With the ASCII letters in lower case and everything else untouched.
  var asciiLowercased: String {
    String(decoding: utf8.map(\.asciiLowercased), as: UTF8.self)
  }

  /// The place of the first occurrence, compared byte by byte.
  func utf8Range(of needle: String) -> Range<Index>? {
    let wanted = Array(needle.utf8)
    guard !wanted.isEmpty else { return startIndex..<startIndex }
    var index = utf8.startIndex
    while index != utf8.endIndex {
      if utf8[index...].starts(with: wanted) {
        return index..<utf8.index(index, offsetBy: wanted.count)
      }
      index = utf8.index(after: index)
    }
    return nil
  }

  /// Whether the bytes of this text come before those of the other.
  func precedesByBytes(_ other: some StringProtocol) -> Bool {
    utf8.lexicographicallyPrecedes(other.utf8)
  }
}

package extension UInt8 {
  var asciiLowercased: UInt8 {
    self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
  }
}

package extension StringProtocol {
  /// Without white space at both ends.
  var trimmed: String {
    let scalars = unicodeScalars.drop { $0.properties.isWhitespace }.reversed().drop { $0.properties.isWhitespace }
    return String(String.UnicodeScalarView(scalars.reversed()))
  }
}
