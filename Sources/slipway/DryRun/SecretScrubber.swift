import CloudAccess

/// Takes secrets out of texts by their values, wherever a script may have put them.
struct SecretScrubber: Sendable {
  /// Shorter ones would take innocent words with them.
  private static let shortest = 6
  private static let words = [
    "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL", "API_KEY", "APIKEY", "ACCESS_KEY", "WEBHOOK",
  ]

  /// Knows of no secret.
  static let none = SecretScrubber(secrets: [])

  private let secrets: [String]

  private init(secrets: [String]) { self.secrets = secrets }

  /// The values of environment variables whose names say that they are secret, and the credentials of a profile.
  init(environment: [String: String], profile: CloudProfile) {
    var secrets: Set<String> = []
    for (name, value) in environment where Self.words.contains(where: name.uppercased().contains) {
      secrets.insert(value)
    }
    switch profile.credentials {
    case .password(let credentials): secrets.insert(credentials.password.reveal())
    case .accessKey(let key): secrets.formUnion(Self.parts(key))
    case .token(let token): secrets.insert(token.reveal())
    }
    if let key = profile.objectStorageKey { secrets.formUnion(Self.parts(key)) }
    self.secrets = secrets.filter { $0.utf8.count >= Self.shortest }.sorted {
      ($0.utf8.count, $0) > ($1.utf8.count, $1)
    }
  }

  private static func parts(_ key: AccessKey) -> [String] {
    [key.secret.reveal()] + (key.securityToken.map { [$0.reveal()] } ?? [])
  }

  func scrubbed(_ text: String) -> String {
    secrets.reduce(text) { $0.replacing($1, with: "<secret>") }
  }

  /// Every text in a value, the names of members included.
  func scrubbed(_ value: JSONValue) -> JSONValue {
    if secrets.isEmpty { return value }
    switch value {
    case .string(let text): return .string(scrubbed(text))
    case .array(let items): return .array(items.map(scrubbed))
    case .object(let members):
      return .object(
        Dictionary(members.map { (scrubbed($0), scrubbed($1)) }, uniquingKeysWith: { _, last in last }))
    default: return value
    }
  }
}
