import Foundation
import Testing

@Suite("run --watch", .timeLimit(.minutes(2)))
struct WatchTests {
  private static func plugin(_ word: String) -> String {
    """
    return {
      on_validate = function(image, report) report:warn("name", "checked by \(word)") end,
      on_unload = function() print("\(word) goes") end,
    }
    """
  }

  @Test("A changed plugin is loaded beside the old one and takes its place only when it can be loaded")
  func reload() async throws {
    try await withTemporaryDirectory { directory in
      let folder = directory.appending(path: "plugins/tagger")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      func write(_ text: String, _ name: String) throws {
        try Data(text.utf8).write(to: directory.appending(path: name), options: .atomic)
      }
      try write("name: tagger\nversion: 1.0.0\napi: ^1.0\nhooks: { on_validate: {} }\n", "plugins/tagger/plugin.yaml")
      try write(Self.plugin("first"), "plugins/tagger/main.lua")
      try write("plugins:\n  - path: plugins/tagger\n", "slipway.yaml")
      try write(
        """
        local ims, task = require "ims", require "task"
        local image, last = ims.data_image { name = "w1", image_url = "b:k.zvhd2", min_disk = 20 }, nil
        for _ = 1, 2000 do
          for _, finding in ipairs(image:validate().findings) do
            local word = finding.message:match "checked by (%a+)"
            if word and word ~= last then print("checked by " .. word) last = word end
          end
          if last == "second" then return end
          task.sleep(0.05)
        end
        """, "loop.lua")
      let run = try Tool.start(
        ["run", "--cloud", "local", "--local-cloud", directory.path + "/cloud", "--watch", "loop.lua"],
        directory: directory)
      try await run.waitFor("checked by first")
      try write("return { on_validate = ", "plugins/tagger/main.lua")
      try await run.waitFor("the old plugins stay", onErrors: true)
      #expect(!run.errors.contains("first goes"))
      try write(Self.plugin("second"), "plugins/tagger/main.lua")
      try await run.waitFor("checked by second")
      let outcome = await run.finish()
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output == "checked by first\nchecked by second\n")
      #expect(outcome.errors.contains("tagger: first goes"))
      #expect(outcome.errors.contains("Plugins loaded anew: tagger"))
      #expect(outcome.errors.contains("tagger: second goes"))
    }
  }
}
