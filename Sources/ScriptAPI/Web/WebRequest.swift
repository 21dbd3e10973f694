import CloudAccess

/// What a script asks a server for, with its secrets revealed already: it is never shown, only sent.
struct WebRequest: Sendable {
  /// The secrets in its address and headers, each for itself.
  var secrets: [Secret] = []
  var method: String
  var address: WebAddress
  var headers: [Header] = []
  var body: [UInt8]?
  /// How long all of it may take, redirects included.
  var timeout: Duration = .seconds(30)
  /// The longest body taken, in bytes.
  var bodyLimit = 1 << 20
  var redirects = 5

  struct Header: Sendable {
    var name: String
    var value: String
    /// Whether it holds a secret, so that it goes to one server only.
    var isSecret: Bool
  }
}

/// What a server answered in the end.
struct WebAnswer: Sendable {
  var status: Int
  /// Names in lower case.
  var headers: [(name: String, value: String)]
  var body: [UInt8]
  /// Where the answer came from.
  var address: WebAddress
  /// Whether that is not where the request went first.
  var isRedirected: Bool
}
