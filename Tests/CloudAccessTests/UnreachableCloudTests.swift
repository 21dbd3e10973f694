import Foundation
import Testing

@testable import CloudAccess

@Suite("Clouds that cannot be reached as configured")
struct UnreachableCloudTests {
  private func failure(_ url: String, proxy: String? = nil, verify: Bool = true) async throws -> CloudError {
    let transport = AsyncHTTPTransport(
      verifyTLS: verify, proxyEnvironment: proxy.map { ["https_proxy": $0, "http_proxy": $0] } ?? [:])
    let error = await #expect(throws: CloudError.self) {
      try await transport.send(
        HTTPRequest(method: "GET", url: url), timeouts: HTTPTimeouts(connect: .seconds(5)), bodyLimit: 10)
    }
    await transport.shutdown()
    return try #require(error)
  }

  @Test("A port at which nobody listens says so, and what to look at")
  func refused() async throws {
    let server = try await ScriptedServer.start { _, _ in .silence }
    let url = server.url
    await server.stop()
    let error = try await failure(url)
    #expect(error.message.contains("No connection to 127.0.0.1:"))
    #expect(error.cause == "Connection refused")
    #expect(error.hint != nil)
    #expect(error.retryable)
  }

  @Test("Who hangs up at the sight of TLS is told so, without a line of anybody's source")
  func hangUp() async throws {
    let server = try await ScriptedServer.start { _, _ in .drop }
    let error = try await failure("https://127.0.0.1:\(server.port)/")
    #expect(error.cause == "the other side hung up during the TLS handshake")
    #expect(error.hint?.contains("http instead of https") == true)
    #expect(!error.retryable && error.delivery == .notSent)
    await server.stop()
  }

  @Test("Reasons of TLS are told in words")
  func reasons() {
    let text =
      "handshakeFailed(NIOSSL.BoringSSLError.sslError([Error: 268435581 error:1000007d:SSL routines:"
      + "OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at /home/x/handshake.cc:320]))"
    #expect(TLSFailure.reasons(in: text) == ["CERTIFICATE_VERIFY_FAILED"])
    #expect(TLSFailure(reasons: ["CERTIFICATE_VERIFY_FAILED"]).cause.contains("not from an authority"))
    #expect(TLSFailure(reasons: ["WRONG_VERSION_NUMBER"]).cause == "what answers there does not speak TLS")
    #expect(TLSFailure(reasons: ["SSLV3_ALERT_X"]).cause == "the TLS handshake failed: sslv3 alert x")
    #expect(TLSFailure(reasons: TLSFailure.reasons(in: "nothing known")).cause == "the TLS handshake failed")
  }

  @Test("A proxy that wants credentials, or is none, is blamed for it", arguments: [407, 503])
  func proxy(status: Int) async throws {
    let page = "<html><title>Welcome</title></html>"
    let server = try await ScriptedServer.start { _, _ in
      .raw("HTTP/1.1 \(status) x\r\nContent-Length: \(page.utf8.count)\r\n\r\n\(page)")
    }
    let error = try await failure("https://ims.example.test/", proxy: "http://127.0.0.1:\(server.port)")
    if status == 407 {
      #expect(error.message.contains("wants other credentials") && error.hint?.contains("USER:PASSWORD") == true)
      #expect(!error.retryable)
    } else {
      #expect(error.message.contains("The proxy on the way to ims.example.test refused"))
    }
    #expect(error.delivery == .notSent)
    #expect(error.cause?.contains("HTTPClientError") != true)
    await server.stop()
  }

  @Test("A proxy of another kind is refused, neither gone around nor spoken to in HTTP")
  func socks() async throws {
    let error = try await failure("https://ims.example.test/", proxy: "socks5://me:hush@127.0.0.1:1080")
    #expect(error.message == "The proxy socks5://127.0.0.1:1080 is not one for HTTP.")
    #expect(error.delivery == .notSent && !error.retryable)
  }

  @Test("A file of authorities that is missing or holds none is a mistake in the configuration")
  func authorities() throws {
    let place = FileManager.default.temporaryDirectory.appending(path: "slipway-ca-\(UUID().uuidString).pem")
    #expect(throws: ConfigurationError.self) { try CertificateFile.check(place.path) }
    try Data("no certificate".utf8).write(to: place)
    defer { try? FileManager.default.removeItem(at: place) }
    let error = #expect(throws: ConfigurationError.self) { try CertificateFile.check(place.path) }
    #expect(error?.message.contains("holds no certificate") == true)
  }

  @Test("An address is told from a name")
  func addresses() {
    for url in ["http://127.0.0.1:8774", "https://10.0.0.1", "http://[::1]:80/"] { #expect(URLParts(url).isAddress) }
    for url in ["https://obs.eu-de.otc.t-systems.com", "http://localhost:1", "http://1.2.3", "http://1.2.3.400"] {
      #expect(!URLParts(url).isAddress)
    }
  }

  @Test("What the system said about a file is told in the system's words")
  func systemErrors() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "slipway-file-\(UUID().uuidString)")
    try Data().write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    for (path, text) in [(file.path + "/x", "Not a directory"), ("/nonexistent/x/y", "No such file or directory")] {
      do {
        try Data([1]).write(to: URL(filePath: path))
        Issue.record("written")
      } catch {
        let said = SystemErrorText.text(error)
        #expect(said == text, "\(error)")
      }
    }
  }
}
