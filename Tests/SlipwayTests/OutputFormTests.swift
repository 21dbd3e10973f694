import CloudAccess
import Foundation
import Testing

@testable import slipway

@Suite("Forms of output")
struct OutputFormTests {
  private static let values: [JSONValue] = [
    .null, true, 1, 1.5, "text", "", "yes", "no", "on", "null", "~", "1", "1.0", "0x1f", "1_000", "12:30", "2024-01-01",
    "- x", "a: b", "a #b", "#c", "'q'", "\"d\"", "two\nlines", "tab\there", "bell\u{7}", "日本", "&a", "*a", "!t", "%x",
    "@y",
    " padded ", "trailing:", "1e3", "-", "[x", "{x", "\u{85}", "<<", "=", "true", "n", ".inf", "0o7",
  ]

  @Test("What is written as YAML reads back as the same value, whatever it is")
  func roundTrip() throws {
    var object: [String: JSONValue] = ["list": .array(Self.values), "empty": .array([]), "none": .object([:])]
    for (index, value) in Self.values.enumerated() { object["v\(index)"] = value }
    for text in ["yes", "1", "a: b", ""] { object[text] = "as a key" }
    let document = JSONValue.object(object)
    #expect(document.yamlDocument.hasPrefix("---\n"))
    #expect(try YAMLReader.value(document.yamlDocument) == document)
    for value in Self.values { #expect(try YAMLReader.value(value.yamlDocument) ?? .null == value, "\(value)") }
  }

  @Test("Plain words stay plain, what YAML 1.1 would take for something else is quoted, and lines are not folded")
  func style() {
    let long = String(repeating: "word ", count: 60) + "end"
    let value: JSONValue = ["b": "web01", "a": [1, "yes"], "c": .string(long), "d": "2024-01-01", "e": .object([:])]
    #expect(
      value.yamlDocument == "---\na:\n- 1\n- 'yes'\nb: web01\nc: \(long)\nd: '2024-01-01'\ne: {}\n"
        || value.yamlDocument == "---\na:\n  - 1\n  - 'yes'\nb: web01\nc: \(long)\nd: '2024-01-01'\ne: {}\n")
  }

  @Test("JSON and YAML have the same fields, the table has every row in full, for all commands that print data")
  func commands() async throws {
    try await withTemporaryDirectory { directory in
      let long = String(repeating: "n", count: 100)
      let request = #"[{"name": "\#(long)", "image_url": "b:k.raw", "min_disk": 0}, {"name": "x"}]"#
      try Data(request.utf8).write(to: directory.appending(path: "r.json"))
      try Data(count: 1 << 20).write(to: directory.appending(path: "disk.raw"))
      try Data("local x = nosuch\n".utf8).write(to: directory.appending(path: "bad.lua"))
      let commands = [
        ["validate", "r.json"], ["inspect", "disk.raw"], ["check", "bad.lua"], ["doctor", "--offline"],
        ["plugin", "list"],
      ]
      for command in commands {
        func run(_ form: String) async throws -> Tool.Outcome {
          try await Tool.run(command + ["--output", form], directory: directory)
        }
        let json = try await run("json")
        let values = try json.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
        let yaml = try await run("yaml")
        let documents = yaml.output.split(separator: "---\n").map(String.init)
        #expect(yaml.status == json.status, "\(command)")
        #expect(documents.count == values.count, "\(command): \(yaml.output)")
        for (document, value) in zip(documents, values) where command[0] != "doctor" {
          #expect(try YAMLReader.value(document) == value, "\(command)")
        }
        let table = try await run("table")
        #expect(table.status == json.status, "\(command)")
        let lines = table.output.split(separator: "\n")
        #expect(lines.first?.allSatisfy { !$0.isLowercase } == true, "\(command): \(table.output)")
        if command[0] == "validate" { #expect(table.output.contains(long)) }
      }
    }
  }

  @Test("The ledger's records come in every form, and events as YAML documents; a table of events is refused")
  func events() async throws {
    try await withTemporaryDirectory { directory in
      let environment = ["XDG_STATE_HOME": directory.path + "/state"]
      let bucket = directory.appending(path: "cloud/buckets/images")
      try FileManager.default.createDirectory(at: bucket, withIntermediateDirectories: true)
      try Data(count: 1 << 20).write(to: directory.appending(path: "x.raw"))
      let converted = try await Tool.run(["convert", "x.raw", "cloud/buckets/images/x.zvhd2"], directory: directory)
      #expect(converted.status == 0)
      let words = [
        "import", "--cloud", "local", "--local-cloud", directory.path + "/cloud", "--name", "y1", "--type", "DataImage",
        "--min-disk", "20", "--image-url", "images:x.zvhd2", "--output",
      ]
      let refused = try await Tool.run(words + ["table"], environment: environment, directory: directory)
      #expect(refused.status == 64)
      #expect(refused.errors.contains("--output table has no meaning for events"))
      let run = try await Tool.run(words + ["yaml"], environment: environment, directory: directory)
      #expect(run.status == 0, "\(run.errors)")
      let events = try run.output.split(separator: "---\n").map { try YAMLReader.value(String($0)) }
      #expect(events.last??["event"] == "succeeded")
      #expect(events.contains { $0?["event"] == "submitted" })
      for form in ["table", "json", "yaml", "csv"] {
        let list = try await Tool.run(
          ["jobs", "list", "--output", form], environment: environment, directory: directory)
        #expect(list.output.contains("y1"), "\(form)")
      }
      let id = try await Tool.run(["jobs", "list", "--output", "json"], environment: environment, directory: directory)
        .output.split(separator: "\n").first.map { try JSONValue(parsing: Array($0.utf8)) }?["id"]?.stringValue
      for form in ["text", "table", "json", "yaml"] {
        let shown = try await Tool.run(
          ["jobs", "show", id ?? "", "--output", form], environment: environment, directory: directory)
        #expect(shown.output.contains(id ?? "?"), "\(form)")
      }
    }
  }
}
