import Crypto
import Foundation

extension RequestSigner {
  /// Decodes the path once, encodes each segment again, and lets it end with a slash.
  ///
  /// Escapes that make no UTF-8 become U+FFFD in form A, whose library decodes to text; form B keeps the bytes.
  static func canonicalURI(_ path: String, form: SigningForm) -> String {
    var bytes = PercentEncoding.decodedBytes(path)
    if form == .a { bytes = Array(String(decoding: bytes, as: UTF8.self).utf8) }
    let encoded = PercentEncoding.encode(bytes: bytes, allowing: [UInt8(ascii: "/")])
    return encoded.utf8.last == UInt8(ascii: "/") ? encoded : encoded + "/"
  }

  /// Encodes and sorts the parameters; form B ignores case when sorting and keeps one value of a repeated key.
  static func canonicalQuery(_ query: [(String, String)], form: SigningForm) -> String {
    switch form {
    case .a: return joined(sortedByBytes(query))
    case .b:
      var seen: Set<[UInt8]> = []
      let firsts = query.filter { seen.insert(Array($0.0.utf8)).inserted }
      return joined(sortedIgnoringCase(firsts))
    }
  }

  /// The query to send: all parameters in the order in which they are signed.
  static func wireQuery(_ query: [(String, String)], form: SigningForm) -> String {
    joined(form == .a ? sortedByBytes(query) : sortedIgnoringCase(query))
  }

  private static func sortedByBytes(_ query: [(String, String)]) -> [(String, String)] {
    query.sorted { left, right in
      if left.0.utf8.elementsEqual(right.0.utf8) { return left.1.precedesByBytes(right.1) }
      return left.0.precedesByBytes(right.0)
    }
  }

  private static func sortedIgnoringCase(_ query: [(String, String)]) -> [(String, String)] {
    query.enumerated().sorted { left, right in
      let names = (left.element.0.lowercased(), right.element.0.lowercased())
      return names.0.utf8.elementsEqual(names.1.utf8) ? left.offset < right.offset : names.0.precedesByBytes(names.1)
    }.map(\.element)
  }

  private static func joined(_ query: [(String, String)]) -> String {
    query.map { PercentEncoding.encode($0.0) + "=" + PercentEncoding.encode($0.1) }.joined(separator: "&")
  }

  /// The names that are signed, in lower case and sorted; form A leaves out names with an underscore.
  static func signedHeaderNames(_ headers: [(name: String, value: String)], form: SigningForm) -> [String] {
    var names = Set(headers.map { Array($0.name.asciiLowercased.utf8) })
    if form == .a { names = names.filter { !$0.contains(UInt8(ascii: "_")) } }
    return names.sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
  }

  /// Trims a header's value; form B also makes one space of every run of white space.
  static func canonicalValue(_ value: String, form: SigningForm) -> String {
    let scalars = value.unicodeScalars
    switch form {
    case .a:
      let trimmed = scalars.drop(while: isSpace).reversed().drop(while: isSpace)
      return String(String.UnicodeScalarView(trimmed.reversed()))
    case .b:
      return scalars.split(whereSeparator: isSpace).map { String($0) }.joined(separator: " ")
    }
  }

  /// White space as the library of form A trims it: Unicode's, and the four information separators.
  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
  }

  /// The hash that stands for the body; a given one as the receiver sees it, without the spaces around it.
  static func payloadHash(_ input: SigningInput) -> String {
    guard !input.body.isEmpty else { return emptyPayloadHash }
    if let given = input.header("X-Sdk-Content-Sha256")?.trimmed, !given.isEmpty { return given }
    return Hex.encode(SHA256.hash(data: input.body))
  }

  /// Whether the body of that media type is hashed, rather than declared unsigned.
  static func isHashedType(_ type: String) -> Bool {
    type.hasPrefix("application/json") || type.hasPrefix("application/bson")
  }
}
