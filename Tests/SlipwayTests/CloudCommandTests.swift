import CloudSimulator
import Foundation
import Testing

@Suite("slipway cloud")
struct CloudCommandTests {
  /// Starts a cloud and waits for its line.
  private func start(_ directory: URL) async throws -> (Tool.Running, LocalCloudAccess) {
    let running = try Tool.start(["cloud", "--port", "0", "--data", directory.path, "--clock-scale", "10000"])
    try await running.waitFor("\n")
    return (running, try JSONDecoder().decode(LocalCloudAccess.self, from: Data(running.output.utf8)))
  }

  /// A clouds.yaml for it, by password or by keys.
  private func configure(_ directory: URL, _ access: LocalCloudAccess) throws -> [String: String] {
    let file = directory.appending(path: "clouds.yaml")
    try """
    clouds:
      by-password:
        region_name: \(access.region)
        auth: {auth_url: "\(access.endpoint)/v3", username: \(access.user), password: \(access.password),
               user_domain_name: \(access.domain), project_name: \(access.project)}
      by-key:
        region_name: \(access.region)
        auth: {auth_url: "\(access.endpoint)/v3", project_id: \(access.projectID)}
        access_key: \(access.accessKey)
        secret_key: \(access.secretKey)
        image_endpoint_override: \(access.endpoint)
      wrong-password:
        region_name: \(access.region)
        auth: {auth_url: "\(access.endpoint)/v3", username: \(access.user), password: hunter2,
               user_domain_name: \(access.domain), project_name: \(access.project)}
      nobody-there:
        region_name: eu-de
        auth: {auth_url: "http://127.0.0.1:1/v3", username: u, password: p, user_domain_name: d, project_name: eu-de}
    """.write(to: file, atomically: true, encoding: .utf8)
    return ["OS_CLIENT_CONFIG_FILE": file.path]
  }

  @Test("It prints one JSON line, serves imports by password and by keys, and keeps its images across a restart")
  func serves() async throws {
    try await withTemporaryDirectory { directory in
      let data = directory.appending(path: "data")
      try await ExampleFiles.disk(in: data, bucket: "images", key: "x.zvhd2")
      var (running, access) = try await start(data)
      #expect(running.output.split(separator: "\n").count == 1)
      let environment = try configure(directory, access)
      for cloud in ["by-password", "by-key"] {
        let outcome = try await Tool.run(
          [
            "import", "--cloud", cloud, "--name", "from-\(cloud)", "--image-url", "images:x.zvhd2", "--os-version",
            "CentOS 7.0 64bit", "--min-disk", "40", "--tag", "team=platform",
          ], environment: environment)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(UUID(uuidString: outcome.output.trimmingCharacters(in: .newlines)) != nil)
        #expect(!outcome.errors.contains(access.password) && !outcome.errors.contains(access.secretKey))
      }
      running.signal(SIGTERM)
      #expect(await running.finish().status == 0)

      (running, access) = try await start(data)
      let listing = try await Tool.run(
        ["run", "--cloud", "by-password", "-"],
        input: "for i in require('ims').images { sort_key = 'name', sort_dir = 'asc' } do print(i.name, i.status) end",
        environment: try configure(directory, access))
      #expect(listing.output == "from-by-key\tactive\nfrom-by-password\tactive\n", "\(listing.errors)")
      running.signal(SIGTERM)
      #expect(await running.finish().status == 0)
    }
  }

  @Test("Faults come from flags and files, for the local cloud only, and a mistake in them is told with its place")
  func faults() async throws {
    try await withTemporaryDirectory { directory in
      let data = directory.appending(path: "data")
      try await ExampleFiles.disk(in: data, bucket: "images", key: "x.zvhd2")
      let request = [
        "import", "--cloud", "local", "--local-cloud", data.path, "--name", "web", "--image-url", "images:x.zvhd2",
        "--os-version", "CentOS 7.0 64bit", "--min-disk", "40",
      ]
      var outcome = try await Tool.run(request + ["--fault", "job_fails=IMG.0055"])
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains("IMG.0055"), "\(outcome.errors)")
      #expect(outcome.errors.contains(", 1 fault set\n"), "\(outcome.errors)")

      let file = directory.appending(path: "faults.yaml")
      try "switches: {unique_names: true}\nfaults:\n  - refused=IMG.0015\n".write(
        to: file, atomically: true, encoding: .utf8)
      outcome = try await Tool.run(request + ["--faults", file.path])
      #expect(outcome.status != 0)
      #expect(outcome.errors.contains("IMG.0015"), "\(outcome.errors)")
      outcome = try await Tool.run(request + ["--faults", file.path, "--fault", "reply_cut:sumbit"])
      #expect(outcome.status == 78)
      #expect(outcome.errors.contains("fault 'reply_cut:sumbit': 'call' must be one of"), "\(outcome.errors)")
      try "faults:\n  - efect: reply_cut\n".write(to: file, atomically: true, encoding: .utf8)
      outcome = try await Tool.run(["cloud", "--data", data.path, "--faults", file.path])
      #expect(outcome.status == 78)
      #expect(outcome.errors.contains("faults.yaml:2: 'effect' is missing"), "\(outcome.errors)")
      outcome = try await Tool.run(["cloud", "--data", data.path, "--switch", "image_visibility=never"])
      #expect(outcome.status == 78)
      #expect(outcome.errors.contains("must be at_submission, at_end, or a delay"), "\(outcome.errors)")

      let environment = try configure(
        directory,
        LocalCloudAccess(
          endpoint: "http://127.0.0.1:1", accessKey: "a", secretKey: "s", user: "u", password: "p", domain: "d",
          project: "eu-de", projectID: "p", region: "eu-de"))
      outcome = try await Tool.run(
        ["run", "--cloud", "by-password", "--fault", "reply_cut", "-"], input: "", environment: environment)
      #expect(outcome.status == 78)
      #expect(outcome.errors.contains("for the local cloud"), "\(outcome.errors)")
    }
  }

  @Test("A wrong password is 77, an unreachable cloud 69, an unknown one 78 with a suggestion, and no secret is shown")
  func refusals() async throws {
    try await withTemporaryDirectory { directory in
      let (running, access) = try await start(directory.appending(path: "data"))
      let environment = try configure(directory, access)
      let request = [
        "--name", "n", "--image-url", "images:x.zvhd2", "--os-version", "CentOS 7.0 64bit", "--min-disk", "40",
      ]
      for (cloud, status, text) in [
        ("wrong-password", 77, ""), ("nobody-there", 69, "127.0.0.1"), ("by-pasword", 78, "by-password"),
      ] {
        let outcome = try await Tool.run(["import", "--cloud", cloud] + request, environment: environment)
        #expect(outcome.status == Int32(status), "\(cloud): \(outcome.errors)")
        #expect(text.isEmpty || outcome.errors.contains(text), "\(outcome.errors)")
        #expect(!outcome.errors.contains("hunter2"))
      }
      running.signal(SIGTERM)
      _ = await running.finish()
    }
  }
}
