import CloudAccess
import Foundation
import HTTPTypes

/// IAM v3: tokens by password or token, projects, catalogue, version discovery.
struct IdentityService: Sendable {
  let core: CloudCore
  let gateway: Gateway

  private static let subjectToken = HTTPField.Name("X-Subject-Token")
  private static let authToken = HTTPField.Name("X-Auth-Token")

  /// Answers a request below `/v3`.
  func respond(_ exchange: Exchange) async throws -> Reply {
    let path = exchange.segments.dropFirst().joined(separator: "/")
    switch (exchange.method, path) {
    case ("GET", ""), ("HEAD", ""): return version(exchange)
    case ("POST", "auth/tokens"): return try await issue(exchange)
    case ("GET", "auth/tokens"), ("HEAD", "auth/tokens"): return try check(exchange)
    case ("GET", "auth/projects"), ("GET", "projects"), ("GET", "users/\(core.credentials.user_id)/projects"):
      try authenticate(exchange)
      return projects(exchange)
    case ("GET", "auth/domains"):
      try authenticate(exchange)
      return domains()
    case ("GET", "auth/catalog"):
      try authenticate(exchange)
      return .json { text in
        text.array("catalog") { writeCatalog(to: &$0, exchange) }
        text.object("links") { $0.member("self", exchange.endpoint + "/v3/auth/catalog") }
      }
    case ("GET", "projects/\(core.credentials.project_id)"):
      try authenticate(exchange)
      return .json { text in text.object("project") { writeProject(to: &$0) } }
    default: throw Refusal.identity(status: 404, message: "The resource \(exchange.path) could not be found.")
    }
  }

  /// The version document of `/v3`.
  func version(_ exchange: Exchange) -> Reply {
    .json { text in text.object("version") { writeVersion(to: &$0, exchange) } }
  }

  func writeVersion(to text: inout JSONText, _ exchange: Exchange) {
    text.member("id", "v3.6")
    text.member("status", "stable")
    text.member("updated", "2016-04-04T00:00:00Z")
    text.array("links") { text in
      text.object { text in
        text.member("rel", "self")
        text.member("href", exchange.endpoint + "/v3/")
      }
    }
    text.array("media-types") { text in
      text.object { text in
        text.member("base", "application/json")
        text.member("type", "application/vnd.openstack.identity-v3+json")
      }
    }
  }

  private func authenticate(_ exchange: Exchange) throws(Refusal) {
    do throws(Refusal) {
      try gateway.authenticate(exchange, body: [], needsProject: false)
    } catch {
      // Signed requests are refused by the gateway in its own words, tokens by IAM.
      if exchange.header(.authorization) != nil { throw error }
      throw .identity(status: 401, message: "The request you have made requires authentication.")
    }
  }

  // MARK: Tokens

  private func issue(_ exchange: Exchange) async throws -> Reply {
    let body = try await gateway.body(of: exchange)
    let request: IdentityRequest
    do {
      request = try IdentityRequest(JSONValue(parsing: body))
    } catch let error as IdentityRequest.Malformed {
      throw Refusal.identity(status: 400, message: error.message)
    } catch {
      throw Refusal.identity(status: 400, message: "The request body is not valid JSON.")
    }
    try authenticate(request, exchange)
    let scope = try scope(of: request)
    let token = "MIIC" + RandomText.mixed(60)
    let entry = TokenTable.Entry(
      hash: TokenTable.hash(token), issued: exchange.received,
      expires: exchange.received.addingTimeInterval(core.configuration.tokenLifetime.inSeconds),
      hasProject: scope == .project)
    try core.withState { (state, _) throws(Refusal) in state.add(entry, now: exchange.received) }
    let withCatalog = scope == .project && !exchange.hasQuery("nocatalog")
    return describe(entry, exchange, methods: request.methods, withCatalog: withCatalog, status: 201)
      .with("X-Subject-Token", token)
  }

  private enum Scope { case project, domain, none }

  private func authenticate(_ request: IdentityRequest, _ exchange: Exchange) throws(Refusal) {
    let refusal = Refusal.identity(status: 401, message: "The username or password is wrong.")
    let account = core.credentials
    switch request.proof {
    case .token(let token):
      guard core.token(token, now: exchange.received) != nil else {
        throw .identity(status: 401, message: "The token must be updated.")
      }
    case .password(let user, let password):
      guard CloudCredentials.matches(password, account.password) else { throw refusal }
      if let id = user.id {
        guard id == account.user_id else { throw refusal }
      } else {
        let isDomain = user.domainID.map { $0 == account.domain_id } ?? (user.domainName == account.domain)
        guard user.name == account.user, isDomain else { throw refusal }
      }
    }
  }

  private func scope(of request: IdentityRequest) throws(Refusal) -> Scope {
    let account = core.credentials
    switch request.scope {
    case .none: return .none
    case .domain(let id, let name):
      guard id == account.domain_id || name == account.domain else {
        throw .identity(status: 401, message: "The domain of the scope does not exist.")
      }
      return .domain
    case .project(let id, let name):
      guard id == account.project_id || (id == nil && name == account.project) else {
        throw .identity(status: 401, message: "The project of the scope does not exist.")
      }
      return .project
    }
  }

  private func check(_ exchange: Exchange) throws -> Reply {
    try authenticate(exchange)
    guard let name = Self.subjectToken, let token = exchange.header(name),
      let entry = core.token(token, now: exchange.received)
    else { throw Refusal.identity(status: 404, message: "The token could not be found.") }
    return describe(
      entry, exchange, methods: ["password"], withCatalog: entry.hasProject && !exchange.hasQuery("nocatalog"),
      status: 200
    ).with("X-Subject-Token", token)
  }

  private func describe(
    _ entry: TokenTable.Entry, _ exchange: Exchange, methods: [String], withCatalog: Bool, status: Int
  ) -> Reply {
    let account = core.credentials
    return .json(status: status) { text in
      text.object("token") { text in
        text.member("expires_at", CloudDate.iso(entry.expires, .microseconds))
        text.member("issued_at", CloudDate.iso(entry.issued, .microseconds))
        text.array("methods") { text in methods.forEach { text.string($0) } }
        text.object("user") { text in
          text.member("id", account.user_id)
          text.member("name", account.user)
          text.member("password_expires_at", "")
          text.object("domain") { writeDomain(to: &$0) }
        }
        if entry.hasProject {
          text.object("project") { text in
            text.member("id", account.project_id)
            text.member("name", account.project)
            text.object("domain") { writeDomain(to: &$0) }
          }
        } else {
          text.object("domain") { writeDomain(to: &$0) }
        }
        text.array("roles") { text in
          for role in ["te_admin", "ims_adm"] {
            text.object { text in
              text.member("id", "0")
              text.member("name", role)
            }
          }
        }
        text.array("catalog") { if withCatalog { writeCatalog(to: &$0, exchange) } }
      }
    }
  }

  private func writeDomain(to text: inout JSONText) {
    text.member("id", core.credentials.domain_id)
    text.member("name", core.credentials.domain)
  }
}
