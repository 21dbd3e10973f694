import CloudAccess
import CloudSimulator
import Foundation
import Testing

/// Send once, lose nothing: real processes over one ledger and a real local cloud.
@Suite("The ledger across processes")
struct JobsCommandTests {
  /// A cloud in a process of its own, and what a client needs to reach it.
  private struct World {
    var directory: URL
    var environment: [String: String]
    var endpoint: String

    private static let request = [
      "--image-url", "images:x.zvhd2", "--os-version", "CentOS 7.0 64bit", "--min-disk", "40",
    ]

    func arguments(_ scale: String, _ more: [String] = [], name: String = "web01") -> [String] {
      ["import", "--cloud", "test", "--clock-scale", scale, "--name", name] + World.request + more
    }

    func run(_ arguments: [String], input: String? = nil) async throws -> Tool.Outcome {
      try await Tool.run(arguments, input: input, environment: environment)
    }

    func start(_ arguments: [String]) throws -> Tool.Running { try Tool.start(arguments, environment: environment) }

    /// How many images there are in the cloud.
    func images() async throws -> Int {
      let script = "local n = 0; for _ in require('ims').images() do n = n + 1 end; print(n)"
      let outcome = try await run(["run", "--cloud", "test", "-"], input: script)
      return try #require(Int(outcome.output.trimmingCharacters(in: .newlines)), "\(outcome.errors)")
    }

    /// Lets the cloud's time jump: jobs under way end.
    func advance(_ duration: String) async throws {
      var call = HTTPRequest(method: "POST", url: "\(endpoint)/_control/clock")
      call.body = Array(#"{"advance": "\#(duration)"}"#.utf8)
      let transport = AsyncHTTPTransport()
      let answer = try await transport.send(call, timeouts: HTTPTimeouts(), bodyLimit: 10000)
      await transport.shutdown()
      #expect(answer.status == 200)
    }

    func states() async throws -> [String] {
      try await run(["jobs", "list", "--output", "csv"]).output.split(separator: "\n").dropFirst().map {
        String($0.split(separator: ",")[1])
      }
    }
  }

  private func withWorld(
    scale: String = "10000", faults: [String] = [], _ body: (World) async throws -> Void
  ) async throws {
    try await withTemporaryDirectory { directory in
      try await ExampleFiles.disk(in: directory, bucket: "images", key: "x.zvhd2")
      let cloud = try Tool.start(
        ["cloud", "--port", "0", "--data", directory.path, "--clock-scale", scale]
          + faults.flatMap { ["--fault", $0] })
      try await cloud.waitFor("\n")
      let access = try JSONDecoder().decode(LocalCloudAccess.self, from: Data(cloud.output.utf8))
      let file = directory.appending(path: "clouds.yaml")
      try """
      clouds:
        test:
          region_name: \(access.region)
          auth: {auth_url: "\(access.endpoint)/v3", username: \(access.user), password: \(access.password),
                 user_domain_name: \(access.domain), project_name: \(access.project)}
      """.write(to: file, atomically: true, encoding: .utf8)
      let world = World(
        directory: directory,
        environment: ["OS_CLIENT_CONFIG_FILE": file.path, "XDG_STATE_HOME": directory.appending(path: "state").path],
        endpoint: access.endpoint)
      do {
        try await body(world)
      } catch {
        cloud.signal(SIGKILL)
        _ = await cloud.finish()
        throw error
      }
      cloud.signal(SIGKILL)
      _ = await cloud.finish()
    }
  }

  @Test("A client killed while it waits leaves a record; the next run waits for the same job", .timeLimit(.minutes(2)))
  func killedWaiting() async throws {
    try await withWorld(scale: "1") { world in
      let first = try world.start(world.arguments("20"))
      try await first.waitFor("submitted", onErrors: true)
      first.signal(SIGKILL)
      _ = await first.finish()
      #expect(try await Set(world.states()).isSubset(of: ["accepted", "running"]))
      try await world.advance("2h")
      let second = try await world.run(world.arguments("20"))
      #expect(second.status == 0, "\(second.errors)")
      #expect(second.errors.contains("under way already"))
      #expect(try await world.images() == 1)
      #expect(try await world.states() == ["succeeded"])
    }
  }

  @Test(
    "A client killed inside the POST is settled by the next run: one image, found by its marker",
    .timeLimit(.minutes(2)))
  func killedSending() async throws {
    try await withWorld(faults: ["slow_body=1:submit:count=1"]) { world in
      let first = try world.start(world.arguments("10000"))
      for _ in 0..<200 {
        if try await world.states() == ["sent"] { break }
        try await Task.sleep(for: .milliseconds(10))
      }
      first.signal(SIGKILL)
      _ = await first.finish()
      #expect(try await world.states() == ["sent"])
      let second = try await world.run(world.arguments("10000", ["--output", "json"]))
      #expect(second.status == 0, "\(second.errors)")
      #expect(second.output.contains(#""adopted":true"#), "\(second.output)")
      #expect(try await world.images() == 1)
      #expect(try await world.states() == ["succeeded"])
    }
  }

  @Test(
    "A lost answer without an image ends with 75 and the command to go on; forgotten, it is sent anew",
    .timeLimit(.minutes(2)))
  func unsettled() async throws {
    try await withWorld(faults: ["reply_lost_before:submit:count=1"]) { world in
      let first = try await world.run(world.arguments("10000"))
      #expect(first.status == 75, "\(first.errors)")
      #expect(first.errors.contains("slipway jobs resume 01"), "\(first.errors)")
      #expect(try await world.states() == ["not_found"])
      #expect(try await world.run(world.arguments("10000")).status == 75)
      #expect(try await world.run(["jobs", "resume", "--cloud", "test", "--clock-scale", "10000"]).status == 75)
      #expect(try await world.images() == 0)
      let id = try await world.run(["jobs", "list", "--output", "csv"]).output.split(separator: "\n")[1].prefix(26)
      #expect(try await world.run(["jobs", "forget", String(id)]).status == 0)
      #expect(try await world.run(world.arguments("10000")).status == 0)
      #expect(try await world.images() == 1)
    }
  }

  @Test("Two clients that want the same image at once make one", .timeLimit(.minutes(2)))
  func together() async throws {
    try await withWorld(faults: ["slow_headers=1s:submit"]) { world in
      let both = try (0..<3).map { _ in try world.start(world.arguments("10000")) }
      var ids: Set<String> = []
      for client in both {
        let outcome = await client.finish()
        #expect(outcome.status == 0, "\(outcome.errors)")
        ids.insert(outcome.output)
      }
      #expect(ids.count == 1)
      #expect(try await world.images() == 1)
    }
  }

  @Test("resume goes on with what a killed client left, and watch sends nothing", .timeLimit(.minutes(2)))
  func resume() async throws {
    try await withWorld(scale: "1") { world in
      let first = try world.start(world.arguments("20"))
      try await first.waitFor("submitted", onErrors: true)
      first.signal(SIGKILL)
      _ = await first.finish()
      let refused = try await world.run(["jobs", "forget", "web01"])
      #expect(refused.status == 64, "a name is no record: \(refused.errors)")
      try await world.advance("2h")
      let watched = try await world.run(["jobs", "watch", "--cloud", "test", "--clock-scale", "20"])
      #expect(watched.status == 0, "\(watched.errors)")
      #expect(watched.output.contains("succeeded"))
      let again = try await world.run(["jobs", "resume", "--cloud", "test"])
      #expect(again.status == 0 && again.errors.contains("nothing is open"))
    }
  }

  @Test("list, show and export need no cloud; filters and forms do as they say")
  func listing() async throws {
    try await withTemporaryDirectory { directory in
      try await ExampleFiles.disk(in: directory, bucket: "images", key: "x.zvhd2")
      let environment = ["XDG_STATE_HOME": directory.appending(path: "state").path]
      func run(_ arguments: [String]) async throws -> Tool.Outcome {
        try await Tool.run(arguments, environment: environment)
      }
      let none = try await run(["jobs"])
      #expect(none.status == 0 && none.output.isEmpty && none.errors.contains("no records"))
      #expect(!FileManager.default.fileExists(atPath: directory.appending(path: "state").path), "reading makes no file")
      let request = ["--image-url", "images:x.zvhd2", "--os-version", "CentOS 7.0 64bit", "--min-disk", "40"]
      let base = ["import", "--local-cloud", directory.path]
      let made = try await run(base + ["--name", "web,01", "--key", "k1"] + request)
      #expect(made.status == 65, "\(made.errors)")
      let good = try await run(base + ["--name", "web01", "--key", "k1"] + request)
      #expect(good.status == 0, "\(good.errors)")
      let bad = try await run(
        base + ["--name", "web02", "--no-preflight"] + ["--image-url", "images:none.zvhd2"] + request.dropFirst(2))
      #expect(bad.status == 1, "\(bad.errors)")
      let table = try await run(["jobs", "list"]).output
      #expect(table.contains("web01") && table.contains("succeeded") && table.contains("IMG."), "\(table)")
      #expect(
        try await run(["jobs", "list", "--state", "failed", "--output", "json"]).output.contains(#""name":"web02""#))
      #expect(
        try await run(["jobs", "list", "--key", "k1", "--output", "csv"]).output.split(separator: "\n").count == 2)
      #expect(
        try await run(["jobs", "list", "--since", "1h", "--cloud", "local"]).output.split(separator: "\n").count == 3)
      #expect(try await run(["jobs", "list", "--state", "sunk"]).status == 64)
      let shown = try await run(["jobs", "show", "k1"])
      #expect(shown.status == 0 && shown.output.contains("marker          slipway=01"), "\(shown.output)")
      #expect(try await run(["jobs", "show", "nothing"]).status == 64)
      let csv = try await run(["jobs", "export", "--format", "csv"]).output
      #expect(csv.hasPrefix("id,state,name,key") && csv.split(separator: "\n").count == 3)
      let image = good.output
      let again = try await run(base + ["--name", "web01", "--key", "k1"] + request)
      #expect(again.output == image && again.errors.contains("imported before"))
      let other = try await run(base + ["--name", "web01", "--key", "k1", "--again"] + request)
      #expect(other.status == 0 && other.output != image)
      let conflict = try await run(base + ["--name", "web03", "--key", "k1"] + request)
      #expect(conflict.status == 1 && conflict.errors.contains("stands for another request"), "\(conflict.errors)")
    }
  }

  @Test("A ledger that is none is refused with 78 before anything is sent, and left as it is")
  func corrupt() async throws {
    try await withTemporaryDirectory { directory in
      try await ExampleFiles.disk(in: directory, bucket: "images", key: "x.zvhd2")
      let file = directory.appending(path: "ledger.sqlite")
      let content = Data("no database at all, but a text".utf8)
      try content.write(to: file)
      let outcome = try await Tool.run(
        [
          "import", "--local-cloud", directory.path, "--ledger", file.path, "--name", "web01", "--image-url",
          "images:x.zvhd2",
          "--os-version", "CentOS 7.0 64bit", "--min-disk", "40",
        ])
      #expect(outcome.status == 78, "\(outcome.errors)")
      #expect(outcome.errors.contains("no SQLite database") && outcome.errors.contains("--ledger PATH"))
      #expect(try Data(contentsOf: file) == content)
      #expect(try await Tool.run(["jobs", "list", "--ledger", file.path]).status == 78)
    }
  }
}
