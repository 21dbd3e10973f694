import CloudAccess
import Foundation
import Testing

/// docs/events.md says what `--output json` prints; these hold one against the other.
@Suite("The event stream")
struct EventStreamTests {
  private struct Row {
    var always: Set<String>
    var sometimes: Set<String>
  }

  private static let common: Set<String> = ["event", "time", "trace_id", "span_id", "parent_span_id"]

  /// The table of the page.
  private static func table() throws -> [String: Row] {
    let page = try String(contentsOf: Tool.root.appending(path: "docs/events.md"), encoding: .utf8)
    var rows: [String: Row] = [:]
    func names(_ cell: Substring) -> Set<String> { Set(cell.matches(of: /`([a-z0-9_]+)`/).map { String($0.1) }) }
    for line in page.split(separator: "\n") where line.hasPrefix("| `") {
      let cells = line.split(separator: "|", omittingEmptySubsequences: false)
      guard cells.count == 6, let kind = names(cells[1]).first else { continue }
      var row = Row(always: names(cells[3]), sometimes: names(cells[4]))
      if row.sometimes == ["failed"] { row.sometimes = rows["failed"]?.sometimes ?? [] }
      rows[kind] = row
    }
    return rows
  }

  private func events(_ output: String) throws -> [JSONValue] {
    try output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
  }

  @Test("Every event that a run prints is in the table with its fields", .timeLimit(.minutes(3)))
  func documented() async throws {
    let table = try Self.table()
    #expect(table.count >= 26)
    var seen: [String: Int] = [:]
    try await withTemporaryDirectory { directory in
      let cloud = directory.appending(path: "cloud")
      try await ExampleFiles.disk(in: cloud, bucket: "images", key: "x.zvhd2")
      func image(_ name: String) -> String {
        "ims.system_image { name = '\(name)', image_url = 'images:x.zvhd2', os_version = 'CentOS 7.0 64bit', min_disk = 40 }"
      }
      func write(_ text: String, to name: String) throws -> String {
        let file = directory.appending(path: name)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
        return file.path
      }
      func run(_ words: [String]) async throws {
        let outcome = try await Tool.run(
          words + ["--local-cloud", cloud.path, "--output", "json"],
          environment: ["XDG_STATE_HOME": directory.appending(path: "state").path])
        for event in try events(outcome.output) {
          let kind = try #require(event["event"]?.stringValue)
          let fields = Set((event.objectValue ?? [:]).keys)
          let row = try #require(table[kind], "\(kind) is not in the table")
          let missing = row.always.subtracting(fields)
          let unknown = fields.subtracting(row.always).subtracting(row.sometimes).subtracting(Self.common)
          #expect(missing.isEmpty, "\(kind) lacks \(missing)")
          #expect(unknown.isEmpty, "\(kind) has \(unknown), which are not in the table")
          #expect(fields.isSuperset(of: ["event", "time", "trace_id", "span_id"]), "\(event)")
          seen[kind, default: 0] += 1
        }
      }
      let good = try write(
        "local ims = require 'ims' print('hello') ims.import_all { \(image("a")), \(image("b")), \(image("c")) }",
        to: "good.lua")
      try await run([
        "run", good, "--fault", "reply_lost_after:submit:count=1", "--fault", "status=502:job:count=6", "--fault",
        "field=min_disk:image:value=41",
        "--fault", "job_takes:for=10m", "--switch", "image_visibility=at_end",
        "--concurrent-imports", "2",
      ])
      let late = try write("local ims = require 'ims' ims.import(\(image("d")), { timeout = '10ms' })", to: "late.lua")
      try await run(["run", late, "--fault", "job_takes:for=20m"])
      try await run(["run", try write("local ims = require 'ims' ims.import(\(image("d")))", to: "d.lua")])
      try await run([
        "run", try write("local ims = require 'ims' ims.import(\(image("e")))", to: "e.lua"), "--fault",
        "job_fails=IMG.0057",
      ])
      _ = try write(
        "name: nosy\nversion: 1.0.0\napi: ^1.0\ndescription: d\nhooks: [on_submitted]\n", to: "nosy/plugin.yaml")
      _ = try write(
        "return { on_submitted = function(e) assert(#e.trace_id == 32 and #e.span_id == 16 and e.parent_span_id) error('seen') end }",
        to: "nosy/main.lua")
      try await run([
        "run", try write("local ims = require 'ims' ims.import(\(image("f")))", to: "f.lua"), "--plugin",
        directory.appending(path: "nosy").path,
      ])
      let disk = try write("", to: "disk.raw")
      // More than two parts of what cannot be compressed.
      let source = try FileHandle(forReadingFrom: URL(filePath: "/dev/urandom"))
      let noise = try source.read(upToCount: 12 << 20) ?? Data()
      try noise.write(to: URL(filePath: disk))
      let handle = try FileHandle(forWritingTo: URL(filePath: disk))
      try handle.truncate(atOffset: 1 << 30)
      try handle.close()
      let file = ["import", disk, "--bucket", "images", "--os-version", "CentOS 7.0 64bit", "--min-disk", "40"]
      try await run(file + ["--name", "g", "--part-size", "5MB"])
    }
    let expected: Set<String> = [
      "validated", "preflighted", "waiting", "submitted", "attached", "settling", "adopted", "progress", "succeeded",
      "failed",
      "detached", "degraded", "recovered", "planned", "upload_started", "upload_progress", "upload_completing",
      "uploaded",
      "plugin_notice", "output", "error", "finished", "warning",
    ]
    #expect(expected.subtracting(seen.keys).isEmpty, "never came: \(expected.subtracting(seen.keys).sorted())")
  }

  @Test("A run has one trace, an import one span in it, and TRACEPARENT is the parent")
  func ids() async throws {
    try await withTemporaryDirectory { directory in
      let cloud = directory.appending(path: "cloud")
      try await ExampleFiles.disk(in: cloud, bucket: "images", key: "x.zvhd2")
      let script = directory.appending(path: "two.lua")
      try """
      local ims = require "ims"
      require("log").warn("logged")
      local function image(n) return ims.system_image { name = n, image_url = "images:x.zvhd2", os_version = "CentOS 7.0 64bit", min_disk = 40 } end
      ims.import_all { image "a", image "b" }
      """.write(to: script, atomically: true, encoding: .utf8)
      let parent = (trace: "0af7651916cd43dd8448eb211c80319c", span: "b7ad6b7169203331")
      let outcome = try await Tool.run(
        ["run", script.path, "--local-cloud", cloud.path, "--output", "json"],
        environment: ["TRACEPARENT": "00-\(parent.trace)-\(parent.span)-01"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let all = try events(outcome.output)
      #expect(all.allSatisfy { $0["trace_id"] == .string(parent.trace) })
      let run = try #require(all.last)
      #expect(run["event"] == "finished" && run["parent_span_id"] == .string(parent.span))
      let imports = all.filter { $0["image_name"] != nil }
      #expect(imports.allSatisfy { $0["parent_span_id"] == run["span_id"] })
      for name in ["a", "b"] {
        let own = imports.filter { $0["image_name"] == .string(name) }
        #expect(own.count >= 4 && Set(own.compactMap { $0["span_id"] }).count == 1, "\(own)")
      }
      #expect(Set(imports.compactMap { $0["span_id"] }).count == 2)
      let log = try #require(
        try outcome.errors.split(separator: "\n").filter { $0.contains("logged") }
          .map { try JSONValue(parsing: Array($0.utf8)) }.first)
      #expect(log["trace_id"] == .string(parent.trace) && log["span_id"] == run["span_id"])
    }
  }

  @Test("The ids of a run's events are on record, so that an import found days later leads back to them")
  func idsOnRecord() async throws {
    try await withTemporaryDirectory { directory in
      try await ExampleFiles.disk(in: directory, bucket: "images", key: "x.zvhd2")
      let ledger = ["--ledger", directory.appending(path: "ledger.sqlite").path]
      func importing(_ name: String, _ more: [String] = []) async throws -> Tool.Outcome {
        let arguments = [
          "import", "--local-cloud", directory.path, "--name", name, "--image-url", "images:x.zvhd2", "--os-version",
          "CentOS 7.0 64bit", "--min-disk", "40",
        ]
        return try await Tool.run(arguments + ledger + more)
      }
      let told = try events(try await importing("told", ["--output", "json"]).output)
      let submitted = try #require(told.first { $0["event"] == "submitted" })
      let (trace, span) = (submitted["trace_id"]?.stringValue ?? "", submitted["span_id"]?.stringValue ?? "")
      #expect(trace.count == 32 && span.count == 16)
      let silent = try await importing("silent")
      #expect(silent.status == 0, "\(silent.errors)")
      let records = try events(try await Tool.run(["jobs", "export"] + ledger).output)
      try #require(records.count == 2)
      #expect(records[0]["trace_id"] == submitted["trace_id"] && records[0]["span_id"] == submitted["span_id"])
      #expect(records[0]["parent_span_id"] == submitted["parent_span_id"])
      // A run whose events nobody saw has ids all the same: a plugin or a log may tell them.
      #expect(records[1]["trace_id"]?.stringValue?.count == 32 && records[1]["trace_id"] != records[0]["trace_id"])
      let shown = try await Tool.run(["jobs", "show", records[0]["id"]?.stringValue ?? ""] + ledger).output
      #expect(shown.contains("trace           \(trace), span \(span)\n"), "\(shown)")
      let csv = try await Tool.run(["jobs", "export", "--format", "csv"] + ledger).output
      #expect(csv.contains(",\(trace),\(span),"), "\(csv)")
      let script = "print(require('history').find({ name = 'told' }).span_id)"
      let history = try await Tool.run(["run"] + ledger + ["-"], input: script)
      #expect(history.output == span + "\n", "\(history.errors)")
    }
  }
}
