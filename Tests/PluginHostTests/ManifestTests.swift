import Foundation
import Testing

@testable import PluginHost

@Suite("A plugin's manifest")
struct ManifestTests {
  private func problems(_ text: String) -> [String] {
    do {
      _ = try PluginManifest.read(Array(text.utf8), place: "plugin.yaml", directory: "/")
      return []
    } catch {
      return (error as? PluginFailure)?.problems.map(\.description) ?? ["\(error)"]
    }
  }

  @Test("A whole manifest is read")
  func whole() throws {
    let text = """
      name: csv_manifest
      version: 1.2.3-rc.1
      api: ">=1.0 <2"
      description: Reads manifests.
      main: lib/start.lua
      capabilities:
        - fs.read:manifests
        - { capability: "net:*.example.com:8443", optional: true, why: for fetching }
      config:
        separator: { type: string, default: ",", min: 1, max: 1 }
        wait: { type: duration, default: 90s }
        size: { type: size, default: 10MB }
        tags: { type: map, items: { type: list, items: integer } }
        token: { type: secret, required: true, doc: The token. }
      hooks: { on_validate: { priority: 10 }, on_request: 5, on_failed: }
      sources: { rows: One request a row. }
      commands: [show]
      """
    let manifest = try PluginManifest.read(Array(text.utf8), place: "plugin.yaml", directory: "/project")
    #expect(manifest.name == "csv_manifest")
    #expect("\(manifest.version)" == "1.2.3-rc.1")
    #expect(manifest.main == "lib/start.lua")
    #expect(manifest.requests.map(\.isOptional) == [false, true])
    #expect(manifest.requests[0].capability.form == .readFiles("/project/manifests"))
    #expect(manifest.config.map(\.name) == ["separator", "wait", "size", "tags", "token"])
    #expect(manifest.hooks.map(\.priority) == [10, 5, 50])
    #expect(manifest.sources.map(\.name) == ["rows"])
    #expect(manifest.commands.map(\.name) == ["show"])
  }

  @Test("Every mistake is told at once, with line and column and what to do")
  func allMistakes() {
    let found = problems(
      """
      name: Cost-Centre
      version: 1.0
      api: ^9.0
      main: ../evil.lua
      descripton: x
      capabilities: [fs.raed:/etc, "net:http://x", ims.read:x, "env:"]
      hooks: [on_validte, on_failed, on_failed]
      config:
        tag: { type: strng }
        level: { type: enum }
        size: { type: size, min: 1x, default: big }
        both: { type: string, required: true, default: "" }
        secret: { type: secret, default: hunter2 }
        Pattern: string
      """)
    let text = found.joined(separator: "\n")
    for (place, words) in [
      ("1:7", "'Cost-Centre' cannot be a plugin's name"), ("", "did you mean 'cost_centre'?"),
      ("2:10", "version must be MAJOR.MINOR.PATCH, got the number 1.0"),
      ("3:6", "the plugin is for version ^9.0"), ("4:7", "main must be the path of a Lua file inside the plugin"),
      ("5:1", "the manifest has no key 'descripton'"), ("", "did you mean 'description'?"),
      ("6:16", "'fs.raed:/etc' is no capability"), ("", "did you mean 'fs.read'?"), ("6:30", "names no server"),
      ("7:9", "there is no hook 'on_validte'"), ("", "did you mean 'on_validate'?"), ("7:32", "stands there twice"),
      ("9:16", "unknown type 'strng'"), ("10:10", "an enum without values"), ("11:28", "min must be a size"),
      ("11:41", "must be a size, got 'big'"), ("12:41", "is required and has a default"),
      ("13:27", "a secret has no default"), ("14:3", "'Pattern' cannot be the name of a setting"),
    ] {
      #expect(
        found.contains { $0.contains(words) && (place.isEmpty || $0.hasPrefix("plugin.yaml:\(place):")) },
        "\(place) \(words) in:\n\(text)")
    }
    #expect(!text.contains("hunter2"))
  }

  @Test("What would keep a parser busy or its stack full is refused before it is parsed")
  func bombs() {
    var laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...12 {
      laughs +=
        "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
    }
    #expect(problems(laughs).first?.contains("anchors and aliases") == true)
    #expect(problems("x:\n  - &a y").first?.contains("anchors and aliases") == true)
    #expect(problems(String(repeating: "[", count: 100_000)).first?.contains("nested") == true)
    #expect(problems(String(repeating: "- ", count: 100_000)).first?.contains("nested") == true)
    #expect(problems(String(repeating: "{a: ", count: 100)).first?.contains("nested") == true)
    #expect(problems("x: " + String(repeating: "y", count: 300_000)).first?.contains("longer") == true)
    #expect(problems("name: \u{0}").first?.contains("no text") == true)
    #expect(problems("").first?.contains("empty") == true)
    #expect(problems("name: [").first?.contains("no valid YAML") == true)
    #expect(problems("- a").first?.contains("must be a map") == true)
    // An ampersand in a text is none of that.
    #expect(!problems("name: x\ndescription: R&D, salt & pepper").contains { $0.contains("anchor") })
  }

  @Test("Versions are ordered and ranges hold them as semver says")
  func versions() throws {
    let ordered = [
      "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0",
      "1.0.1", "1.1.0", "2.0.0",
    ]
    let versions = try ordered.map { try #require(SemanticVersion($0)) }
    #expect(versions.shuffled().sorted() == versions)
    for wrong in ["1", "1.0", "v1.0.0", "1.0.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "", "1.0.x"] {
      #expect(SemanticVersion(wrong) == nil, "\(wrong)")
    }
    let cases: [(String, [String], [String])] = [
      ("^1.2", ["1.2.0", "1.9.9"], ["1.1.9", "2.0.0"]), ("^0.2.3", ["0.2.9"], ["0.3.0", "0.2.2"]),
      ("~1.2.3", ["1.2.3", "1.2.9"], ["1.3.0", "1.2.2"]), ("1.x", ["1.0.0", "1.7.0"], ["2.0.0"]),
      (">=1.0 <2.0", ["1.0.0", "1.99.0"], ["2.0.0", "0.9.0"]), (">= 1.0, < 1.5", ["1.4.9"], ["1.5.0"]),
      ("1.0.0", ["1.0.0"], ["1.0.1"]), ("^1 || ^3", ["1.5.0", "3.0.0"], ["2.0.0"]), ("*", ["0.0.1", "9.9.9"], []),
      (">1.0.0", ["1.0.1"], ["1.0.0"]), ("<=1.2", ["1.2.9"], ["1.3.0"]),
    ]
    for (text, inside, outside) in cases {
      let range = try #require(VersionRange(text), "\(text)")
      for version in inside { #expect(range.contains(try #require(SemanticVersion(version))), "\(text) \(version)") }
      for version in outside { #expect(!range.contains(try #require(SemanticVersion(version))), "\(text) \(version)") }
    }
    for wrong in ["", "one", "^", ">=", "1.x.2", "||", "=>1.0"] { #expect(VersionRange(wrong) == nil, "\(wrong)") }
  }
}
