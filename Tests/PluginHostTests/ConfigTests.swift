import Foundation
import Testing

@testable import PluginHost

@Suite("A plugin's configuration")
struct ConfigTests {
  private let manifest = """
    config:
      tag: { type: string, default: team, pattern: "[a-z_]+", doc: Lower case. }
      count: { type: integer, min: 1, max: 9 }
      ratio: number
      on: { type: boolean, default: true }
      wait: { type: duration, max: 1h }
      size: { type: size, default: 10MB }
      level: { type: enum, values: [low, high], required: true }
      names: { type: list, items: { type: string, min: 2 }, max: 3 }
      rules: { type: map, items: { type: list, items: integer } }
      token: secret
    """

  private let lua = """
    local config, json = require "plugin".config, require "json"
    local shown = {}
    for name, value in pairs(config) do shown[name] = name == "token" and tostring(value) or value end
    print(json.encode(shown))
    return {}
    """

  @Test("Values come out typed, with defaults where nothing is said")
  func values() async throws {
    try await withBench(environment: ["TOKEN": "hunter2"]) { bench in
      try bench.plugin("x", lua, manifest: manifest)
      let host = try await bench.host(
        """
        plugins:
          - name: x
            config:
              count: 3
              ratio: 0.5
              wait: 1m30s
              level: high
              names: [ab, cde]
              rules: { a: [1, 2] }
              token: { env: TOKEN }
        """)
      #expect(
        bench.printed.withLock { $0 }
          == #"x: {"count":3,"level":"high","names":["ab","cde"],"on":true,"ratio":0.5,"rules":{"a":[1,2]},"size":10485760,"tag":"team","token":"<secret TOKEN>","wait":90}"#
          + "\n")
      await host.finish()
    }
  }

  @Test("Every wrong value is told at once, with its place")
  func mistakes() async throws {
    try await withBench { bench in
      try bench.plugin("x", lua, manifest: manifest)
      let problems = await bench.problems(
        """
        plugins:
          - name: x
            config:
              tag: Team!
              count: 12
              ratio: much
              on: maybe
              wait: 2h
              size: [1]
              names: [a, b, c, d]
              rules: { a: [1, x] }
              token: hunter2
              tga: x
        """)
      let text = problems.map(\.description).joined(separator: "\n")
      for words in [
        "slipway.yaml:4:12: 'tag' must match [a-z_]+, got 'Team!'", "5:14: 'count' must be at most 9, got 12",
        "6:14: 'ratio' must be a number, got 'much'", "7:11: 'on' must be true or false",
        "8:13: 'wait' must be at most 3600 seconds, got 2h",
        "9:13: 'size' must be a size, got a list of 1", "10:14: 'names' must be at most 3, got 4 items",
        "11:23: 'rules'.a[2] must be a whole number, got 'x'",
        "12:14: 'token' is a secret, which does not stand in a file",
        "13:7: the configuration has no key 'tga'", "the setting 'level' (enum) is required",
      ] { #expect(text.contains(words), "\(words) in:\n\(text)") }
      #expect(!text.contains("hunter2"))
      #expect(problems.count == 11)
    }
  }

  @Test("The command line beats the file, and is checked the same way")
  func commandLine() async throws {
    try await withBench(environment: ["T": "s"]) { bench in
      try bench.plugin("x", lua, manifest: manifest)
      let host = try await bench.host("plugins: [{ name: x, config: { level: low, tag: old } }]") { settings in
        for text in ["x.level=high", "x.names=[ab, cd]", "x.token=env:T", "x.tag=new", "x.count=4"] {
          try settings.assign(text)
        }
      }
      let printed = bench.printed.withLock { $0 }
      #expect(
        printed.contains(#""level":"high""#) && printed.contains(#""names":["ab","cd"]"#)
          && printed.contains("<secret T>"))
      #expect(printed.contains(#""tag":"new""#) && printed.contains(#""count":4"#))
      await host.finish()
      let problems = await bench.problems("plugins: [{ name: x, config: { level: low } }]") { settings in
        for text in ["x.cuont=4", "y.a=1", "x.token=hunter2", "x.count=0"] { try settings.assign(text) }
      }
      let text = problems.map(\.description).joined(separator: "\n")
      for words in ["did you mean 'count'?", "no plugin 'y'", "'token' is a secret", "'count' must be at least 1"] {
        #expect(text.contains(words), "\(words) in \(text)")
      }
      #expect(!text.contains("hunter2"))
    }
    #expect(throws: PluginFailure.self) {
      var settings = PluginSettings(
        project: ProjectFile(directory: "/"), finder: PluginFinder(directories: []), environment: [:])
      try settings.assign("novalue")
    }
  }

  @Test(
    "A secret cannot be looked into",
    arguments: [
      "return '' .. secret", "return secret .. 'x'", "return #secret", "return secret.value", "return secret.secret",
      "return secret()",
      "return require 'json'.encode(secret)", "return require 'json'.encode { secret }", "return secret + 1",
      "return secret:reveal()",
      "for k, v in pairs(secret) do return k end error 'x'", "return string.len(secret)", "return secret < secret",
      "return tostring(secret):find 'hunter' or error 'x'",
      "return ('%s'):format(secret):find 'hunter' or error 'x'", "return getmetatable(secret).__index",
      "return require 'http'.get(secret)",
      "require 'log'.info('x', { secret = secret }) error 'x'", "return table.concat { secret }",
      "return require 'http'.get { 'http://', secret, 'x' }",
      "return require 'http'.get('https://example.com', { headers = { secret = { secret, '\\n' } } })",
    ])
  func secrets(body: String) async throws {
    try await withBench(environment: ["TOKEN": "hunter2"]) { bench in
      try bench.plugin(
        "x",
        """
        local secret = require "plugin".config.token
        return { before_submit = function() local ok, err = pcall(function() \(body) end) return ok, tostring(err) .. tostring(secret) end }
        """, manifest: "hooks: [before_submit]\nconfig: { token: secret }\ncapabilities: ['net:*']")
      let host = try await bench.host(
        "plugins: [{ name: x, config: { token: { env: TOKEN } }, grant: ['net:nothing.invalid'] }]")
      let error = await #expect(throws: (any Error).self) { try await host.beforeSubmit(soundRequest) }
      #expect("\(error.map { "\($0)" } ?? "")".contains("hunter") == false)
      #expect("\(error.map { "\($0)" } ?? "")".contains("<secret TOKEN>"))
      #expect(bench.printed.withLock { !$0.contains("hunter") })
      await host.finish()
    }
  }
}
