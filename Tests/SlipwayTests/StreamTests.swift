import CloudAccess
import Foundation
import Testing

@Suite("Standard streams and clouds of slipway")
struct StreamTests {
  private let request = [
    "import", "--name", "web01", "--image-url", "images:x.qcow2", "--os-version", "CentOS 7.0 64bit", "--min-disk",
    "40",
  ]

  /// Runs the tool through a shell, for redirections that `Process` cannot make.
  private func shell(_ command: String, _ arguments: [String]) async throws -> Tool.Outcome {
    try await Tool.run(
      ["-c", "\"$0\" \"$@\" \(command)", Tool.binary.path] + arguments, executable: URL(filePath: "/bin/sh"))
  }

  @Test("What cannot be written to standard output fails every command with 1 and a reason")
  func full() async throws {
    try await withTemporaryDirectory { directory in
      let file = directory.appending(path: "good.json")
      try #"{"name":"a","image_url":"images:a.zvhd2","os_version":"CentOS 7.0 64bit","min_disk":40}"#
        .write(to: file, atomically: true, encoding: .utf8)
      for redirection in [">/dev/full", ">&-"] {
        for arguments in [
          ["validate", file.path], ["cloud", "--data", directory.appending(path: "cloud").path],
        ] {
          let outcome = try await shell(redirection, arguments)
          #expect(outcome.status == 1, "\(arguments) \(redirection): \(outcome)")
          #expect(outcome.errors.contains("standard output could not be written"))
        }
      }
    }
  }

  @Test("What a script prints becomes an event with --output json, so that every line is one JSON object")
  func printed() async throws {
    try await withTemporaryDirectory { directory in
      let script = directory.appending(path: "p.lua")
      try "print('a\\nb', 1)".write(to: script, atomically: true, encoding: .utf8)
      let outcome = try await Tool.run(["run", "--output", "json", "--local-cloud", directory.path, script.path])
      let events = try outcome.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
      #expect(events.map { $0["event"] } == ["output", "finished"])
      #expect(events[0]["text"] == "a\nb\t1")
      #expect(events[1]["exit_status"] == 0)
    }
  }

  @Test("A refused import says each finding once")
  func once() async throws {
    try await withTemporaryDirectory { directory in
      let outcome = try await Tool.run(request + ["--local-cloud", directory.path])
      #expect(outcome.status == 65)
      #expect(outcome.errors.components(separatedBy: "IMG.0158").count == 2, "\(outcome.errors)")
      #expect(outcome.errors.components(separatedBy: "qcow2").count <= 3, "\(outcome.errors)")
    }
  }

  @Test("A cloud that a file chose is named with that file; one the command line named is not")
  func chosen() async throws {
    try await withTemporaryDirectory { directory in
      try """
      clouds:
        otc:
          region_name: eu-de
          auth: {auth_url: "https://iam.example.invalid/v3", username: u, password: sesame, user_domain_name: d, project_name: p}
      """.write(to: directory.appending(path: "clouds.yaml"), atomically: true, encoding: .utf8)
      let implicit = try await Tool.run(request, directory: directory)
      #expect(implicit.status == 65)
      #expect(implicit.errors.hasPrefix("slipway: cloud 'otc' in region eu-de, taken from "), "\(implicit.errors)")
      #expect(implicit.errors.contains("clouds.yaml"))
      #expect(!implicit.errors.contains("sesame"))
      let named = try await Tool.run(request + ["--cloud", "otc"], directory: directory)
      #expect(!named.errors.contains("taken from"), "\(named.errors)")
    }
  }

  @Test("A local cloud that cannot start is a matter of configuration: 78, in a script too")
  func unusable() async throws {
    try await withTemporaryDirectory { directory in
      let script = directory.appending(path: "q.lua")
      try "require('ims').quota()".write(to: script, atomically: true, encoding: .utf8)
      let outcome = try await Tool.run(["run", "--local-cloud", "/dev/null", script.path])
      #expect(outcome.status == 78)
      #expect(outcome.errors.contains("error (configuration)"), "\(outcome.errors)")
    }
  }

  @Test("Options that cannot be are wrong use of their own command")
  func usage() async throws {
    for arguments in [
      request + ["--timeout", "soon"], request + ["--local-cloud", ""], request + ["--cloud", ""],
      ["cloud", "--data", ""], ["repl", "--output", "json"],
    ] {
      let outcome = try await Tool.run(arguments)
      #expect(outcome.status == 64, "\(arguments)")
      #expect(outcome.errors.contains("Usage: slipway \(arguments[0])"), "\(outcome.errors)")
    }
  }
}
