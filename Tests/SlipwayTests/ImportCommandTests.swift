import Foundation
import Testing

@Suite("slipway import and validate")
struct ImportCommandTests {
  private let good = ["--image-url", "images:x.zvhd2", "--os-version", "CentOS 7.0 64bit", "--min-disk", "40"]

  @Test("With --output json every event is one JSON object a line with the API's own field names")
  func events() async throws {
    try await withTemporaryDirectory { directory in
      try await ExampleFiles.disk(in: directory, bucket: "images", key: "x.zvhd2")
      let outcome = try await Tool.run(
        ["import", "--local-cloud", directory.path, "--output", "json", "--name", "web01"] + good)
      #expect(outcome.status == 0, "\(outcome.errors)")
      let events = try outcome.output.split(separator: "\n").map { line in
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      }
      #expect(events.count >= 3)
      #expect(events.allSatisfy { $0["event"] is String })
      #expect(events.last?["image_id"] is String)
      #expect(events.contains { $0["job_id"] is String })
    }
  }

  @Test("A request the rules refuse ends with 65 and every finding with field, rule, code and hint")
  func refused() async throws {
    try await withTemporaryDirectory { directory in
      let outcome = try await Tool.run(
        [
          "import", "--local-cloud", directory.path, "--name", "a#b", "--image-url", "images:x.qcow2", "--min-disk",
          "4000",
        ])
      #expect(outcome.status == 65)
      for text in ["name", "IMG.0003", "image_url", "zvhd2", "min_disk", "1024", "os_version", "IMG.0159"] {
        #expect(outcome.errors.contains(text), "\(text) in \(outcome.errors)")
      }
    }
  }

  @Test("A failed job ends with 1 and shows code, reason and remedy")
  func failed() async throws {
    try await withTemporaryDirectory { directory in
      try await ExampleFiles.disk(in: directory, bucket: "images", key: "x.zvhd2", gibibytes: 60)
      let outcome = try await Tool.run(
        ["import", "--local-cloud", directory.path, "--name", "web01", "--skip-preflight", "min_disk"] + good)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("IMG.0111"))
      #expect(outcome.errors.contains("60"))
      #expect(outcome.output.isEmpty)
    }
  }

  @Test("A time limit detaches with 75 and names the job")
  func timeout() async throws {
    try await withTemporaryDirectory { directory in
      try await ExampleFiles.disk(in: directory, bucket: "images", key: "x.zvhd2")
      let outcome = try await Tool.run(
        ["import", "--local-cloud", directory.path, "--clock-scale", "1", "--timeout", "300ms", "--name", "web01"]
          + good)
      #expect(outcome.status == 75, "\(outcome.errors)")
      #expect(outcome.errors.contains("job"))
    }
  }

  @Test("An interrupted wait says that the job goes on, and the status tells the signal", arguments: [SIGINT, SIGTERM])
  func interrupted(signal: Int32) async throws {
    try await withTemporaryDirectory { directory in
      try await ExampleFiles.disk(in: directory, bucket: "images", key: "x.zvhd2")
      let running = try Tool.start(
        ["import", "--local-cloud", directory.path, "--clock-scale", "1", "--name", "web01"] + good)
      try await running.waitFor("submitted", onErrors: true)
      running.signal(signal)
      let outcome = await running.finish()
      #expect(outcome.status == 128 + signal)
      #expect(outcome.errors.contains("goes on in the cloud"), "\(outcome.errors)")
      #expect(outcome.output.isEmpty)
    }
  }

  @Test("--no-wait prints the job id")
  func noWait() async throws {
    try await withTemporaryDirectory { directory in
      try await ExampleFiles.disk(in: directory, bucket: "images", key: "x.zvhd2")
      let outcome = try await Tool.run(
        ["import", "--local-cloud", directory.path, "--no-wait", "--name", "web01"] + good)
      #expect(outcome.status == 0)
      #expect(outcome.output.trimmingCharacters(in: .newlines).count == 32, "\(outcome.output)")
    }
  }

  @Test("validate reads JSON, YAML and Lua, reports all findings at once and ends with 65 when one is an error")
  func validate() async throws {
    try await withTemporaryDirectory { directory in
      func write(_ name: String, _ text: String) throws -> String {
        let file = directory.appending(path: name)
        try text.write(to: file, atomically: true, encoding: .utf8)
        return file.path
      }
      let json = try write(
        "good.json",
        #"[{"name":"a","image_url":"images:a.zvhd2","os_version":"CentOS 7.0 64bit","min_disk":40},{"name":"d","image_url":"images:d.zvhd2","type":"DataImage","min_disk":10}]"#
      )
      let yaml = try write(
        "bad.yaml",
        "name: 'a#b'\nimage_url: https://example.test/x.zvhd2\nos_version: CentOS 7.0 64bit\nmin_disk: '40'\nnam: x\n")
      let lua = try write(
        "good.lua",
        "local ims = require 'ims'\nreturn { ims.system_image { name = 'l', image_url = 'images:l.zvhd2', os_version = 'CentOS 7.0 64bit', min_disk = 40 } }\n"
      )
      let fine = try await Tool.run(["validate", json, lua])
      #expect(fine.status == 0, "\(fine.errors)\(fine.output)")
      let bad = try await Tool.run(["validate", "--output", "json", json, yaml])
      #expect(bad.status == 65)
      let reports = try bad.output.split(separator: "\n").map { line in
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      }
      #expect(reports.count == 3)
      let findings = try #require(reports[2]["errors"] as? [[String: Any]])
      #expect(Set(findings.compactMap { $0["field"] as? String }).isSuperset(of: ["name", "image_url", "min_disk"]))
      for (name, text) in [
        ("broken.json", "{"), ("broken.yaml", "a: [1"), ("broken.lua", "return {"), ("nothing.lua", "x = 1"),
      ] {
        let outcome = try await Tool.run(["validate", try write(name, text)])
        #expect(outcome.status == 65, "\(name): \(outcome.status)")
        #expect(outcome.errors.contains(name))
      }
    }
  }

  @Test("convert and inspect work on real files and refuse what they cannot take")
  func convert() async throws {
    try await withTemporaryDirectory { directory in
      let raw = directory.appending(path: "disk.raw")
      var content = Data(count: 5 << 20)
      content.replaceSubrange(1000..<1010, with: Data("0123456789".utf8))
      content[(5 << 20) - 1] = 9
      try content.write(to: raw)
      let packed = directory.appending(path: "disk.zvhd2")
      let back = directory.appending(path: "back.raw")
      #expect(try await Tool.run(["convert", raw.path, packed.path]).status == 0)
      #expect(try await Tool.run(["convert", raw.path, packed.path]).status != 0, "an existing target is kept")
      #expect(try await Tool.run(["convert", "--force", raw.path, packed.path]).status == 0)
      #expect(try await Tool.run(["convert", packed.path, back.path]).status == 0)
      #expect(try Data(contentsOf: back) == content)
      let seen = try await Tool.run(["inspect", "--output", "json", packed.path])
      #expect(seen.status == 0)
      #expect(seen.output.contains(#""virtual_size":5242880"#))
      try Data([0x51, 0x46, 0x49, 0xFB]).write(to: directory.appending(path: "bad.zvhd2"))
      #expect(try await Tool.run(["inspect", directory.appending(path: "bad.zvhd2").path]).status == 65)
      #expect(try await Tool.run(["inspect", directory.appending(path: "none").path]).status == 1)
    }
  }
}
