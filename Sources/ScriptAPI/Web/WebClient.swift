import CloudAccess
import Synchronization

/// Talks HTTP for the scripts of a session; connects on first use, and asks for every server on the way whether it may.
public final class WebClient: Sendable {
  private let makeTransport: @Sendable () -> any HTTPTransport
  private let time: any TimeSource
  private let looksUpHosts: Bool
  private let transport = Mutex<(any HTTPTransport)?>(nil)

  /// A client that makes its transport on first use; with `looksUpHosts` false it asks nobody where a name leads, since nothing is sent there.
  public init(
    time: any TimeSource, looksUpHosts: Bool = true, transport: @escaping @Sendable () -> any HTTPTransport
  ) {
    self.time = time
    self.looksUpHosts = looksUpHosts
    makeTransport = transport
  }

  /// A client of this machine's network, through the proxies that the environment names; `layer` stands between.
  public convenience init(
    environment: [String: String] = [:], time: any TimeSource = SystemTime(), looksUpHosts: Bool = true,
    layer: (@Sendable (any HTTPTransport) -> any HTTPTransport)? = nil
  ) {
    self.init(time: time, looksUpHosts: looksUpHosts) {
      let network = AsyncHTTPTransport(proxyEnvironment: environment)
      return layer?(network) ?? network
    }
  }

  /// Sends a request and follows its redirects.
  ///
  /// A redirect is a request of its own: its server must be allowed as well, secrets and cookies stay behind when the server changes,
  /// and none leads from https to http.
  /// - Throws: ``ScriptFailure`` of kind `capability`, `network`, `timeout` or `argument`.
  ///
  /// In a `rehearsal` what is more than a question stays here and is answered with an empty 200.
  func send(
    _ request: WebRequest, access: any ScriptAccess, rehearsal: (any Rehearsal)? = nil
  ) async throws -> WebAnswer {
    var (request, hops) = (request, 0)
    let deadline = time.monotonic + request.timeout
    while true {
      try await allow(request.address, access)
      if let rehearsal, !["GET", "HEAD"].contains(request.method) {
        let status = rehearsal.sending(RehearsedRequest(request))
        return WebAnswer(status: status, headers: [], body: [], address: request.address, isRedirected: hops > 0)
      }
      let response = try await exchange(request, left: deadline - time.monotonic)
      let isRedirect = [301, 302, 303, 307, 308].contains(response.status)
      guard isRedirect, request.redirects > 0, let location = response.header("location") else {
        return WebAnswer(
          status: response.status, headers: response.headers.map { ($0.name.lowercased(), $0.value) },
          body: response.body, address: request.address, isRedirected: hops > 0)
      }
      hops += 1
      guard hops <= request.redirects else {
        throw ScriptFailure(
          kind: "network", "\(request.address.shownHost) redirects more than \(request.redirects) times",
          hint: "ask for the final address, or allow more with redirects = n")
      }
      try redirect(&request, to: location, status: response.status)
    }
  }

  private func redirect(_ request: inout WebRequest, to location: String, status: Int) throws {
    let target = try request.address.following(location)
    guard target.scheme == "https" || request.address.scheme == "http" else {
      throw ScriptFailure(
        kind: "network",
        "\(request.address.shownHost) redirects from https to http, which would show everything on the way")
    }
    if target.origin != request.address.origin {
      request.headers.removeAll { header in
        header.isSecret || ["authorization", "cookie", "proxy-authorization"].contains(header.name.lowercased())
      }
    }
    let keepsMethod = status == 307 || status == 308 || request.method == "GET" || request.method == "HEAD"
    if keepsMethod, request.body != nil, target.origin != request.address.origin {
      throw ScriptFailure(
        kind: "network", "\(request.address.shownHost) redirects a request with a body to another server",
        hint: "ask for the final address")
    }
    if !keepsMethod {
      request.method = "GET"
      request.body = nil
      request.headers.removeAll { $0.name.lowercased().hasPrefix("content-") }
    }
    request.address = target
  }

  private func allow(_ address: WebAddress, _ access: any ScriptAccess) async throws {
    try access.check(.network(host: address.host, port: address.port, isSecret: address.isSecret))
    guard !access.allowsPrivateAddress(host: address.host, port: address.port) else { return }
    guard looksUpHosts else { return }
    // A look-up of a name takes real time, in which a clock that jumps must stand.
    time.hold()
    let isPrivate = await PrivateAddress.isMeant(by: address.host)
    time.release()
    guard isPrivate else { return }
    throw ScriptFailure(
      kind: "capability",
      "\(address.shownHost) leads to this machine or to a private network, which no pattern allows",
      hint: "grant the host by its own name: net:\(address.shownHost):\(address.port)")
  }

  private func exchange(_ request: WebRequest, left: Duration) async throws -> HTTPResponse {
    guard left > .zero else { throw Self.late(request) }
    let client = transport.withLock { transport in
      if let transport { return transport }
      let made = makeTransport()
      transport = made
      return made
    }
    var wire = HTTPRequest(
      method: request.method, url: request.address.url, headers: request.headers.map { ($0.name, $0.value) },
      body: request.body)
    wire.secrets = request.secrets
    if request.address.isSecret { wire.secrets += [Secret(request.address.url), Secret(request.address.target)] }
    time.hold()
    defer { time.release() }
    do {
      return try await client.send(
        wire, timeouts: HTTPTimeouts(connect: min(left, .seconds(10)), headers: left, body: left),
        bodyLimit: request.bodyLimit)
    } catch let error as CloudError {
      if error.kind == .cancelled { throw CancellationError() }
      if error.kind == .timeout { throw Self.late(request) }
      guard !request.address.isSecret else {
        throw ScriptFailure(kind: "network", "no answer came from the server that a secret names")
      }
      throw ScriptFailure(kind: "network", error.message, hint: error.cause ?? error.hint)
    }
  }

  private static func late(_ request: WebRequest) -> ScriptFailure {
    ScriptFailure(
      kind: "timeout", "\(request.address.shownHost) did not answer in time",
      hint: "give it longer with timeout = \"60s\"")
  }
}
