import Foundation

/// Takes out of an answer what the request told in confidence.
///
/// Gateways and debugging proxies quote requests in their refusals, and what a refusal says goes into errors, logs and the ledger.
package struct SecretMask: Sendable {
  /// What stands in a secret's place.
  package static let replacement = Array("<secret>".utf8)

  /// Shorter ones stand in ordinary words as well, and are none.
  private static let shortest = 4

  private let needles: [[UInt8]]

  /// Knows the values of a request's secret headers, and the secrets given, each also as JSON and URLs write it.
  package init(_ request: HTTPRequest, also others: [Secret] = []) {
    let headers = request.headers.filter { Redaction.isSecret(header: $0.name) }.map(\.value)
    var forms: Set<String> = []
    for text in headers + (others + request.secrets).map({ $0.reveal() }) {
      forms.insert(text)
      forms.insert(PercentEncoding.encode(text))
      let escaped = Self.escaped(text)
      // A quoted request stands in JSON itself.
      forms.formUnion([escaped, Self.escaped(escaped)])
    }
    needles = forms.map { Array($0.utf8) }.filter { $0.count >= Self.shortest }.sorted { $0.count > $1.count }
  }

  /// The answer without the secrets in its body.
  package func masked(_ response: HTTPResponse) -> HTTPResponse {
    var response = response
    for needle in needles { Self.replace(needle, in: &response.body) }
    return response
  }

  /// As it stands between the quotes of JSON.
  private static func escaped(_ text: String) -> String {
    String(JSONValue.string(text).serialized().dropFirst().dropLast())
  }

  private static func replace(_ needle: [UInt8], in body: inout [UInt8]) {
    var output: [UInt8] = []
    var start = 0
    while let found = position(of: needle, in: body, from: start) {
      output += body[start..<found]
      output += replacement
      start = found + needle.count
    }
    guard start > 0 else { return }
    output += body[start...]
    body = output
  }

  private static func position(of needle: [UInt8], in body: [UInt8], from start: Int) -> Int? {
    body.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let first = needle.first else { return nil }
      var position = start
      while position + needle.count <= bytes.count {
        guard let found = memchr(base + position, Int32(first), bytes.count - position) else { return nil }
        position = UnsafeRawPointer(found) - base
        if position + needle.count <= bytes.count, memcmp(found, needle, needle.count) == 0 { return position }
        position += 1
      }
      return nil
    }
  }
}
