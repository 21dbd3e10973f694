import Foundation
import Testing

@testable import CloudAccess

@Suite("The HTTP transport against a real server")
struct AsyncHTTPTransportTests {
  private let short = HTTPTimeouts(connect: .seconds(2), headers: .milliseconds(200), body: .milliseconds(200))

  private func outcome(
    _ answer: ScriptedServer.Answer, method: String = "GET", body: [UInt8]? = nil, limit: Int = 1000,
    overflow: HTTPRequest.BodyOverflow = .fail
  ) async throws -> Result<HTTPResponse, CloudError> {
    let server = try await ScriptedServer.start { _, _ in answer }
    let transport = AsyncHTTPTransport()
    let request = HTTPRequest(method: method, url: server.url + "/x?y=1", body: body, overflow: overflow)
    let result: Result<HTTPResponse, CloudError>
    do {
      result = .success(try await transport.send(request, timeouts: short, bodyLimit: limit))
    } catch let error as CloudError { result = .failure(error) }
    await transport.shutdown()
    await server.stop()
    return result
  }

  private func error(_ answer: ScriptedServer.Answer, body: [UInt8]? = nil) async throws -> CloudError {
    switch try await outcome(answer, method: body == nil ? "GET" : "POST", body: body) {
    case .failure(let error): return error
    case .success(let response):
      Issue.record("answered \(response)")
      throw CancellationError()
    }
  }

  @Test("An answer comes back whole, whatever its status, and a redirect is not followed")
  func answers() async throws {
    let server = try await ScriptedServer.start { request, _ in
      request.path == "/moved"
        ? .answer(307, [("Location", "/elsewhere")], []) : .answer(418, [("X-A", "1"), ("X-A", "2")], request.body)
    }
    let transport = AsyncHTTPTransport()
    let echo = try await transport.send(
      HTTPRequest(method: "PUT", url: server.url + "/%C3%A4%2F?q=a%20b", headers: [("X-B", "ü")], body: [0, 255, 10]),
      timeouts: HTTPTimeouts(), bodyLimit: 100)
    #expect(echo.status == 418)
    #expect(echo.body == [0, 255, 10])
    #expect(echo.headers.filter { $0.name == "X-A" }.map(\.value) == ["1", "2"])
    #expect(server.received[0].uri == "/%C3%A4%2F?q=a%20b")
    let moved = try await transport.send(
      HTTPRequest(method: "GET", url: server.url + "/moved"), timeouts: HTTPTimeouts(), bodyLimit: 100)
    #expect(moved.status == 307)
    #expect(server.received.count == 2)
    await transport.shutdown()
    await server.stop()
  }

  @Test("One connection serves one request after the other")
  func keepAlive() async throws {
    let server = try await ScriptedServer.start { _, number in .json(200, "{\"n\":\(number)}") }
    let transport = AsyncHTTPTransport()
    for _ in 0..<20 {
      _ = try await transport.send(
        HTTPRequest(method: "GET", url: server.url), timeouts: HTTPTimeouts(), bodyLimit: 100)
    }
    #expect(server.received.count == 20)
    #expect(server.connectionCount == 1)
    await transport.shutdown()
    await server.stop()
  }

  @Test("A refused connection and an unknown host are certainly not sent")
  func notSent() async throws {
    let server = try await ScriptedServer.start { _, _ in .drop }
    await server.stop()
    let transport = AsyncHTTPTransport()
    for url in [server.url, "http://no-such-host.invalid/"] {
      do {
        _ = try await transport.send(
          HTTPRequest(method: "POST", url: url, body: [1]), timeouts: HTTPTimeouts(connect: .seconds(5)), bodyLimit: 10)
        Issue.record("\(url) answered")
      } catch let error as CloudError {
        #expect(error.kind == .network)
        #expect(error.delivery == .notSent)
        #expect(error.retryable)
      }
    }
    await transport.shutdown()
  }

  @Test("A TLS handshake with what is no TLS server is certainly not sent")
  func tlsFailure() async throws {
    let server = try await ScriptedServer.start { _, _ in .raw("HTTP/1.1 400 no\r\n\r\n") }
    let transport = AsyncHTTPTransport()
    do {
      _ = try await transport.send(
        HTTPRequest(method: "POST", url: "https://127.0.0.1:\(server.port)/", body: [1]),
        timeouts: HTTPTimeouts(connect: .seconds(3)), bodyLimit: 10)
      Issue.record("answered")
    } catch let error as CloudError {
      #expect(error.delivery == .notSent)
      #expect(error.kind == .network || error.kind == .timeout)
    }
    await transport.shutdown()
    await server.stop()
  }

  @Test(
    "A connection that breaks after the request leaves the outcome open", arguments: [nil, [1, 2, 3]] as [[UInt8]?])
  func dropped(_ body: [UInt8]?) async throws {
    let error = try await error(.drop, body: body)
    #expect(error.kind == .network)
    #expect(error.delivery == .ambiguous)
    #expect(error.retryable)
  }

  @Test("A body that is cut short leaves the outcome open")
  func cut() async throws {
    let error = try await error(.raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"job"), body: [1])
    #expect(error.kind == .network)
    #expect(error.delivery == .ambiguous)
  }

  @Test("What is no HTTP answer leaves the outcome open")
  func garbage() async throws {
    let error = try await error(.raw("220 mail.example ESMTP\r\n"), body: [1])
    #expect(error.kind == .network)
    #expect(error.delivery == .ambiguous)
  }

  @Test("The limits for the head and for the body count separately, and name themselves")
  func timeouts() async throws {
    let head = try await error(.silence, body: [1])
    #expect(head.kind == .timeout)
    #expect(head.delivery == .ambiguous)
    #expect(head.message.contains("did not answer within 200 ms"))
    let body = try await error(.stall)
    #expect(body.kind == .timeout)
    #expect(body.message.contains("did not end within 200 ms"))
  }

  @Test("A body over the limit is refused, whether its length is declared or not")
  func oversized() async throws {
    let declared = try await error(.flood(50_000_000, status: 200))
    #expect(declared.message.contains("longer than the limit of 1000 bytes"))
    let chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n"
      + String(repeating: "x", count: 2000) + "\r\n0\r\n\r\n"
    let undeclared = try await error(.raw(chunked))
    #expect(undeclared.message.contains("longer than the limit"))
    #expect(!undeclared.retryable)
  }

  @Test("Reading stops at the limit when asked to, long before the end of the body")
  func truncated() async throws {
    let server = try await ScriptedServer.start { _, _ in .flood(500_000_000, status: 200) }
    let transport = AsyncHTTPTransport()
    let response = try await transport.send(
      HTTPRequest(method: "GET", url: server.url, overflow: .truncate), timeouts: HTTPTimeouts(), bodyLimit: 4096)
    #expect(response.status == 200)
    #expect(response.body.count == 4096)
    #expect(response.isTruncated)
    await transport.shutdown()
    #expect(server.bytesFlooded < 50_000_000)
    await server.stop()
  }

  @Test("A body of exactly the limit is complete")
  func exactlyTheLimit() async throws {
    for overflow in [HTTPRequest.BodyOverflow.fail, .truncate] {
      let response = try await outcome(.answer(200, [], Array(repeating: 7, count: 1000)), overflow: overflow).get()
      #expect(response.body.count == 1000)
      #expect(!response.isTruncated)
    }
  }

  @Test("Cancelling the task ends the request at once, and says what is known of it")
  func cancellation() async throws {
    let server = try await ScriptedServer.start { _, _ in .silence }
    let transport = AsyncHTTPTransport()
    let task = Task {
      try await transport.send(
        HTTPRequest(method: "POST", url: server.url, body: [1]), timeouts: HTTPTimeouts(), bodyLimit: 10)
    }
    while server.received.isEmpty { await Task.yield() }
    task.cancel()
    do {
      _ = try await task.value
      Issue.record("answered")
    } catch let error as CloudError {
      #expect(error.kind == .cancelled)
      #expect(error.delivery == .ambiguous)
    }
    await transport.shutdown()
    await server.stop()
  }

  @Test("A header with a line break is refused without being quoted")
  func lineBreak() async throws {
    let transport = AsyncHTTPTransport()
    do {
      _ = try await transport.send(
        HTTPRequest(method: "GET", url: "http://127.0.0.1:9/", headers: [("X-Auth-Token", "hush\r\nX-Evil: 1")]),
        timeouts: HTTPTimeouts(), bodyLimit: 10)
      Issue.record("sent")
    } catch let error as CloudError {
      #expect(error.kind == .validation)
      #expect(error.delivery == .notSent)
      #expect(!"\(error)\(error.cause ?? "")".contains("hush"))
    }
    await transport.shutdown()
  }

  @Test("A proxy is asked for a tunnel with its own credentials, and its refusal means that nothing was sent")
  func proxy() async throws {
    let server = try await ScriptedServer.start { _, _ in .raw("HTTP/1.1 403 no\r\nContent-Length: 0\r\n\r\n") }
    let transport = AsyncHTTPTransport(proxyEnvironment: ["https_proxy": "http://me:s%20x@127.0.0.1:\(server.port)"])
    do {
      _ = try await transport.send(
        HTTPRequest(method: "POST", url: "https://ims.example.test/v2/x", headers: [("X-Auth-Token", "t")], body: [1]),
        timeouts: HTTPTimeouts(connect: .seconds(3)), bodyLimit: 10)
      Issue.record("answered")
    } catch let error as CloudError {
      #expect(error.delivery == .notSent)
      #expect(!"\(error)\(error.cause ?? "")".contains("s x"))
    }
    #expect(server.received[0].method == "CONNECT")
    #expect(server.received[0].uri == "ims.example.test:443")
    #expect(server.received[0].header("proxy-authorization") == "Basic " + Data("me:s x".utf8).base64EncodedString())
    #expect(server.received[0].header("x-auth-token") == nil)
    await transport.shutdown()
    await server.stop()
  }
}
