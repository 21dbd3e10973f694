import LuaHost

/// The script module `http`: requests to servers that were allowed.
enum HTTPModule {
  static func make(_ context: ScriptContext) -> HostModule {
    HostModule(
      "http",
      "HTTP requests, for webhooks and manifests; only to servers that `--allow-net` or a plugin's grant names.",
      functions: [
        .waiting(
          "http.get", "Asks for what is at a URL.", parameters: [url, options], returns: [answer], since: "0.3"
        ) { arguments in try await send("GET", arguments[0], arguments[1], context) }
        .documented(
          """
          Any status is an answer, no error. Redirects are followed where their servers are allowed, too; secrets stay behind when the \
          server changes.
          """, raises: errors, mustUse: true,
          example: """
            local http = require "http"

            local ok, err = pcall(http.get, "https://example.com/fleet.json")
            print(ok, err.kind, err.hint)  --> false  capability  allow it with --allow-net example.com
            """),
        .waiting(
          "http.post", "Sends something to a URL.", parameters: [url, options], returns: [answer], since: "0.3"
        ) { arguments in try await send("POST", arguments[0], arguments[1], context) }
        .documented(
          "It is sent once and never repeated.", raises: errors,
          example: """
            local http = require "http"

            local ok, err = pcall(http.post, "https://hooks.example.com/T1", { json = { text = "done" }, timeout = "10s" })
            print(ok, err.kind)  --> false  capability
            """),
        .waiting(
          "http.request", "Sends a request of any method.",
          parameters: [HostParameter("request", request, "what to send, and where")], returns: [answer], since: "0.3"
        ) { arguments in
          let table = arguments[0].tableValue ?? LuaTable()
          return try await send(table["method"].stringValue?.uppercased() ?? "GET", table["url"], arguments[0], context)
        }.documented(
          raises: errors,
          example: """
            local http = require "http"

            local ok, err = pcall(http.request, { method = "PUT", url = "ftp://example.com/x", body = "text" })
            print(ok, err.kind)  --> false  argument
            """),
      ], types: [SecretObject.type])
  }

  private static let place = LuaType.union([.string, .object("http.Secret"), .list(.any)])
  private static let url = HostParameter(
    "url", place, "http or https; also a secret, or a list of texts and secrets put together")

  private static let optionFields = [
    HostParameter(
      "headers", .map, "values by name: texts, secrets, or lists of both put together, such as { \"Bearer \", token }",
      optional: true),
    HostParameter("body", .string, "the bytes to send", optional: true),
    HostParameter("json", .any, "a value to send as JSON", optional: true),
    HostParameter("timeout", .duration, "how long all of it may take; 30s by default", optional: true),
    HostParameter("max_body", .size, "the longest answer taken; 1MB by default, 64MB at most", optional: true),
    HostParameter("redirects", .integer, "how many to follow, 0 to 10; 5 by default", optional: true),
  ]

  private static let options = HostParameter(
    "options", .record(LuaRecord("http.Options", "How to make a request.", fields: optionFields)), "how",
    optional: true)

  private static let request = LuaType.record(
    LuaRecord(
      "http.Request", "A request of any method.",
      fields: [
        HostParameter("url", place, "where to"),
        HostParameter("method", .string, "GET by default", optional: true),
      ] + optionFields))

  private static let answer = HostParameter(
    "answer",
    .record(
      LuaRecord(
        "http.Answer", "What a server answered.",
        fields: [
          HostParameter("status", .integer, "such as 200"),
          HostParameter("ok", .boolean, "whether the status is 200 to 299"),
          HostParameter("headers", .map, "values by name in lower case; of several the last"),
          HostParameter("body", .string, "its bytes"),
          HostParameter("host", .string, "the server that answered in the end"),
        ])), "any status")

  private static let errors = [
    RaisedError("capability", "the server is not allowed"),
    RaisedError("network", "no answer came, or a redirect is odd"),
    RaisedError("timeout", "it took too long"), RaisedError("argument", "the URL, a header or the body cannot be"),
  ]

  private static func send(
    _ method: String, _ url: LuaValue, _ options: LuaValue, _ context: ScriptContext
  ) async throws -> [LuaValue] {
    let request = try WebOptions.request(method, url: url, options.tableValue ?? LuaTable())
    let (web, access, rehearsal) = (context.web, context.access, context.rehearsal)
    let answer =
      if let gate = access.webGate {
        try await gate.pass(bytes: request.bodyLimit) {
          try await web.send(request, access: access, rehearsal: rehearsal)
        }
      } else {
        try await web.send(request, access: access, rehearsal: rehearsal)
      }
    var headers = LuaTable()
    for (name, value) in answer.headers.prefix(200) { headers[name] = .string(value) }
    return [
      .record([
        ("status", .integer(Int64(answer.status))), ("ok", .boolean((200..<300).contains(answer.status))),
        ("headers", .table(headers)), ("body", .string(LuaString(bytes: answer.body))),
        ("host", .string(answer.address.shownHost)),
      ])
    ]
  }
}
