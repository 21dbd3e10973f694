import CloudAccess
import Foundation
import Synchronization

/// Takes secrets out of what a cassette keeps or a plan shows: by the name they stand under, by their form, and by value those that are known.
public final class SecretScrubber: Sendable {
  /// What stands in place of a secret.
  public static let mark = "<secret>"

  private struct Known {
    /// Every spelling of every secret, the longest first.
    var spellings: [[UInt8]] = []
    /// Secrets too short to be looked for inside of other texts.
    var short: Set<String> = []
    var all: Set<String> = []
  }

  private static let shortest = 4
  private let known = Mutex(Known())

  public init() {}

  /// Learns a secret, also as URLs, JSON and XML spell it.
  public func add(_ secret: String) {
    guard !secret.isEmpty, secret != Self.mark else { return }
    known.withLock { known in
      guard known.all.insert(secret).inserted else { return }
      guard secret.utf8.count >= Self.shortest else {
        known.short.insert(secret)
        return
      }
      let quoted = JSONValue.string(secret).serialized().dropFirst().dropLast()
      let escaped = secret.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      let encoded = PercentEncoding.encode(secret)
      var spellings: Set<[UInt8]> = [
        Array(secret.utf8), Array(quoted.utf8), Array(escaped.utf8), Array(encoded.utf8),
        Array(encoded.replacing("%20", with: "+").utf8), Array(PercentEncoding.encode(secret, allowing: "/").utf8),
      ]
      if secret.utf8.count >= 6 { spellings.insert(Array(Data(secret.utf8).base64EncodedString().utf8)) }
      known.spellings += spellings
      known.spellings.sort { $0.count > $1.count }
    }
  }

  /// Learns what a profile proves its caller with.
  public func add(_ profile: CloudProfile) {
    switch profile.credentials {
    case .password(let credentials):
      add(credentials.password.reveal())
      if let passcode = credentials.passcode { add(passcode.reveal()) }
    case .token(let token): add(token.reveal())
    case .accessKey(let key): add(key)
    }
    if let key = profile.objectStorageKey { add(key) }
  }

  private func add(_ key: AccessKey) {
    add(key.access)
    add(key.secret.reveal())
    if let token = key.securityToken { add(token.reveal()) }
  }

  /// Learns the environment's secrets.
  public func add(environment: [String: String]) {
    for (name, value) in environment where value.utf8.count >= 6 && SecretNames.isSecret(variable: name) { add(value) }
  }

  /// Learns the secrets in the headers of a request.
  func add(_ request: HTTPRequest) {
    for secret in request.secrets { add(secret.reveal()) }
    for name in ["X-Auth-Token", "X-Subject-Token", "X-Security-Token", "X-Obs-Security-Token", "X-Amz-Security-Token"]
    {
      if let value = request.header(name) { add(value) }
    }
  }

  /// Learns a token that an answer brings.
  func add(_ response: HTTPResponse) {
    if let token = response.header("X-Subject-Token") { add(token) }
  }

  // MARK: Texts

  /// Whether a known secret stands in the bytes.
  func finds(in bytes: [UInt8]) -> Bool {
    known.withLock { known in known.spellings.contains { ByteSearch.find($0, in: bytes) != nil } }
  }

  /// The text without known secrets and without what has the form of a bearer's token.
  public func text(_ text: String) -> String {
    let bytes = Array(text.utf8)
    let known = known.withLock { $0 }
    if known.short.contains(text) { return Self.mark }
    var clean = bytes
    for spelling in known.spellings { ByteSearch.replace(spelling, by: Array(Self.mark.utf8), in: &clean) }
    clean = TokenForms.masked(clean)
    return clean == bytes ? text : String(decoding: clean, as: UTF8.self)
  }

  /// JSON without the members that hold secrets by their names, and with every text cleaned.
  public func json(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string(let text): return .string(text.utf8Range(of: "://") == nil ? self.text(text) : url(text))
    case .array(let items): return .array(items.map(json))
    case .object(let members):
      var clean: [String: JSONValue] = [:]
      for (name, value) in members { clean[self.text(name)] = member(name, value) }
      return .object(clean)
    default: return value
    }
  }

  private func member(_ name: String, _ value: JSONValue) -> JSONValue {
    guard SecretNames.isSecret(member: name) else { return json(value) }
    switch value {
    // An object under such a name has names of its own: IAM's `token` is one.
    case .object, .array, .null, .bool: return json(value)
    case .string, .integer, .number: return .string(Self.mark)
    }
  }

  // MARK: URLs

  /// A URL, or a text with one in it, without user, password, signatures and known secrets.
  func url(_ url: String) -> String {
    let clean = text(Redaction.url(url))
    guard let question = clean.firstIndex(of: "?") else { return clean }
    let rest = clean[clean.index(after: question)...]
    return String(clean[...question]) + query(String(rest))
  }

  /// A query, or a form, without the values of secret parameters.
  func query(_ query: String) -> String {
    query.split(separator: "&", omittingEmptySubsequences: false).map { pair -> String in
      let name = pair.prefix { $0 != "=" }
      guard name.count < pair.count else { return text(String(pair)) }
      return SecretNames.isSecret(member: PercentEncoding.decode(name)) ? "\(name)=\(Self.mark)" : text(String(pair))
    }.joined(separator: "&")
  }
}
