import CloudSimulator
import Foundation
import Testing

@Suite("slipway doctor")
struct DoctorCommandTests {
  private struct Examined {
    var outcome: Tool.Outcome
    var checks: [String: (status: String, message: String, hint: String?, facts: [String: String])]
  }

  private func examine(_ arguments: [String], environment: [String: String] = [:]) async throws -> Examined {
    let outcome = try await Tool.run(["doctor", "--output", "json"] + arguments, environment: environment)
    var checks: [String: (status: String, message: String, hint: String?, facts: [String: String])] = [:]
    for line in outcome.output.split(separator: "\n") {
      let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let name = try #require(object["check"] as? String)
      checks[name] = (
        try #require(object["status"] as? String), try #require(object["message"] as? String),
        object["hint"] as? String, object["facts"] as? [String: String] ?? [:]
      )
    }
    return Examined(outcome: outcome, checks: checks)
  }

  /// Runs a cloud of its own, with a clouds.yaml for it.
  private func withCloud(_ body: (URL, LocalCloudAccess, [String: String]) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      let data = directory.appending(path: "data")
      try FileManager.default.createDirectory(
        at: data.appending(path: "buckets/images"), withIntermediateDirectories: true)
      let running = try Tool.start(["cloud", "--port", "0", "--data", data.path])
      try await running.waitFor("\n")
      let access = try JSONDecoder().decode(LocalCloudAccess.self, from: Data(running.output.utf8))
      let file = directory.appending(path: "clouds.yaml")
      let auth = """
        auth_url: "\(access.endpoint)/v3", user_domain_name: \(access.domain), project_name: \(access.project), \
        username: \(access.user)
        """
      try """
      clouds:
        good:
          region_name: \(access.region)
          auth: {\(auth), password: \(access.password)}
          access_key: \(access.accessKey)
          secret_key: \(access.secretKey)
        no-key: {region_name: \(access.region), auth: {\(auth), password: \(access.password)}}
        wrong: {region_name: \(access.region), auth: {\(auth), password: hunter2}}
        nobody: {region_name: eu-de, auth: {auth_url: "http://127.0.0.1:1/v3", username: u, password: p, user_domain_name: d, project_name: p}}
      """.write(to: file, atomically: true, encoding: .utf8)
      try await body(directory, access, ["OS_CLIENT_CONFIG_FILE": file.path, "SLIPWAY_OBS_PATH_STYLE": "true"])
      running.signal(SIGTERM)
      _ = await running.finish()
    }
  }

  @Test("Where all is well it says which source won and why, and shows no secret")
  func healthy() async throws {
    try await withCloud { _, access, environment in
      let found = try await examine(["--cloud", "good", "--bucket", "images"], environment: environment)
      #expect(found.outcome.status == 0, "\(found.outcome.output)")
      for check in [
        "versions", "configuration", "ledger", "endpoint identity", "endpoint image", "endpoint objectStorage", "clock",
        "credentials", "images", "jobs", "quota", "bucket images",
      ] {
        #expect(found.checks[check]?.status == "ok", "\(check): \(String(describing: found.checks[check]))")
      }
      #expect(found.checks["submitting"]?.status == "skipped")
      let facts = found.checks["configuration"]?.facts ?? [:]
      #expect(facts["source"]?.contains("entry good of ") == true)
      #expect(facts["because"] == "the command line names it")
      #expect(facts["password"]?.hasPrefix("from ") == true, "\(facts)")
      #expect(found.checks["credentials"]?.facts["project"] == access.projectID)
      for secret in [access.password, access.secretKey] {
        #expect(!(found.outcome.output + found.outcome.errors).contains(secret))
      }
    }
  }

  @Test("A wrong password ends with 77, nobody at the address with 69, and what follows is not asked")
  func failures() async throws {
    try await withCloud { _, _, environment in
      let wrong = try await examine(["--cloud", "wrong"], environment: environment)
      #expect(wrong.outcome.status == 77, "\(wrong.outcome.output)")
      #expect(wrong.checks["credentials"]?.status == "failed")
      #expect(wrong.checks["quota"] == nil)
      #expect(!wrong.outcome.output.contains("hunter2"))

      let nobody = try await examine(["--cloud", "nobody", "--timeout", "2s"], environment: environment)
      #expect(nobody.outcome.status == 69, "\(nobody.outcome.output)")
      #expect(nobody.checks["endpoint identity"]?.status == "failed")
      #expect(nobody.checks["credentials"] == nil)
    }
  }

  @Test("Without an access key it warns of what cannot be done; a bucket that is not there fails")
  func storage() async throws {
    try await withCloud { _, _, environment in
      let keyless = try await examine(["--cloud", "no-key"], environment: environment)
      #expect(keyless.outcome.status == 0, "\(keyless.outcome.output)")
      #expect(keyless.checks["object storage"]?.status == "warning")

      let missing = try await examine(["--cloud", "good", "--bucket", "not-there"], environment: environment)
      #expect(missing.outcome.status == 1, "\(missing.outcome.output)")
      #expect(missing.checks["bucket not-there"]?.status == "failed")
    }
  }

  @Test("A cloud that clouds.yaml does not have is a finding of its own, with 78")
  func configuration() async throws {
    try await withTemporaryDirectory { directory in
      let file = directory.appending(path: "clouds.yaml")
      try "clouds: {otc: {region_name: eu-de}}".write(to: file, atomically: true, encoding: .utf8)
      let found = try await examine(["--cloud", "otk"], environment: ["OS_CLIENT_CONFIG_FILE": file.path])
      #expect(found.outcome.status == 78)
      #expect(found.checks["configuration"]?.status == "failed")
      #expect(found.checks["configuration"]?.message.contains("otk") == true)
    }
  }

  @Test("Offline it reads the ledger, tells what is open, and asks no network")
  func offline() async throws {
    try await withTemporaryDirectory { directory in
      let ledger = directory.appending(path: "ledger.sqlite").path
      let absent = try await examine(["--offline", "--cloud", "local", "--ledger", ledger])
      #expect(absent.outcome.status == 0)
      #expect(absent.checks["ledger"]?.message.contains(ledger) == true)
      #expect(!FileManager.default.fileExists(atPath: ledger))
      #expect(absent.checks["cloud"]?.status == "skipped")

      try Data(repeating: 7, count: 8192).write(to: URL(filePath: ledger))
      let damaged = try await examine(["--offline", "--cloud", "local", "--ledger", ledger])
      #expect(damaged.outcome.status == 78)
      #expect(damaged.checks["ledger"]?.status == "failed")
      #expect(damaged.checks["ledger"]?.hint != nil)
    }
  }

  @Test("For people, one line a check with its facts below, and a summary on standard error")
  func text() async throws {
    let outcome = try await Tool.run(["doctor", "--offline", "--cloud", "local"])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("ok       versions: slipway "))
    #expect(outcome.output.contains("libzstd"))
    #expect(outcome.errors.contains("All is well."))
  }
}
