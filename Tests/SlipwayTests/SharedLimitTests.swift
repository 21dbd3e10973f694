import Foundation
import FoundationNetworking
import Testing

@Suite("Several runs over one ledger")
struct SharedLimitTests {
  private func imports(_ prefix: String, _ count: Int) -> String {
    """
    local ims = require "ims"
    local images = {}
    for i = 1, \(count) do
      images[i] = ims.system_image {
        name = "\(prefix)" .. i, image_url = "images:x.zvhd2", os_version = "CentOS 7.0 64bit", min_disk = 40 }
    end
    local done = 0
    for _, entry in ipairs(ims.import_all(images, { concurrency = \(count) })) do
      if entry.ok then done = done + 1 end
    end
    print(done .. " done")
    """
  }

  private func answer(_ url: String) async throws -> [String: Any] {
    let (data, _) = try await URLSession.shared.data(from: try #require(URL(string: url)))
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  @Test(
    "The cloud's limit holds for all of them together: none is refused, and each gets its share",
    .timeLimit(.minutes(3)))
  func limit() async throws {
    try await withTemporaryDirectory { directory in
      try await ExampleFiles.disk(in: directory, bucket: "images", key: "x.zvhd2")
      let cloud = try Tool.start([
        "cloud", "--port", "0", "--data", directory.path, "--clock-scale", "200", "--concurrent-tasks", "5",
      ])
      defer { cloud.signal(SIGTERM) }
      try await cloud.waitFor("\n")
      let access = try #require(
        try JSONSerialization.jsonObject(with: Data(cloud.output.utf8)) as? [String: Any])
      func word(_ name: String) throws -> String { try #require(access[name] as? String) }
      let environment = [
        "OS_AUTH_URL": try word("endpoint") + "/v3", "OS_REGION_NAME": try word("region"),
        "OS_PROJECT_NAME": try word("project"), "OS_PROJECT_ID": try word("project_id"),
        "OS_USERNAME": try word("user"), "OS_PASSWORD": try word("password"),
        "OS_USER_DOMAIN_NAME": try word("domain"), "XDG_STATE_HOME": directory.path,
      ]
      let runs = try ["a", "b"].map { prefix in
        try Tool.start(
          ["run", "--clock-scale", "200", "--concurrent-imports", "5", "-"], input: imports(prefix, 12),
          environment: environment)
      }
      for run in runs {
        let outcome = await run.finish()
        #expect(outcome.status == 0 && outcome.output == "12 done\n", "\(outcome.output) \(outcome.errors)")
      }
      let state = try await answer(try word("endpoint") + "/_control/state")
      let calls = try #require(state["calls"] as? [String: Int])
      #expect(calls["submit"] == 24, "a submission too many was refused")
    }
  }
}
