import CloudAccess
import CloudSimulator
import Foundation
import Testing

/// A local cloud in this process for dry runs of the tool, so that what reached it can be counted.
struct DryRunCloud {
  let cloud: LocalCloud
  let directory: URL
  let environment: [String: String]

  /// Images and jobs, what the buckets hold, and the ledger: all that a run could change.
  var state: [String] {
    var state = ["jobs", "images", "received_bytes"].map { cloud.inventory[$0]?.serialized() ?? "" }
    for place in ["cloud/buckets", "state"] {
      let root = directory.appending(path: place)
      let names = (try? FileManager.default.subpathsOfDirectory(atPath: root.path)) ?? []
      for name in names.sorted() {
        let data = try? Data(contentsOf: root.appending(path: name))
        state.append("\(place)/\(name) \(data.map { "\($0.count) \($0.hashValue)" } ?? "directory")")
      }
    }
    return state
  }

  /// Starts a cloud with one image file in `images:x.zvhd2`.
  static func with(_ body: (DryRunCloud) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      let data = directory.appending(path: "cloud")
      try await ExampleFiles.disk(in: data, bucket: "images", key: "x.zvhd2")
      var configuration = LocalCloudConfiguration(dataDirectory: data.path)
      configuration.clockScale = 1000
      let cloud = try LocalCloud(configuration: configuration)
      let access = try await cloud.start()
      let environment = [
        "OS_AUTH_URL": access.endpoint + "/v3", "OS_REGION_NAME": access.region, "OS_PROJECT_NAME": access.project,
        "OS_PROJECT_ID": access.projectID, "OS_USERNAME": access.user, "OS_PASSWORD": access.password,
        "OS_USER_DOMAIN_NAME": access.domain, "S3_ACCESS_KEY_ID": access.accessKey,
        "S3_SECRET_ACCESS_KEY": access.secretKey, "SLIPWAY_OBS_PATH_STYLE": "true",
        "XDG_STATE_HOME": directory.appending(path: "state").path,
      ]
      do {
        try await body(DryRunCloud(cloud: cloud, directory: directory, environment: environment))
        await cloud.stop()
      } catch {
        await cloud.stop()
        throw error
      }
    }
  }

  /// Runs a script from standard input.
  func run(
    _ script: String, _ options: [String] = [], _ more: [String: String] = [:]
  ) async throws -> Tool.Outcome {
    try await Tool.run(
      ["run", "--clock-scale", "1000"] + options + ["-"], input: script,
      environment: environment.merging(more) { $1 }, directory: directory)
  }

  /// Goes through a script, and makes sure that nothing has changed and nothing but questions was asked.
  func plan(
    _ script: String, _ options: [String] = [], _ more: [String: String] = [:], status: Int32 = 0,
    _ location: SourceLocation = #_sourceLocation
  ) async throws -> DryRunReading {
    let before = state
    let outcome = try await run(script, ["--dry-run", "--output", "json"] + options, more)
    #expect(outcome.status == status, "\(outcome.errors)", sourceLocation: location)
    #expect(state == before, "something has changed", sourceLocation: location)
    return DryRunReading(try JSONValue(parsing: Array(outcome.output.utf8)), outcome)
  }
}

/// A plan as `--output json` prints it.
struct DryRunReading {
  let json: JSONValue
  let outcome: Tool.Outcome

  init(_ json: JSONValue, _ outcome: Tool.Outcome) {
    (self.json, self.outcome) = (json, outcome)
  }

  var branches: [JSONValue] { json["branches"]?.arrayValue ?? [] }

  /// How many entries a list of the plan has.
  func count(_ list: String) -> Int { json[list]?.arrayValue?.count ?? 0 }

  func steps(_ branch: Int) -> [JSONValue] {
    branches.indices.contains(branch) ? branches[branch]["steps"]?.arrayValue ?? [] : []
  }

  /// `action what outcome` of every step of a branch.
  func words(_ branch: Int) -> [String] {
    steps(branch).map { step in
      ["action", "what", "outcome"].compactMap { step[$0]?.stringValue }.joined(separator: " ")
    }
  }

  /// The codes that a branch assumes.
  func codes(_ branch: Int) -> [String] {
    (branches[branch]["assumptions"]?.arrayValue ?? []).compactMap { $0["code"]?.stringValue }
  }

  /// The end of a branch: `raised`, `finished`, …
  func end(_ branch: Int) -> String { branches[branch]["end"]?["kind"]?.stringValue ?? "" }
}
