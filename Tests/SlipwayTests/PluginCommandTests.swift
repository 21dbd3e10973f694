import Foundation
import Testing

/// Plugins as a user meets them: through the built tool.
@Suite("Plugins on the command line")
struct PluginCommandTests {
  private func write(_ text: String, to path: String, in directory: URL) throws {
    let url = directory.appending(path: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: url, atomically: true, encoding: .utf8)
  }

  private func plugin(
    _ name: String, _ lua: String, manifest: String = "", in directory: URL
  ) throws {
    try write(
      "name: \(name)\nversion: 1.0.0\napi: ^1.0\n\(manifest)\n", to: "plugins/\(name)/plugin.yaml", in: directory)
    try write(lua, to: "plugins/\(name)/main.lua", in: directory)
  }

  /// Runs the tool in a directory with a cloud in which one image file lies.
  private func run(_ words: [String], in directory: URL, input: String? = nil) async throws -> Tool.Outcome {
    try await Tool.run(words, input: input, directory: directory)
  }

  private let script = """
    local ims = require "ims"
    local image = ims.data_image { name = "data01", image_url = "ims-image:data01.zvhd2", min_disk = 20 }
    print(image:validate().ok)
    for _, f in ipairs { ims.import, image.submit } do
      local ok, err = pcall(f, image)
      print(ok, err.kind, err.message)
    end
    local results = ims.import_all { image }
    print(results.failed_count, results[1].error.kind)
    """

  @Test("A policy is asked from scripts, import, validate and the REPL alike", .timeLimit(.minutes(2)))
  func everywhere() async throws {
    try await withTemporaryDirectory { directory in
      try plugin(
        "policy", "return { on_validate = function(image, report) report:refuse('name', 'never ' .. image.name) end }",
        manifest: "hooks: [on_validate]", in: directory)
      try write("plugins: [policy]", to: "slipway.yaml", in: directory)
      try write(script, to: "a.lua", in: directory)
      let cloud = ["--local-cloud", directory.appending(path: "cloud").path]
      let ran = try await run(["run"] + cloud + ["a.lua"], in: directory)
      #expect(
        ran.output == """
          false
          false\tvalidation\timage "data01": never data01
          false\tvalidation\timage "data01": never data01
          1\tvalidation

          """, "\(ran.errors)")
      let request = [
        "--name", "data01", "--image-url", "ims-image:data01.zvhd2", "--type", "DataImage", "--min-disk", "20",
      ]
      let imported = try await run(["import"] + cloud + request, in: directory)
      #expect(
        imported.status == 65 && imported.errors.contains("name: never data01 (plugin policy)"), "\(imported.errors)")
      try write(
        #"{"name": "data01", "image_url": "ims-image:data01.zvhd2", "type": "DataImage", "min_disk": 20}"#,
        to: "r.json",
        in: directory)
      let validated = try await run(["validate", "r.json"], in: directory)
      #expect(validated.status == 65 && validated.output.contains("name (plugin policy): never data01"), "\(validated)")
      #expect(try await run(["validate", "--no-plugins", "r.json"], in: directory).status == 0)
      let typed = try await run(
        ["repl"] + cloud, in: directory,
        input:
          "ims.data_image({ name = 'x', image_url = 'bucket:k.zvhd2', min_disk = 20 }):validate().errors[1].message\n.plugins\n"
      )
      #expect(typed.output.contains("never x") && typed.errors.contains("policy 1.0.0: on_validate"), "\(typed)")
      // In a directory below, too.
      try FileManager.default.createDirectory(
        at: directory.appending(path: "below"), withIntermediateDirectories: false)
      let below = try await Tool.run(["validate", "../r.json"], directory: directory.appending(path: "below"))
      #expect(below.status == 65)
    }
  }

  @Test("before_submit keeps everything from being sent; observers hear of what was", .timeLimit(.minutes(2)))
  func sending() async throws {
    try await withExampleCloud { cloud in
      try await withTemporaryDirectory { directory in
        try plugin(
          "gate",
          """
          return {
            before_submit = function(image) if image.name == "blocked" then return false, "no budget" end end,
            on_succeeded = function(result) print("done", result.image_name, result.image.min_disk) end,
            on_run_finished = function(summary) print("summary", summary.count, summary.succeeded, summary.failed) error "oops" end,
          }
          """, manifest: "hooks: [before_submit, on_succeeded, on_run_finished]", in: directory)
        try write(
          """
          local ims = require "ims"
          local image = ims.data_image { name = "open", image_url = "ims-image:data01.zvhd2", min_disk = 20 }
          print(ims.import(image).status)
          local ok, err = pcall(ims.import, image:with { name = "blocked" })
          print(ok, err.kind, err.message)
          """, to: "a.lua", in: directory)
        let outcome = try await run(
          ["run", "--plugin", "plugins/gate", "--local-cloud", cloud.path, "a.lua"], in: directory)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(
          outcome.output == "SUCCESS\nfalse\tpreflight\tThe plugin 'gate' refuses the image 'blocked': no budget\n")
        #expect(outcome.errors.contains("gate: done\topen\t20"))
        #expect(outcome.errors.contains("gate: summary\t2\t1\t1"))
        #expect(outcome.errors.contains("warning: plugin gate: failed in on_run_finished: gate/main.lua:4: oops"))
      }
    }
  }

  @Test("new, test, list, lock, doctor and run do what they say", .timeLimit(.minutes(2)))
  func lifecycle() async throws {
    try await withTemporaryDirectory { directory in
      let made = try await run(["plugin", "new", "owner_tag"], in: directory)
      #expect(made.status == 0 && made.output.split(separator: "\n").count == 4, "\(made)")
      #expect(try await run(["plugin", "new", "owner_tag"], in: directory).status == 65)
      #expect(try await run(["plugin", "new", "Owner-Tag"], in: directory).status == 64)
      let tested = try await run(["plugin", "test", "owner_tag"], in: directory)
      #expect(tested.status == 0 && tested.output.contains("2 passed"), "\(tested)")
      #expect(try await run(["plugin", "test"], in: directory).status == 0)

      try write("plugins: [owner_tag]", to: "slipway.yaml", in: directory)
      let locked = try await run(["plugin", "lock"], in: directory)
      #expect(locked.status == 0 && locked.output.hasPrefix("added  owner_tag  0.1.0  "), "\(locked)")
      let list = try await run(["plugin", "list"], in: directory)
      #expect(list.output.contains("ready") && list.output.contains("locked") && list.output.contains("on_validate"))
      let doctor = try await run(["plugin", "doctor"], in: directory)
      #expect(
        doctor.status == 0 && doctor.output.contains("on_validate: owner_tag") && doctor.output.contains("all is well"),
        "\(doctor)")

      try write("return {}", to: "plugins/owner_tag/extra.lua", in: directory)
      for words in [["plugin", "doctor"], ["run", "--local-cloud", "cloud", "-"]] {
        let refused = try await run(words, in: directory, input: "print 'ran'")
        #expect(refused.status == 78 && refused.errors.contains("is not what was locked"), "\(refused)")
        #expect(!refused.output.contains("ran"))
      }
      #expect(try await run(["plugin", "lock"], in: directory).output.hasPrefix("changed  owner_tag"))
      #expect(try await run(["plugin", "doctor"], in: directory).status == 0)

      try plugin(
        "tool", "return { commands = { add = function(args) print(args[1] + args[2]) return 3 end } }",
        manifest: "commands: [add]", in: directory)
      let ran = try await run(
        ["plugin", "run", "--plugin", "plugins/tool", "--local-cloud", "cloud", "tool", "add", "--", "2", "40"],
        in: directory)
      #expect(ran.status == 3 && ran.output == "42\n", "\(ran)")
      let missing = try await run(
        ["plugin", "run", "--local-cloud", "cloud", "owner_tag", "none"], in: directory)
      #expect(missing.errors.contains("has no command 'none'"))
      let json = try await run(["plugin", "list", "--output", "json"], in: directory)
      #expect(
        json.output.contains(#""state":"available""#) && json.output.contains(#""commands":["add"]"#), "\(json.output)")
    }
  }

  @Test("Every mistake of every plugin is told before anything runs", .timeLimit(.minutes(1)))
  func mistakes() async throws {
    try await withTemporaryDirectory { directory in
      try plugin("one", "return {", in: directory)
      try plugin("two", "return {}", manifest: "hooks: [on_validte]", in: directory)
      try plugin("three", "return {}", manifest: "capabilities: ['net:example.com']", in: directory)
      try write(
        "plugins:\n  - one\n  - two\n  - three\n  - name: fuor\n    cofnig: 1\n", to: "slipway.yaml", in: directory)
      let first = try await run(["run", "--local-cloud", "cloud", "-"], in: directory, input: "print 'ran'")
      #expect(first.status == 78 && first.output.isEmpty)
      #expect(
        first.errors.contains("slipway.yaml:6:5: a plugin has no key 'cofnig'")
          && first.errors.contains("did you mean 'config'?"))
      try write("plugins: [one, two, three, fuor]", to: "slipway.yaml", in: directory)
      let second = try await run(["run", "--local-cloud", "cloud", "-"], in: directory, input: "print 'ran'")
      #expect(second.status == 78 && second.output.isEmpty)
      for words in [
        "plugin.yaml:4:9: there is no hook 'on_validte'", "asks for what it has not been granted: net:example.com",
        "--plugin-grant 'three=net:example.com'", "there is no plugin 'fuor'",
      ] { #expect(second.errors.contains(words), "\(words) in \(second.errors)") }
      let last = try await run(
        ["run", "--no-plugins", "--local-cloud", "cloud", "-"], in: directory, input: "print 'ran'")
      #expect(last.output == "ran\n")
    }
  }

  @Test("A denied call warns the user with the grant, and granting it helps", .timeLimit(.minutes(1)))
  func grants() async throws {
    try await withTemporaryDirectory { directory in
      try plugin(
        "reader", "return { on_run_finished = function() print(require 'fs'.read 'secret.txt') end }",
        manifest: "hooks: [on_run_finished]\ncapabilities: [{ capability: 'fs.read:.', optional: true }]", in: directory
      )
      try write("content", to: "secret.txt", in: directory)
      let words = ["run", "--plugin", "plugins/reader", "--local-cloud", "cloud"]
      let denied = try await run(words + ["-"], in: directory, input: "")
      #expect(denied.errors.contains("warning: plugin reader: was not allowed to read"))
      let grant = try #require(denied.errors.firstMatch(of: /--plugin-grant '([^']+)'/)).1
      let allowed = try await run(words + ["--plugin-grant", String(grant), "-"], in: directory, input: "")
      #expect(allowed.errors.contains("reader: content"), "\(allowed.errors)")
    }
  }

  @Test("The tests of the bundled plugins pass, and a script reads a manifest through one", .timeLimit(.minutes(2)))
  func bundled() async throws {
    for name in ["naming_policy", "os_guess"] {
      let tested = try await Tool.run(["plugin", "test", name])
      #expect(tested.status == 0 && tested.output.contains(" passed"), "\(tested)")
    }
    // With the grant to read the disks.
    let looking = try await Tool.run(["plugin", "test", "os_guess", "--plugin-grant", "os_guess=obs.read:images"])
    #expect(looking.status == 0 && looking.output.contains(" passed"), "\(looking)")
    try await withTemporaryDirectory { directory in
      try write("name,image_url,min_disk\nweb,images:web.zvhd2,40\n", to: "fleet.csv", in: directory)
      try write("plugins: { csv_manifest: { grant: ['fs.read:.'] } }", to: "slipway.yaml", in: directory)
      let ran = try await run(
        ["run", "--trust-grants", "--local-cloud", "cloud", "-"], in: directory,
        input: """
          local ims, plugin = require "ims", require "plugin"
          for row in plugin.csv_manifest.rows { path = "fleet.csv" } do print(ims.request(row).name, row.min_disk) end
          print(pcall(plugin.csv_manifest.rows, { path = "/etc/passwd" }))
          """)
      #expect(ran.output.hasPrefix("web\t40\nfalse\t"), "\(ran)")
      #expect(
        ran.errors.contains("warning: plugin csv_manifest: was not allowed to read '/etc/passwd'"), "\(ran.errors)")
    }
  }

  @Test("What the plugin guide shows works as it stands", .timeLimit(.minutes(2)))
  func guide() async throws {
    try await withTemporaryDirectory { directory in
      var count = 0
      for language in ["yaml", "Lua"] {
        for block in DocumentationTests.blocks(language, in: ["docs/plugins.md"]) {
          guard let match = block.text.firstMatch(of: /^(?:#|--) (\S+\.(?:yaml|lua))\n/) else { continue }
          try write(block.text, to: String(match.1), in: directory)
          count += 1
        }
      }
      #expect(count == 4)
      let tested = try await run(["plugin", "test", "cost_centre"], in: directory)
      #expect(tested.status == 0 && tested.output.contains("2 passed"), "\(tested)")
      let imported = try await run(
        [
          "import", "--local-cloud", "cloud", "--name", "web01", "--type", "DataImage", "--min-disk", "20",
          "--image-url",
          "images:web.zvhd2",
        ], in: directory)
      #expect(imported.status == 65)
      let shown = try #require(DocumentationTests.blocks("text", in: ["docs/plugins.md"]).first).text
      for line in shown.split(separator: "\n").dropFirst() {
        #expect(imported.errors.contains(line), "\(imported.errors)")
      }
      // What is no whole plugin is Lua at least.
      for block in DocumentationTests.blocks("Lua", in: ["docs/plugins.md"]) {
        let checked = try await run(
          ["run", "--local-cloud", "cloud", "-"], in: directory, input: "local function f()\n\(block.text)end")
        #expect(checked.status == 0, "\(block.testDescription): \(checked.errors)")
      }
      #expect(try await run(["plugin", "lock"], in: directory).status == 0)
    }
  }
}
