import Foundation
import Testing

@Suite("How to go on after a wait has ended before its import")
struct GoingOnTests {
  private static let fields =
    "name = 'go on', image_url = 'images:x.zvhd2', os_version = 'CentOS 7.0 64bit', min_disk = 40"

  /// Slow enough to be interrupted, quick enough to be waited for.
  private static let scale = ["--clock-scale", "40", "--switch", "job_base=5m"]

  private func command(in errors: String) throws -> String {
    let prefix = "To go on: "
    let line = try #require(errors.split(separator: "\n").last { $0.contains(prefix) }, "\(errors)")
    return String(line[try #require(line.range(of: prefix)).upperBound...])
  }

  /// Runs what was printed as it stands, in the directory and with the environment of the run before.
  private func goOn(_ command: String, in directory: URL, _ environment: [String: String]) async throws -> Tool.Outcome
  {
    try await Tool.run(
      ["-c", command], environment: environment, directory: directory, executable: URL(filePath: "/bin/sh"))
  }

  private func withCloud(_ body: (URL, [String: String]) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      try await ExampleFiles.disk(in: directory.appending(path: "a cloud"), bucket: "images", key: "x.zvhd2")
      try await body(directory, ["XDG_STATE_HOME": directory.path])
    }
  }

  @Test(
    "Ctrl-C prints a command that a shell takes as it stands, and that waits for the import", .timeLimit(.minutes(2)),
    arguments: ["run", "import"])
  func interrupted(verb: String) async throws {
    try await withCloud { directory, environment in
      let arguments =
        verb == "run"
        ? ["run", "--local-cloud", "a cloud"] + Self.scale + ["-"]
        : ["import", "--local-cloud", "a cloud"] + Self.scale
          + [
            "--name", "go on", "--image-url", "images:x.zvhd2", "--os-version", "CentOS 7.0 64bit", "--min-disk", "40",
          ]
      let running = try Tool.start(
        arguments, input: "local ims = require 'ims' ims.import(ims.system_image { \(Self.fields) })",
        environment: environment,
        directory: directory)
      try await running.waitFor("submitted", onErrors: true)
      running.signal(SIGINT)
      let outcome = await running.finish()
      #expect(outcome.status == 130, "\(outcome.errors)")
      let command = try command(in: outcome.errors)
      let resumed = try await goOn(command, in: directory, environment)
      #expect(resumed.status == 0, "\(command): \(resumed.errors)")
      let list = try await Tool.run(
        ["jobs", "list", "--output", "csv"], environment: environment, directory: directory)
      #expect(list.output.contains("succeeded") && list.output.contains("go on"), "\(list.output)")
    }
  }

  @Test("So does a time limit that ends with 75, with a ledger of its own too", .timeLimit(.minutes(2)))
  func timeLimit() async throws {
    try await withCloud { directory, environment in
      let outcome = try await Tool.run(
        ["run", "--local-cloud", "a cloud"] + Self.scale + ["--ledger", "the ledger's.sqlite", "-"],
        input: "local ims = require 'ims' ims.import(ims.system_image { \(Self.fields) }, { timeout = '100ms' })",
        environment: environment,
        directory: directory)
      #expect(outcome.status == 75, "\(outcome.errors)")
      let resumed = try await goOn(try command(in: outcome.errors), in: directory, environment)
      #expect(resumed.status == 0, "\(resumed.errors)")
    }
  }

  @Test("An import whose answer was lost is named too, and a later run settles it", .timeLimit(.minutes(2)))
  func unsettled() async throws {
    try await withCloud { directory, environment in
      let outcome = try await Tool.run(
        [
          "run", "--local-cloud", "a cloud", "--fault", "reply_lost_after:submit:count=1", "--switch",
          "image_visibility=at_end", "--switch", "job_base=3h", "-",
        ],
        input: "local ims = require 'ims' ims.import(ims.system_image { \(Self.fields) })", environment: environment,
        directory: directory)
      #expect(outcome.status == 75, "\(outcome.errors)")
      let command = try command(in: outcome.errors)
      var resumed = try await goOn(command, in: directory, environment)
      for _ in 0..<20 where resumed.status == 75 { resumed = try await goOn(command, in: directory, environment) }
      #expect(resumed.status == 0, "\(command): \(resumed.errors)")
    }
  }
}
