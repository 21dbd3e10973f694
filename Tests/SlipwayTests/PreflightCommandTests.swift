import Foundation
import Testing

@Suite("Preflight on the command line")
struct PreflightCommandTests {
  private let request = ["--os-version", "CentOS 7.0 64bit", "--min-disk", "40"]

  private func objects(_ text: String) throws -> [[String: Any]] {
    try text.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  @Test("import refuses with 65, sends nothing, and says which check did and how to go on without it")
  func refused() async throws {
    try await withTemporaryDirectory { directory in
      try await ExampleFiles.disk(in: directory, bucket: "images", key: "x.zvhd2")
      let base = ["import", "--local-cloud", directory.path, "--name", "web01", "--image-url", "images:none.zvhd2"]
      let plain = try await Tool.run(base + request)
      #expect(plain.status == 65 && plain.output.isEmpty, "\(plain.errors)")
      for text in [
        "refused by preflight; nothing was sent", "check object, rule 65, IMG.0121", "--skip-preflight object",
      ] {
        #expect(plain.errors.contains(text), "\(text) in \(plain.errors)")
      }
      let json = try await Tool.run(base + request + ["--output", "json"])
      #expect(json.status == 65)
      let events = try objects(json.output)
      #expect(events.map { $0["event"] as? String } == ["validated", "preflighted", "failed", "error"])
      #expect(
        events.dropFirst().allSatisfy {
          $0["event"] as? String == "preflighted" || $0["kind"] as? String == "preflight"
        })
      let errors = try #require(events[1]["errors"] as? [[String: Any]])
      #expect(errors.first?["check"] as? String == "object" && events[1]["ok"] as? Bool == false)
    }
  }

  @Test(
    "--skip-preflight and --no-preflight let the cloud decide",
    arguments: [
      ["--skip-preflight", "object,bucket"], ["--skip-preflight", "object", "--skip-preflight", "name"],
      ["--no-preflight"],
    ])
  func skipped(options: [String]) async throws {
    try await withTemporaryDirectory { directory in
      try await ExampleFiles.disk(in: directory, bucket: "images", key: "x.zvhd2")
      let base = ["import", "--local-cloud", directory.path, "--name", "web01", "--image-url", "images:none.zvhd2"]
      let outcome = try await Tool.run(base + request + options)
      #expect(outcome.status == 1 && outcome.errors.contains("does not exist in bucket"), "\(outcome.errors)")
      #expect(outcome.errors.contains("Not checked: object_size") == (options.count > 1), "\(outcome.errors)")
    }
  }

  @Test(
    "Wrong options are wrong use, with what was meant",
    arguments: [
      (["--skip-preflight", "objct"], "did you mean object?"), (["--skip-preflight", ""], "The checks are project"),
      (["--preflight-timeout", "0s"], "above 0"), (["--preflight-timeout", "soon"], "a duration"),
    ])
  func usage(options: [String], text: String) async throws {
    for command in [["import", "--name", "a"], ["run", "x.lua"], ["validate", "--preflight", "x.json"]] {
      let outcome = try await Tool.run(command + options)
      #expect(outcome.status == 64 && outcome.errors.contains(text), "\(outcome.errors)")
    }
  }

  @Test("validate --preflight adds what the cloud says to what the rules say, in the order of the requests")
  func validate() async throws {
    try await withTemporaryDirectory { directory in
      try await ExampleFiles.disk(in: directory, bucket: "images", key: "x.zvhd2")
      let rest = "os_version: CentOS 7.0 64bit, min_disk: 40"
      let lines = (1...20).map { index in
        "- {name: web\(index), image_url: 'images:\(index % 2 == 0 ? "x" : "none").zvhd2', \(rest)}"
      }
      let file = directory.appending(path: "fleet.yaml")
      try Data(lines.joined(separator: "\n").utf8).write(to: file)
      let base = ["validate", "--local-cloud", directory.path, "--output", "json", file.path]
      let offline = try await Tool.run(base)
      #expect(offline.status == 0, "\(offline.errors)")
      let outcome = try await Tool.run(base + ["--preflight"])
      #expect(outcome.status == 65, "\(outcome.errors)")
      let reports = try objects(outcome.output)
      #expect(reports.map { $0["ok"] as? Bool } == (1...20).map { $0 % 2 == 0 })
      let first = try #require((reports[0]["errors"] as? [[String: Any]])?.first)
      #expect(first["check"] as? String == "object" && first["rule"] as? Int == 65)
      let without = try await Tool.run(base + ["--preflight", "--skip-preflight", "object"])
      #expect(without.status == 0, "\(without.errors)")
      #expect(!FileManager.default.fileExists(atPath: directory.appending(path: "slipway").path))
    }
  }

  @Test("The same import again is no new one: a file that is gone since does not stop it")
  func rerun() async throws {
    try await withTemporaryDirectory { directory in
      try await ExampleFiles.disk(in: directory, bucket: "images", key: "x.zvhd2")
      let environment = ["XDG_STATE_HOME": directory.appending(path: "state").path]
      let words =
        ["import", "--local-cloud", directory.path, "--name", "web01", "--image-url", "images:x.zvhd2"] + request
      let first = try await Tool.run(words, environment: environment)
      #expect(first.status == 0, "\(first.errors)")
      try FileManager.default.removeItem(at: directory.appending(path: "buckets/images/x.zvhd2"))
      let again = try await Tool.run(words, environment: environment)
      #expect(again.status == 0 && again.output == first.output, "\(again.errors)")
      #expect(again.errors.contains("imported before") && !again.errors.contains("in use already"), "\(again.errors)")
      let new = try await Tool.run(words + ["--again"], environment: environment)
      #expect(new.status == 65 && new.errors.contains("check object"), "\(new.errors)")
      // The refused record is in nobody's way.
      try await ExampleFiles.disk(in: directory, bucket: "images", key: "x.zvhd2")
      let mended = try await Tool.run(words + ["--again"], environment: environment)
      #expect(mended.status == 0 && mended.output != first.output, "\(mended.errors)")
      #expect(mended.errors.contains("in use already"), "\(mended.errors)")
    }
  }
}
