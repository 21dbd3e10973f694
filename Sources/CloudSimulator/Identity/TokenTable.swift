import Crypto
import Foundation

/// The tokens that are valid, known by their hashes only, so that the database holds none that could be used.
struct TokenTable: Sendable {
  struct Entry: Sendable, Equatable {
    var hash: String
    var issued: Date
    var expires: Date
    /// Whether the token was made for the project; one without scope cannot use the image service.
    var hasProject: Bool
  }

  private var entries: [String: Entry] = [:]

  init(_ entries: [Entry] = []) {
    for entry in entries { self.entries[entry.hash] = entry }
  }

  static func hash(_ token: String) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in SHA256.hash(data: Array(token.utf8)) {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Adds a new token and drops those that have expired.
  mutating func add(_ entry: Entry, now: Date) {
    if entries.count > 1000 { entries = entries.filter { $0.value.expires > now } }
    entries[entry.hash] = entry
  }

  /// The entry of a token that is valid at `now`.
  func entry(for token: String, now: Date) -> Entry? {
    guard let entry = entries[Self.hash(token)], entry.expires > now else { return nil }
    return entry
  }
}
