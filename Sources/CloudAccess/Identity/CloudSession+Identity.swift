import Foundation

extension CloudSession {
  /// The address of a service without a trailing slash: an override, else the catalogue's, else the host pattern's.
  public func endpoint(_ service: CloudService) async throws -> String {
    if let override = profile.endpointOverrides[service] { return Self.trimmed(override) }
    if service == .identity { return identityURL }
    if profile.usesCatalog {
      switch profile.credentials {
      case .password:
        if let url = try await projectToken().catalog[service] { return url }
      case .token:
        if let url = try await inspectedToken().catalog[service] { return url }
      case .accessKey: break
      }
    }
    return EndpointPatterns.endpoint(service, authURL: profile.authURL, region: profile.region)
  }

  /// The project's id: the profile's, else the token's, else looked up by name.
  public func projectID() async throws -> String {
    if let id = profile.projectID { return id }
    switch profile.credentials {
    case .password:
      if let id = try await projectToken().projectID { return id }
    case .token:
      if let id = try await inspectedToken().projectID { return id }
    case .accessKey: break
    }
    return try await project.value { try await self.lookUpProject() }
  }

  private var identityURL: String {
    let url = Self.trimmed(profile.endpointOverrides[.identity] ?? profile.authURL)
    return url.hasSuffix("/v3") ? url : url + "/v3"
  }

  private static func trimmed(_ url: String) -> String {
    var url = url[...]
    while url.hasSuffix("/") { url = url.dropLast() }
    return String(url)
  }

  /// The token to send now.
  func currentToken() async throws -> Secret {
    if case .token(let given) = profile.credentials { return given }
    return try await projectToken().value
  }

  /// The cached token, renewed when it is old. A renewal that fails is put off while the old token still holds.
  private func projectToken() async throws -> ProjectToken {
    let now = time.monotonic
    do {
      return try await token.value(where: { now < $0.renewAt }, make: { try await self.logIn() })
    } catch let error as CloudError where error.retryable {
      guard let old = token.kept, time.monotonic < old.endsAt else { throw error }
      logger.warning("the token could not be renewed, going on with the old one", metadata: ["error": "\(error)"])
      return old
    }
  }

  private var doubtfulAddress: String {
    "auth_url may not be an IAM address, or a proxy answered: \(Redaction.url(profile.authURL))"
  }

  private func logIn() async throws -> ProjectToken {
    guard case .password(let credentials) = profile.credentials else {
      throw CloudError(kind: .authentication, message: "The profile \(profile.name) has no password to log in with.")
    }
    let call = APICall(service: .identity, method: "POST", path: "/auth/tokens")
    var request = HTTPRequest(
      method: "POST", url: identityURL + "/auth/tokens" + (profile.usesCatalog ? "" : "?nocatalog=true"),
      headers: [("Content-Type", "application/json;charset=utf8")])
    request.body = Array(TokenRequest.body(credentials, profile: profile).serialized().utf8)
    let login = request
    return try await repeating(call) {
      let response = try await self.exchange(login, bodyLimit: call.bodyLimit)
      guard (200..<300).contains(response.status) else {
        var error = CloudError(response: response, what: "The login at IAM", now: self.time.now, isSigned: false)
        if response.status == 404 || response.status == 405 { error.hint = self.doubtfulAddress }
        throw error
      }
      guard let value = response.header("X-Subject-Token"), !value.isEmpty else {
        throw CloudError(
          kind: .authentication,
          message: "IAM answered \(response.status), but without the header X-Subject-Token"
            + (ErrorBody(response.body).message.map { ": \($0)" } ?? "."),
          status: response.status, requestID: CloudError.requestID(in: response),
          hint: self.doubtfulAddress, delivery: .answered)
      }
      return ProjectToken(
        value: Secret(value), answer: Self.json(response.body), received: self.time.monotonic, now: self.time.now,
        region: self.profile.region)
    }
  }

  /// What IAM says about a given token: its project and catalogue; nothing, when IAM refuses to say.
  private func inspectedToken() async throws -> ProjectToken {
    guard case .token(let given) = profile.credentials else { return try await projectToken() }
    return try await token.value { [self] in
      let call = APICall(service: .identity, path: "/auth/tokens")
      let request = HTTPRequest(
        method: "GET", url: identityURL + "/auth/tokens",
        headers: [("X-Auth-Token", given.reveal()), ("X-Subject-Token", given.reveal())])
      return try await repeating(call) {
        let response = try await self.exchange(request, bodyLimit: call.bodyLimit)
        if response.status >= 500 || response.status == 429 {
          throw CloudError(response: response, what: "The check of the token", now: self.time.now, isSigned: false)
        }
        return ProjectToken(
          value: given, answer: response.status < 300 ? Self.json(response.body) : nil,
          received: self.time.monotonic, now: self.time.now, region: self.profile.region)
      }
    }
  }

  private func lookUpProject() async throws -> String {
    let name = profile.projectName ?? profile.region
    let answer = try await send(APICall(service: .identity, path: "/projects", query: [("name", name)]))
    let projects = answer.json?["projects"]?.arrayValue ?? []
    let match = projects.first { $0["name"]?.stringValue == name } ?? (projects.count == 1 ? projects[0] : nil)
    guard let id = match?["id"]?.stringValue else {
      throw CloudError(
        kind: .not_found, message: "IAM knows no project \(name) for these credentials.", status: answer.status,
        requestID: answer.requestID, hint: "set project_name or project_id in the profile", delivery: .answered)
    }
    return id
  }
}
