import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// HTTP/1.1 over async-http-client: keeps connections, never follows a redirect, never repeats a request.
///
/// Nothing is started before the first request, so that a program which needs no network pays nothing for it.
public final class AsyncHTTPTransport: HTTPTransport {
  /// async-http-client fixes these two for a client, so each pair in use has a client of its own.
  private struct Variant: Hashable {
    var connect: Duration
    var proxy: ProxySettings.Server?
  }

  private struct State {
    var clients: [Variant: HTTPClient] = [:]
    var isShutDown = false
  }

  private let verifyTLS: Bool
  private let caFile: String?
  private let proxies: ProxySettings
  private let state = Mutex(State())

  /// Prepares a transport without opening anything.
  ///
  /// `caFile` is a PEM file of the authorities to trust instead of the system's; `proxyEnvironment` is where
  /// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` are looked up.
  public init(verifyTLS: Bool = true, caFile: String? = nil, proxyEnvironment: [String: String] = [:]) {
    self.verifyTLS = verifyTLS
    self.caFile = caFile
    proxies = ProxySettings(environment: proxyEnvironment)
  }

  public func send(_ request: HTTPRequest, timeouts: HTTPTimeouts, bodyLimit: Int) async throws -> HTTPResponse {
    let host = URLParts(request.url).host
    if Task.isCancelled { throw HTTPFailure.cancelled(host: host, delivery: .notSent) }
    if let stream = request.stream {
      let client = try client(for: request, timeouts: timeouts)
      return try await StreamingExchange(request, stream, timeouts: timeouts, bodyLimit: bodyLimit).run(client)
    }
    let exchange = HTTPExchange(request: request, timeouts: timeouts, bodyLimit: bodyLimit)
    do {
      let client = try client(for: request, timeouts: timeouts)
      let task = client.execute(
        request: try Self.clientRequest(request), delegate: exchange,
        eventLoop: .delegate(on: client.eventLoopGroup.next()), logger: nil)
      return try await withTaskCancellationHandler {
        try await task.futureResult.get()
      } onCancel: {
        task.fail(reason: CancellationError())
      }
    } catch {
      if let response = exchange.truncatedResponse { return response }
      throw HTTPFailure.cloudError(
        for: error, host: host, delivery: exchange.delivery, timeouts: timeouts, bodyLimit: bodyLimit)
    }
  }

  /// Closes every connection; requests under way fail, later ones are refused.
  public func shutdown() async {
    let clients = state.withLock { state in
      state.isShutDown = true
      defer { state.clients = [:] }
      return Array(state.clients.values)
    }
    for client in clients { try? await client.shutdown() }
  }

  deinit {
    for client in state.withLock({ Array($0.clients.values) }) {
      client.shutdown { _ in }
    }
  }

  private func client(for request: HTTPRequest, timeouts: HTTPTimeouts) throws -> HTTPClient {
    let variant = Variant(connect: timeouts.connect, proxy: proxies.server(for: URLParts(request.url)))
    // Going around a proxy that somebody wants, or taking it for another kind, would be wrong.
    if let proxy = variant.proxy, !["http", "https"].contains(proxy.scheme) {
      throw CloudError(
        kind: .network, message: "The proxy \(proxy.scheme)://\(proxy.host):\(proxy.port) is not one for HTTP.",
        hint: "name an HTTP proxy in HTTPS_PROXY, or the cloud's hosts in NO_PROXY")
    }
    return try state.withLock { state in
      if state.isShutDown { throw HTTPClientError.alreadyShutdown }
      if let client = state.clients[variant] { return client }
      let client = HTTPClient(
        eventLoopGroupProvider: .shared(Self.eventLoops), configuration: configuration(variant))
      state.clients[variant] = client
      return client
    }
  }

  private func configuration(_ variant: Variant) -> HTTPClient.Configuration {
    var tls = TLSConfiguration.makeClientConfiguration()
    if !verifyTLS { tls.certificateVerification = .none }
    if let caFile { tls.trustRoots = .file(caFile) }
    var configuration = HTTPClient.Configuration(
      tlsConfiguration: tls, redirectConfiguration: .disallow,
      timeout: .init(connect: TimeAmount(variant.connect)), decompression: .disabled)
    configuration.httpVersion = .http1Only
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
    configuration.connectionPool.retryConnectionEstablishment = false
    // Gateways drop idle connections after a minute or less without a word, and an import that runs into that has an
    // unknown outcome: better a new connection.
    configuration.connectionPool.idleTimeout = .seconds(15)
    if let proxy = variant.proxy {
      let authorization = proxy.user.map {
        HTTPClient.Authorization.basic(username: $0, password: proxy.password?.reveal() ?? "")
      }
      configuration.proxy = .server(host: proxy.host, port: proxy.port, authorization: authorization)
    }
    return configuration
  }

  private static func clientRequest(_ request: HTTPRequest) throws -> HTTPClient.Request {
    try HTTPClient.Request(
      url: request.url, method: HTTPMethod(rawValue: request.method),
      headers: HTTPHeaders(request.headers.map { ($0.name, $0.value) }),
      body: request.body.flatMap { $0.isEmpty ? nil : .bytes($0) })
  }

  /// One loop for all transports of the process: an import waits far more than it transfers.
  private static let eventLoops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
}
