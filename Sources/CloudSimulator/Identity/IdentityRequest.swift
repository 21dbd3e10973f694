import CloudAccess

/// The body of a token request, read out of its nested form.
struct IdentityRequest: Sendable, Equatable {
  struct User: Sendable, Equatable {
    var id: String?
    var name: String?
    var domainID: String?
    var domainName: String?
  }

  enum Proof: Sendable, Equatable {
    case password(User, String)
    case token(String)
  }

  /// A project wins over a domain when both are given.
  enum Scope: Sendable, Equatable {
    case project(id: String?, name: String?)
    case domain(id: String?, name: String?)
    case none
  }

  /// What is missing or wrong, naming the place in the body.
  struct Malformed: Error, Equatable {
    var message: String
  }

  var methods: [String]
  var proof: Proof
  var scope: Scope

  init(_ json: JSONValue) throws(Malformed) {
    guard let auth = json["auth"] else { throw Malformed(message: "auth is missing.") }
    guard let identity = auth["identity"], let names = identity["methods"]?.arrayValue else {
      throw Malformed(message: "auth.identity.methods is missing.")
    }
    methods = names.compactMap(\.stringValue)
    if methods.contains("password") {
      guard let user = identity["password"]?["user"], let password = user["password"]?.stringValue else {
        throw Malformed(message: "auth.identity.password.user with a password is missing.")
      }
      let facts = User(
        id: user["id"]?.stringValue, name: user["name"]?.stringValue, domainID: user["domain"]?["id"]?.stringValue,
        domainName: user["domain"]?["name"]?.stringValue)
      guard facts.id != nil || (facts.name != nil && (facts.domainID != nil || facts.domainName != nil)) else {
        throw Malformed(message: "auth.identity.password.user needs an id, or a name and a domain.")
      }
      proof = .password(facts, password)
    } else if methods.contains("token") {
      guard let id = identity["token"]?["id"]?.stringValue else {
        throw Malformed(message: "auth.identity.token.id is missing.")
      }
      proof = .token(id)
    } else {
      throw Malformed(message: "auth.identity.methods must hold password or token.")
    }
    if let project = auth["scope"]?["project"] {
      scope = .project(id: project["id"]?.stringValue, name: project["name"]?.stringValue)
    } else if let domain = auth["scope"]?["domain"] {
      scope = .domain(id: domain["id"]?.stringValue, name: domain["name"]?.stringValue)
    } else {
      scope = .none
    }
  }
}
