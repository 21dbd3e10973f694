import CloudAccess
import Foundation
import Testing

@Suite("slipway upload and slipway uploads")
struct UploadCommandTests {
  private static let part = 5 << 20

  /// A directory with a local cloud that has a bucket, and a state directory of its own.
  private struct Place {
    var directory: URL
    var environment: [String: String] { ["XDG_STATE_HOME": directory.appending(path: "state").path] }
    var cloud: [String] { ["--cloud", "local", "--local-cloud", directory.appending(path: "cloud").path] }

    func file(_ name: String, _ count: Int, seed: UInt8 = 1) throws -> String {
      let url = directory.appending(path: name)
      var data = Data(count: count)
      for index in stride(from: 0, to: count, by: 997) { data[index] = UInt8(truncatingIfNeeded: index / 997) ^ seed }
      try data.write(to: url)
      return url.path
    }

    func object(_ key: String) -> Data? {
      try? Data(contentsOf: directory.appending(path: "cloud/buckets/images/\(key)"))
    }

    func run(_ arguments: [String]) async throws -> Tool.Outcome {
      try await Tool.run(arguments + cloud, environment: environment)
    }

    func start(_ arguments: [String]) throws -> Tool.Running {
      try Tool.start(arguments + cloud, environment: environment)
    }
  }

  private func withPlace(_ body: (Place) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      try FileManager.default.createDirectory(
        at: directory.appending(path: "cloud/buckets/images"), withIntermediateDirectories: true)
      try await body(Place(directory: directory))
    }
  }

  private func events(_ text: String) -> [JSONValue] {
    text.split(separator: "\n").compactMap { try? JSONValue(parsing: Array($0.utf8)) }
  }

  @Test(
    "A file arrives and its place is printed; again, nothing is sent; another one is refused", .timeLimit(.minutes(2)))
  func upload() async throws {
    try await withPlace { place in
      let path = try place.file("web01.raw", 12_000_000)
      let first = try await place.run(["upload", "--part-size", "5MB", path, "images:raw/"])
      #expect(first.status == 0, "\(first.errors)")
      #expect(first.output == "images:raw/web01.raw\n")
      #expect(first.errors.contains("11.4 MiB sent in 3 parts"), "\(first.errors)")
      #expect(place.object("raw/web01.raw") == FileManager.default.contents(atPath: path))
      let again = try await place.run(["upload", path, "obs://images/raw/web01.raw", "--output", "json"])
      let result = try #require(events(again.output).last)
      #expect(result["event"] == "uploaded")
      #expect(result["was_there"] == true)
      #expect(result["sent_bytes"] == 0)
      let other = try place.file("other.raw", 12_000_000, seed: 2)
      let refused = try await place.run(["upload", other, "images:raw/web01.raw"])
      #expect(refused.status == 1)
      #expect(refused.errors.contains("ObjectExists") && refused.errors.contains("--overwrite"), "\(refused.errors)")
      let replaced = try await place.run(["upload", "-q", "--overwrite", other, "images:raw/web01.raw"])
      #expect(replaced.status == 0)
      #expect(place.object("raw/web01.raw") == FileManager.default.contents(atPath: other))
      let left = try await place.run(["uploads"])
      #expect(left.output.isEmpty)
    }
  }

  @Test("Killed in the middle, an upload goes on; at most a part is sent twice", .timeLimit(.minutes(2)))
  func killed() async throws {
    try await withPlace { place in
      let size = 6 * Self.part
      let path = try place.file("disk.raw", size)
      let arguments = [
        "upload", "--part-size", "5MB", path, "images:disk.raw", "--output", "json",
      ]
      let first = try place.start(arguments + ["--limit-rate", "4MB"])
      try await first.waitFor("\"stored_parts\":2")
      first.signal(SIGKILL)
      let killed = await first.finish()
      let sent = events(killed.output).compactMap { $0["done_bytes"]?.intValue }.max() ?? 0
      let listed = try await place.run(["uploads", "list", "--output", "json"])
      let entry = try #require(events(listed.output).first)
      #expect(entry["under_way"] == false)
      #expect(entry["stored_bytes"]?.intValue ?? 0 >= 2 * Self.part)
      let second = try await place.run(arguments)
      #expect(second.status == 0, "\(second.errors)")
      #expect(events(second.output).contains { $0["event"] == "upload_resumed" })
      let rest = try #require(events(second.output).last?["sent_bytes"]?.intValue)
      #expect(sent + rest <= size + Self.part)
      #expect(rest <= size - 2 * Self.part)
      #expect(place.object("disk.raw") == FileManager.default.contents(atPath: path))
      #expect(try await place.run(["uploads"]).output.isEmpty)
    }
  }

  /// The bytes of bodies that object storage has received, of all kinds of calls together.
  private func received(_ endpoint: String, _ transport: AsyncHTTPTransport) async throws -> Int {
    let call = HTTPRequest(method: "GET", url: "\(endpoint)/_control/state")
    let answer = try await transport.send(call, timeouts: HTTPTimeouts(), bodyLimit: 1 << 20)
    let counts = try JSONValue(parsing: answer.body)["received_bytes"]?.objectValue ?? [:]
    return counts.values.compactMap(\.intValue).reduce(0, +)
  }

  @Test(
    "Killed at any instant and run again, the store receives at most one part more than the file",
    .timeLimit(.minutes(3)))
  func receivedBytes() async throws {
    try await withPlace { place in
      let running = try Tool.start(["cloud", "--port", "0", "--data", place.directory.appending(path: "cloud").path])
      defer { running.signal(SIGTERM) }
      try await running.waitFor("\n")
      let access = try JSONValue(parsing: Array(running.output.utf8))
      func word(_ name: String) -> String { access[name]?.stringValue ?? "" }
      let endpoint = word("endpoint")
      let file = place.directory.appending(path: "clouds.yaml")
      try """
      clouds:
        served: {region_name: \(word("region")), object_store_endpoint_override: "\(endpoint)",
          x_slipway_obs_path_style: true, auth: {auth_url: "\(endpoint)/v3", project_id: \(word("project_id"))},
          access_key: \(word("access_key")), secret_key: \(word("secret_key"))}
      """.write(to: file, atomically: true, encoding: .utf8)
      var environment = place.environment
      environment["OS_CLIENT_CONFIG_FILE"] = file.path
      let transport = AsyncHTTPTransport()
      let size = 44 << 20
      let path = try place.file("disk.raw", size)
      let seed = UInt64.random(in: 0...9999)
      var dice = seed
      for round in 0..<4 {
        dice = dice &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let options = round % 2 == 0 ? [] : ["--part-size", "12MB"]
        let part = round % 2 == 0 ? 20 << 20 : 12 << 20
        let arguments =
          ["upload", "--cloud", "served", path, "images:disk\(round).raw", "--output", "json"] + options
        let before = try await received(endpoint, transport)
        let first = try Tool.start(arguments, environment: environment)
        try await first.waitFor("upload_started")
        try await Task.sleep(for: .milliseconds(Int(dice >> 33) % 400))
        first.signal(SIGKILL)
        _ = await first.finish()
        let second = try await Tool.run(arguments, environment: environment)
        #expect(second.status == 0, "\(second.errors)")
        let more = try await received(endpoint, transport) - before - size
        // The list of parts that completes the upload has some bytes, too.
        #expect(more <= part + 4096, "seed \(seed), round \(round)")
        #expect(place.object("disk\(round).raw") == FileManager.default.contents(atPath: path))
      }
      await transport.shutdown()
    }
  }

  @Test("Ctrl-C ends with 130 and says how to go on; the upload is listed and can be given up", .timeLimit(.minutes(2)))
  func interrupted() async throws {
    try await withPlace { place in
      let path = try place.file("disk.raw", 4 * Self.part)
      let running = try place.start(["upload", "--part-size", "5MB", "--limit-rate", "500KB", path, "images:disk.raw"])
      try await running.waitFor(" %, ", onErrors: true)
      running.signal(SIGINT)
      let outcome = await running.finish()
      #expect(outcome.status == 130)
      #expect(outcome.errors.contains("To go on: slipway upload --part-size 5MB"), "\(outcome.errors)")
      let listed = try await place.run(["uploads", "list", "images"])
      #expect(listed.output.contains("stopped") && listed.output.contains("images:disk.raw"), "\(listed.output)")
      let aborted = try await place.run(["uploads", "abort", "images:disk.raw"])
      #expect(aborted.status == 0, "\(aborted.errors)")
      #expect(try await place.run(["uploads", "list", "images"]).output.isEmpty)
      #expect(try await place.run(["uploads", "abort", "--all"]).status == 0)
      #expect(try await place.run(["uploads", "abort", "images:disk.raw"]).status == 1)
    }
  }

  @Test(
    "Wrong use ends with 64, a missing file included, a missing bucket with 1",
    arguments: [
      (["upload", "x.raw", "nobucket"], 64), (["upload", "x.raw", "b:k", "--limit-rate", "fast"], 64),
      (["upload", "x.raw", "b:k", "--part-size", "1KB"], 64), (["upload", "x.raw", "b:k", "--parallel", "0"], 64),
      (["uploads", "abort"], 64), (["upload", "missing.raw", "images:k"], 64), (["upload", "/", "images:k"], 64),
      (["upload", "README.md", "no-such-bucket:k"], 1), (["uploads", "list", "no-such-bucket"], 1),
    ] as [([String], Int32)])
  func wrongUse(_ arguments: [String], _ status: Int32) async throws {
    try await withPlace { place in
      let outcome = try await place.run(arguments)
      #expect(outcome.status == status, "\(outcome.errors)")
      #expect(!outcome.errors.isEmpty && !outcome.errors.contains("sent again"), "\(outcome.errors)")
      #expect(outcome.output.isEmpty)
      let left = place.directory.appending(path: "state/slipway/uploads").path
      #expect((try? FileManager.default.contentsOfDirectory(atPath: left))?.isEmpty ?? true)
    }
  }
}
