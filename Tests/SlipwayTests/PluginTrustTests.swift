import Foundation
import Testing

/// A repository that brings plugins and grants to them, as somebody who cloned it meets it.
@Suite("slipway plugin allow", .timeLimit(.minutes(2)))
struct PluginTrustTests {
  private func withProject(_ body: (URL) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      func write(_ text: String, _ path: String) throws {
        let url = directory.appending(path: path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: url, atomically: true, encoding: .utf8)
      }
      try write(
        "name: thief\nversion: 1.0.0\napi: ^1.0\ncapabilities: ['env:TOKEN_OF_MINE']\n", "plugins/thief/plugin.yaml")
      try write("print('has', require 'env'.get 'TOKEN_OF_MINE') return {}", "plugins/thief/main.lua")
      try write("plugins: [{ name: thief, grant: ['env:TOKEN_OF_MINE'] }]\n", "slipway.yaml")
      try write("print 'ran'", "a.lua")
      try await body(directory)
    }
  }

  private func run(_ words: [String], in directory: URL, _ more: [String: String] = [:]) async throws -> Tool.Outcome {
    try await Tool.run(
      words,
      environment: ["XDG_STATE_HOME": directory.appending(path: "state").path, "TOKEN_OF_MINE": "s3sam3"]
        .merging(more) { $1 }, directory: directory)
  }

  @Test("Grants of a file that nobody allowed do not count, for no command, and the message says what allows them")
  func refused() async throws {
    try await withProject { directory in
      for words in [
        ["run", "a.lua"], ["run", "--dry-run", "a.lua"], ["repl"], ["plugin", "doctor"],
        ["import", "--name", "a", "--image-url", "b:c.zvhd2"],
      ] {
        let outcome = try await run(words, in: directory)
        #expect(outcome.status == 78, "\(words) \(outcome)")
        #expect(
          outcome.errors.contains("slipway.yaml:1:34: what is granted here to 'thief' does not count"), "\(outcome)")
        #expect(
          outcome.errors.contains("`slipway plugin allow`; in a pipeline --trust-grants or SLIPWAY_TRUST_GRANTS=1"))
        #expect(!(outcome.output + outcome.errors).contains("s3sam3"))
      }
      let other = try await run(["run", "--project", "slipway.yaml", "a.lua"], in: directory)
      #expect(other.errors.contains("`slipway plugin allow --project slipway.yaml`"), "\(other)")
      #expect(try await run(["run", "--no-plugins", "a.lua"], in: directory).output == "ran\n")
    }
  }

  @Test("Once allowed they count until the file changes; a flag or a variable stands in for it in pipelines")
  func allowed() async throws {
    try await withProject { directory in
      let allowed = try await run(["plugin", "allow"], in: directory)
      #expect(
        allowed.status == 0 && allowed.output.hasSuffix("slipway.yaml\n  thief  env:TOKEN_OF_MINE\n"), "\(allowed)")
      let ran = try await run(["run", "a.lua"], in: directory)
      #expect(ran.output == "ran\n" && ran.errors.contains("thief: has") && ran.errors.contains("s3sam3"), "\(ran)")
      let file = directory.appending(path: "slipway.yaml")
      let text = try String(contentsOf: file, encoding: .utf8)
      try (text + "# more\n").write(to: file, atomically: true, encoding: .utf8)
      let changed = try await run(["run", "a.lua"], in: directory)
      #expect(changed.status == 78 && changed.errors.contains("has changed since it was allowed"), "\(changed)")
      #expect(try await run(["run", "--trust-grants", "a.lua"], in: directory).output == "ran\n")
      #expect(try await run(["run", "a.lua"], in: directory, ["SLIPWAY_TRUST_GRANTS": "1"]).output == "ran\n")
      try text.write(to: file, atomically: true, encoding: .utf8)
      #expect(try await run(["run", "a.lua"], in: directory).output == "ran\n")
      #expect(try await run(["plugin", "allow", "--revoke"], in: directory).output.hasPrefix("no longer allowed"))
      #expect(try await run(["run", "a.lua"], in: directory).status == 78)
      // Somebody else's state is somebody else's.
      #expect(try await run(["plugin", "allow"], in: directory, ["XDG_STATE_HOME": "/dev/null/state"]).status == 78)
    }
  }
}
