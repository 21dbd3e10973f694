import CloudAccess
import Foundation
import Testing

@Suite("The project file")
struct ProjectFileTests {
  private func doctor(
    _ project: String, _ arguments: [String] = [], environment: [String: String] = [:], clouds: String? = nil
  ) async throws -> Tool.Outcome {
    try await withTemporaryDirectory { directory in
      try Data(project.utf8).write(to: directory.appending(path: "slipway.yaml"))
      if let clouds { try Data(clouds.utf8).write(to: directory.appending(path: "clouds.yaml")) }
      return try await Tool.run(
        ["doctor", "--offline", "--output", "json"] + arguments, environment: environment, directory: directory)
    }
  }

  private func facts(_ outcome: Tool.Outcome) throws -> [String: String] {
    let lines = try outcome.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    let project = lines.first { $0["check"] == "project" }
    return project?["facts"]?.objectValue?.compactMapValues(\.stringValue) ?? [:]
  }

  private static let full = """
    cloud: local
    dialect: huawei
    requests_per_second: 2.5
    concurrent_imports: 7
    log_level: warning
    ledger: .slipway/ledger.sqlite
    preflight:
      skip: [quota]
      timeout: 10s
    """

  @Test("A flag beats the environment, which beats the file, which beats the default; the doctor says who won")
  func precedence() async throws {
    let file = try facts(await doctor(Self.full))
    #expect(file["cloud"] == "local, from slipway.yaml:1")
    #expect(file["dialect"] == "huawei, from slipway.yaml:2")
    #expect(file["requests_per_second"] == "2.5, from slipway.yaml:3")
    #expect(file["concurrent_imports"] == "7, from slipway.yaml:4")
    #expect(file["log_level"] == "warning, from slipway.yaml:5")
    #expect(file["ledger"]?.hasSuffix("/.slipway/ledger.sqlite, from slipway.yaml:6") == true)
    #expect(file["preflight.skip"] == "quota, from slipway.yaml:8")
    #expect(file["preflight.timeout"] == "10s, from slipway.yaml:9")

    let environment = try facts(await doctor(Self.full, environment: ["SLIPWAY_REQUESTS_PER_SECOND": "3"]))
    #expect(environment["requests_per_second"] == "3, from SLIPWAY_REQUESTS_PER_SECOND")
    let flags = try facts(
      await doctor(
        Self.full,
        ["--requests-per-second", "4", "--log-level", "debug", "--ledger", "mine.sqlite", "--cloud", "local"],
        environment: ["SLIPWAY_REQUESTS_PER_SECOND": "3"]))
    #expect(flags["requests_per_second"] == "4, from --requests-per-second")
    #expect(flags["log_level"] == "debug, from --log-level")
    #expect(flags["ledger"] == "mine.sqlite, from --ledger")
    #expect(flags["cloud"] == "local, from --cloud")
    let none = try facts(await doctor("plugins: []\n"))
    #expect(none["requests_per_second"] == "5, from the default")
    #expect(none["cloud"] == nil)
  }

  @Test("All mistakes come at once, with line and column, and what was meant")
  func mistakes() async throws {
    let outcome = try await doctor(
      """
      clod: otc
      dialect: hauwei
      requests_per_second: many
      concurrent_imports: 0
      log_level: loud
      ledger: ../elsewhere.sqlite
      preflight: { skip: [qouta], timeot: 1s }
      plugins:
        - { nam: x }
      """)
    #expect(outcome.status == 78)
    for text in [
      "mistakes in the project:", "slipway.yaml:1:1: the project file has no key 'clod'", "did you mean 'cloud'?",
      "slipway.yaml:2:10: dialect must be one of otc, huawei", "did you mean 'huawei'?",
      "slipway.yaml:3:22: requests_per_second must be a number", "slipway.yaml:4:21: concurrent_imports must be from 1",
      "slipway.yaml:5:12: log_level must be one of", "slipway.yaml:6:9: ledger must be a file below",
      "slipway.yaml:7:21: ", "preflight has no key 'timeot'", "slipway.yaml:9:7: a plugin has no key 'nam'",
    ] {
      #expect((outcome.output + outcome.errors).contains(text), "\(text) in \(outcome.output)\(outcome.errors)")
    }
  }

  @Test(
    "What would open a door has no place in a file that may come from elsewhere",
    arguments: [
      ("allow_net: [evil.example]", "a project file cannot say what scripts may reach"),
      ("allow_write: [/]", "--allow-write DIR"), ("access_key: AK", "a project file holds no credentials"),
      ("auth_url: https://evil.example/v3", "clouds.yaml"), ("output: json", "for whoever reads it to choose"),
      ("ledger: none", "imported twice"), ("ledger: /tmp/x.sqlite", "below the project's directory"),
      ("ledger: a/../../x.sqlite", "below the project's directory"), ("ledger: ''", "below the project's directory"),
    ])
  func refused(_ line: String, _ text: String) async throws {
    let outcome = try await doctor(line + "\n")
    #expect(outcome.status == 78)
    #expect((outcome.output + outcome.errors).contains(text), "\(outcome.output)\(outcome.errors)")
  }

  @Test("A link out of the project is no way to a ledger elsewhere")
  func links() async throws {
    try await withTemporaryDirectory { directory in
      let project = directory.appending(path: "project")
      try FileManager.default.createDirectory(at: project, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(at: project.appending(path: "out"), withDestinationURL: directory)
      try Data("ledger: out/x.sqlite\n".utf8).write(to: project.appending(path: "slipway.yaml"))
      #expect(try await Tool.run(["jobs", "list"], directory: project).status == 78)
      try Data("ledger: x.sqlite\n".utf8).write(to: project.appending(path: "slipway.yaml"))
      #expect(try await Tool.run(["jobs", "list"], directory: project).status == 0)
    }
  }

  @Test("What the file decides is said on standard error, and a cloud it names comes from the user's own clouds.yaml")
  func said() async throws {
    let clouds = """
      clouds:
        one: { auth: { auth_url: https://iam.one.example/v3, username: u, password: p, project_name: eu-de, user_domain_name: d }, region_name: eu-de }
        two: { auth: { auth_url: https://iam.two.example/v3, username: u, password: p, project_name: eu-nl, user_domain_name: d }, region_name: eu-nl }
      """
    let outcome = try await doctor("cloud: two\n", clouds: clouds)
    #expect(try facts(outcome)["cloud"] == "two, from slipway.yaml:1")
    #expect(outcome.output.contains("cloud 'two' in region eu-nl"))
    let other = try await doctor("cloud: two\n", environment: ["OS_CLOUD": "one"], clouds: clouds)
    #expect(try facts(other)["cloud"] == "one, from OS_CLOUD")
    let missing = try await doctor("cloud: three\n", clouds: clouds)
    #expect(missing.status == 78)
    #expect(!(missing.output + missing.errors).contains("--cloud names"))

    try await withTemporaryDirectory { directory in
      try Data("cloud: local\nledger: l.sqlite\nconcurrent_imports: 3\n".utf8)
        .write(to: directory.appending(path: "slipway.yaml"))
      let run = try await Tool.run(
        ["repl", "--local-cloud", directory.appending(path: "cloud").path], input: "1+1\n", directory: directory)
      #expect(run.output == "2\n")
      #expect(run.errors.contains("slipway: from "))
      #expect(run.errors.contains("cloud local; concurrent_imports 3; ledger "))
    }
  }
}
