import CloudAccess
import Foundation
import LuaHost
import Testing

@testable import ScriptAPI

@Suite("The module http")
struct HTTPModuleTests {
  /// Runs a script that may talk to these servers, with a secret in its `...`.
  private func run(_ script: String, allowing hosts: [String]) async throws -> String {
    try await withWorld { world in
      var context = world.context()
      context.access = UserAccess(network: try hosts.map { try #require(NetworkPattern($0)) })
      let vm = try world.makeVM(context)
      let secret = SecretObject("TOKEN", Secret("hunter2"))
      _ = try await vm.run(Array(script.utf8), name: "test.lua", arguments: [secret.value])
      await vm.close()
      return world.takeOutput()
    }
  }

  @Test("It sends what it is told and gives back what comes")
  func plain() async throws {
    let server = try TinyServer { request in
      request.line.hasPrefix("GET /missing")
        ? TinyServer.answer("404 Not Found", "X-Reason: none\r\n", body: "no")
        : TinyServer.answer("200 OK", body: "fine")
    }
    defer { server.stop() }
    let printed = try await run(
      """
      local http, secret = require "http", ...
      local base = "http://127.0.0.1:\(server.port)"
      local answer = http.get(base .. "/missing?x=1#part")
      print(answer.status, answer.ok, answer.headers["x-reason"], answer.body, answer.host)
      answer = http.post(base .. "/hook", { json = { text = "hi" }, headers = { Authorization = { "Bearer ", secret }, ["X-Number"] = 5 } })
      print(answer.status, answer.ok, answer.body)
      answer = http.request { method = "put", url = { base, "/", secret }, body = "raw" }
      print(answer.status, answer.host)
      """, allowing: ["127.0.0.1:\(server.port)"])
    #expect(printed == "404\tfalse\tnone\tno\t127.0.0.1\n200\ttrue\tfine\n200\t<secret>\n")
    let requests = server.requests
    #expect(requests.map(\.line) == ["GET /missing?x=1 HTTP/1.1", "POST /hook HTTP/1.1", "PUT /hunter2 HTTP/1.1"])
    #expect(requests[1].body == #"{"text":"hi"}"# && requests[1].headers["authorization"] == "Bearer hunter2")
    #expect(requests[1].headers["content-type"] == "application/json" && requests[1].headers["x-number"] == "5")
    #expect(requests[2].body == "raw")
  }

  @Test("A redirect needs the grant of its target, and secrets stay behind when the server changes")
  func redirects() async throws {
    let target = try TinyServer { _ in TinyServer.answer("200 OK", body: "target") }
    defer { target.stop() }
    let server = try TinyServer { request in
      let path = request.line.split(separator: " ")[1]
      func to(_ place: String, _ status: String = "302 Found") -> String {
        TinyServer.answer(status, "Location: \(place)\r\n")
      }
      switch path {
      case "/other": return to("http://127.0.0.1:\(target.port)/x")
      case "/relative/a": return to("b?c=1")
      case "/loop": return to("/loop")
      case "/private": return to("http://169.254.169.254/latest/meta-data")
      case "/user": return to("http://127.0.0.1:\(target.port)@evil.example/")
      case "/scheme": return to("file:///etc/passwd")
      case "/post": return to("/relative/b?c=1", "303 See Other")
      case "/keep": return to("http://127.0.0.1:\(target.port)/x", "307 Temporary Redirect")
      default: return TinyServer.answer("200 OK", body: "\(path)")
      }
    }
    defer { server.stop() }
    let script = """
      local http, secret = require "http", ...
      local base = "http://127.0.0.1:\(server.port)"
      local function try(path, options)
        local ok, answer = pcall(http.get, base .. path, options)
        print(path, ok and answer.status .. answer.body or answer.kind .. ": " .. answer.message)
      end
      try("/relative/a")
      try("/loop")
      try("/other", { headers = { ["X-Key"] = secret, Authorization = "plain", Cookie = "c", ["X-Open"] = "open" } })
      try("/private") try("/user") try("/scheme")
      try("/other", { redirects = 0 })
      print(http.post(base .. "/post", { body = "x" }).body)
      print(select(2, pcall(http.post, base .. "/keep", { body = "x" })).message)
      """
    let both = try await run(script, allowing: ["127.0.0.1:\(server.port)", "127.0.0.1:\(target.port)"])
    #expect(
      both == """
        /relative/a\t200/relative/b?c=1
        /loop\tnetwork: 127.0.0.1 redirects more than 5 times
        /other\t200target
        /private\tcapability: the script may not talk to 169.254.169.254:80
        /user\targument: 'the redirect of 127.0.0.1' is no URL that http can use: user and password belong into a header
        /scheme\targument: 'the redirect of 127.0.0.1' is no URL that http can use: its scheme is neither https nor http
        /other\t302
        /relative/b?c=1
        127.0.0.1 redirects a request with a body to another server

        """)
    let seen = try #require(target.requests.first)
    #expect(target.requests.count == 1)
    #expect(seen.headers["x-open"] == "open")
    #expect(seen.headers["x-key"] == nil && seen.headers["authorization"] == nil && seen.headers["cookie"] == nil)
    let one = try await run(script, allowing: ["127.0.0.1:\(server.port)"])
    #expect(one.contains("/other\tcapability: the script may not talk to 127.0.0.1:\(target.port)"))
    #expect(target.requests.count == 1)
  }

  @Test("A pattern never leads to this machine, whatever the name looks like")
  func privateAddresses() async throws {
    let server = try TinyServer { _ in TinyServer.answer("200 OK") }
    defer { server.stop() }
    let printed = try await run(
      """
      local http = require "http"
      for _, host in ipairs { "127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]" } do
        local ok, err = pcall(http.get, "http://" .. host .. ":\(server.port)/", { timeout = "5s" })
        print(ok, err.kind)
      end
      """, allowing: ["*:*"])
    for line in printed.split(separator: "\n") {
      #expect(["false\tcapability", "false\targument"].contains(line), "\(printed)")
    }
    #expect(server.requests.isEmpty)
  }

  @Test(
    "Addresses that are private, and those that are not",
    arguments: [
      ("127.0.0.1", true), ("10.1.2.3", true), ("172.16.0.1", true), ("172.32.0.1", false), ("192.168.1.1", true),
      ("169.254.169.254", true),
      ("100.64.0.1", true), ("100.128.0.1", false), ("0.0.0.0", true), ("224.0.0.1", true), ("255.255.255.255", true),
      ("8.8.8.8", false), ("198.18.0.1", true),
      ("::1", true), ("::", true), ("fe80::1", true), ("fd00::1", true), ("::ffff:10.0.0.1", true),
      ("::ffff:8.8.8.8", false), ("2002:7f00:1::", true),
      ("64:ff9b::a9fe:a9fe", true), ("2001:4860:4860::8888", false), ("ff02::1", true), ("::7f00:1", true),
    ])
  func addresses(text: String, expected: Bool) async {
    #expect(await PrivateAddress.isMeant(by: text) == expected)
  }

  @Test(
    "What could be read in two ways is refused",
    arguments: [
      "http://granted@evil.example/", "http://evil.example\\\\@granted/", "http://granted /", "http:/granted",
      "//granted/", "granted", "http://", "http://:80/",
      "http://gra\\nnted/", "http://granted:0x50/", "http://granted:99999/", "http://gr\\u{e4}nted/",
      "http://granted%2eevil/", "javascript:1", "http://[::1/", "http://a..b/",
      "http://granted:80:80/", "http://granted,evil/", "http://*/", "http://*.granted/",
    ])
  func strict(url: String) async throws {
    let printed = try await run("print(select(2, pcall(require 'http'.get, '\(url)')).kind)", allowing: ["*:*"])
    #expect(printed == "argument\n")
  }

  @Test("Headers cannot smuggle, bodies are bounded, and nobody waits for ever")
  func limits() async throws {
    let server = try TinyServer { request in
      if request.line.contains("/slow") {
        Thread.sleep(forTimeInterval: 3)
        return nil
      }
      return request.line.contains("/big")
        ? TinyServer.answer("200 OK", body: String(repeating: "x", count: 3 << 20))
        : TinyServer.answer("200 OK", body: "ok")
    }
    defer { server.stop() }
    let printed = try await run(
      """
      local http, secret = require "http", ...
      local base = "http://127.0.0.1:\(server.port)"
      local function try(...)
        local ok, err = pcall(http.request, ...)
        print(ok, ok and #err.body or err.kind)
      end
      for _, headers in ipairs { { ["X-A"] = "a\\r\\nX-B: b" }, { ["X A"] = "a" }, { ["X:A"] = "a" }, { [""] = "a" }, { Host = "evil" }, { ["Content-Length"] = "5" },
        { ["Transfer-Encoding"] = "chunked" }, { X = {} }, { X = { { "a" } } }, { X = print }, { X = { secret, "\\n" } } } do
        try { url = base, headers = headers }
      end
      try { url = base .. "/big" }
      try { url = base .. "/big", max_body = "4MB" }
      try { url = base .. "/big", max_body = "1GB" }
      try { url = base .. "/slow", timeout = "200ms" }
      try { url = base, body = "x" }
      try { url = base, method = "POST", body = "x", json = {} }
      try { url = base, method = "EVIL" }
      try { url = base, redirects = 100 }
      try { url = "http://127.0.0.1:1/" }
      """, allowing: ["127.0.0.1:*"])
    let lines = printed.split(separator: "\n").map(String.init)
    #expect(lines.prefix(11).allSatisfy { $0 == "false\targument" }, "\(lines)")
    #expect(
      Array(lines.dropFirst(11)) == [
        "false\tnetwork", "true\t3145728", "false\targument", "false\ttimeout", "false\targument", "false\targument",
        "false\targument", "false\targument",
        "false\tcapability",
      ])
  }
}
