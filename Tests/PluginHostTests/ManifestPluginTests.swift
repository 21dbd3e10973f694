import Foundation
import Testing

@testable import PluginHost

@Suite("The sources csv_manifest and yaml_manifest")
struct ManifestPluginTests {
  /// Shows a request as `key=value` with sorted keys, tags as `#key=value`.
  private static let show = """
    local function show(row)
      local out = {}
      for key, value in pairs(row) do
        if type(value) ~= "table" then out[#out + 1] = key .. "=" .. tostring(value) end
      end
      for key, value in pairs(row.image_tags or {}) do out[#out + 1] = "#" .. key .. "=" .. value end
      table.sort(out)
      return table.concat(out, " ")
    end
    """

  private func rows(_ bench: PluginBench, _ csv: String, config: String = "{}", count: Bool = false) async throws
    -> [String]
  {
    try bench.write("fleet.csv", csv)
    let host = try await bench.bundled("csv_manifest", "grant: ['fs.read:.']\nconfig: \(config)")
    let lua =
      Self.show + "\nlocal out, number = {}, 0\nfor row in plugin.csv_manifest.rows { path = 'fleet.csv' } do "
      + (count ? "number = number + 1" : "out[#out + 1] = show(row)") + " end\n"
      + (count ? "return tostring(number)" : "return table.unpack(out)")
    do {
      let result = try await bench.script(host, lua)
      await host.finish()
      return result
    } catch {
      await host.finish()
      throw error
    }
  }

  @Test("Rows become requests: names, whole numbers, tags in a list and in columns, defaults for what is empty")
  func csv() async throws {
    try await withBench { bench in
      let found = try await rows(
        bench,
        """
        name,Disk,image_url,image_tags,tag:stage,tag:owner
        a,40,b:a.zvhd2,stage=dev;team = x y,prod,
        "b ""two"", and",,b:b.zvhd2,,,me

        """,
        config: "{ columns: { Disk: min_disk }, defaults: { min_disk: '20', 'tag:owner': all, image_tags: team=t } }")
      #expect(
        found == [
          "#owner=all #stage=prod #team=x y image_url=b:a.zvhd2 min_disk=40 name=a",
          #"#owner=me #team=t image_url=b:b.zvhd2 min_disk=20 name=b "two", and"#,
        ])
    }
  }

  @Test("A byte order mark, Windows line ends, quotes, line breaks in fields and strange bytes do no harm")
  func strangeCSV() async throws {
    try await withBench { bench in
      let found = try await rows(
        bench,
        "\u{FEFF}name,description,min_disk\r\n\"x\",\"two\r\nlines; \"\"q\"\"\",1\r\n\r\ny\u{0},\u{202E}=cmd(),2\r\n")
      #expect(
        found == [
          "description=two\nlines; \"q\" min_disk=1 name=x", "description=\u{202E}=cmd() min_disk=2 name=y\u{0}",
        ]
      )
    }
  }

  @Test(
    "What cannot be right is refused with the place",
    arguments: [
      ("name,name\na,b\n", "the column 'name' stands there twice"), ("name,,x\n1,2,3\n", "column 2 has no name"),
      ("nmae\nx\n", "the column 'nmae' is no field; fields are architecture,"),
      ("name,Name2\nx,y\n", "the column 'Name2' is no field"), ("name,Disk,min_disk\nx,1,2\n", "are both min_disk"),
      ("name,min_disk\nx,40GB\ny,1\n", "fleet.csv, row 2: min_disk: expected a whole number, got '40GB'"),
      ("name,min_disk\nx,4.5\n", "expected a whole number"), ("name,min_disk\nx,0x\n", "expected a whole number"),
      ("name,image_tags\nx,novalue\n", "expected key=value;key=value"),
      ("name,image_tags\nx,a=1;a=2\n", "the tag 'a' is there twice"),
      ("name,min_disk\nx\n", "line 2: 1 fields, expected 2"), ("name\n\"x\n", "not closed before the end"),
      ("name\n\"x\"y\n", "text after a closing quote"), ("", "is empty"),
    ])
  func refusedCSV(csv: String, message: String) async throws {
    try await withBench { bench in
      let error = await #expect(throws: (any Error).self) {
        try await rows(bench, csv, config: "{ columns: { Disk: min_disk } }")
      }
      #expect(error.map { "\($0)".contains(message) } == true, "\(error.map { "\($0)" } ?? "nothing was raised")")
    }
  }

  @Test(
    "A file larger than the plugin's memory streams through it, and a field of 8 MB does not fit",
    .timeLimit(.minutes(2)))
  func hugeCSV() async throws {
    try await withBench { bench in
      let line = "web,images:web.zvhd2,40," + String(repeating: "d", count: 3000) + "\n"
      let huge = "name,image_url,min_disk,description\n" + String(repeating: line, count: 2500)
      #expect(try await rows(bench, huge, config: "{}\nlimits: { memory: 4MB }", count: true) == ["2500"])
      try bench.write("fleet.csv", "name,description\nx,\"" + String(repeating: "d\n", count: 4 << 20) + "\"\n")
      let host = try await bench.bundled("csv_manifest", "grant: ['fs.read:.']\nlimits: { memory: 4MB }")
      await #expect(throws: (any Error).self) {
        try await bench.script(host, "for _ in plugin.csv_manifest.rows 'fleet.csv' do end")
      }
      await host.finish()
    }
  }

  @Test("check tells every mistake of every file, those of the rules too, and goes on after a file that cannot be read")
  func checkCSV() async throws {
    try await withBench { bench in
      try bench.write("good.csv", "name,image_url,min_disk,os_version\nx,images:x.zvhd2,40,Ubuntu 22.04 Server 64bit\n")
      try bench.write(
        "bad.csv", "name,image_url,min_disk,os_version\nx#,images:x.zvhd2,2000,Ubuntu 22.04 Server 64bit\ny,,4x,\n")
      try bench.write("ragged.csv", "name,min_disk\nx\n")
      let host = try await bench.bundled("csv_manifest", "grant: ['fs.read:.']")
      let status = try await host.run(
        "check", of: "csv_manifest", ["ragged.csv", "bad.csv", "none.csv", "good.csv"], limit: .seconds(20))
      await host.finish()
      let printed = bench.printed.withLock { $0 }
      #expect(status == 65)
      for words in [
        "'ragged.csv', line 2: 1 fields, expected 2", "bad.csv, row 2: name: name may have letters",
        "bad.csv, row 2: min_disk: min_disk must be 1 to 1024", "bad.csv, row 3: min_disk: expected a whole number",
        "'none.csv' does not exist", "3 rows, 5 mistakes",
      ] { #expect(printed.contains(words), "\(words) in \(printed)") }
    }
  }

  // MARK: YAML

  private func requests(_ bench: PluginBench, _ yaml: String, options: String = "", limits: String = "{}") async throws
    -> [String]
  {
    try bench.write("fleet.yaml", yaml)
    let host = try await bench.bundled("yaml_manifest", "grant: ['fs.read:.']\nlimits: \(limits)")
    do {
      let result = try await bench.script(
        host,
        Self.show + """

          local out = {}
          for row, group in plugin.yaml_manifest.requests { path = 'fleet.yaml' \(options) } do
            out[#out + 1] = (group or "-") .. ": " .. show(row)
          end
          return table.unpack(out)
          """)
      await host.finish()
      return result
    } catch {
      await host.finish()
      throw error
    }
  }

  private let manifest = """
    defaults: { min_disk: 40, image_tags: { team: platform } }
    images:
      - { name: base, os_version: "1" }
    groups:
      web:
        defaults: { image_tags: { role: web }, os_version: "2" }
        images:
          - { name: w1, min_disk: 20, image_tags: { role: cache, team: ~ } }
          - { name: w2, min_disk: null }
      db: { images: [{ name: d1 }] }
    """

  @Test("Groups take the defaults of all and their own; tags are merged; null takes away")
  func yaml() async throws {
    try await withBench { bench in
      let all = try await requests(bench, manifest.replacing(", team: ~", with: ""))
      #expect(
        all == [
          "-: #team=platform min_disk=40 name=base os_version=1", "db: #team=platform min_disk=40 name=d1",
          "web: #role=cache #team=platform min_disk=20 name=w1 os_version=2",
          "web: #role=web #team=platform name=w2 os_version=2",
        ])
      #expect(try await requests(bench, "\u{FEFF}" + manifest, options: ", group = 'db'").count == 1)
      #expect(
        try await requests(bench, manifest, options: ", group = 'web'").first
          == "web: #role=cache min_disk=20 name=w1 os_version=2")
      #expect(try await requests(bench, "- { name: x }\r\n- { name: y }\r\n") == ["-: name=x", "-: name=y"])
    }
  }

  @Test(
    "What is no manifest is refused with the place",
    .timeLimit(.minutes(2)),
    arguments: [
      ("just text", "expected a map with `images`, or a list"), ("", "expected a map"),
      ("{}", "neither images nor groups"),
      ("imgaes: []", "'imgaes' is not known"), ("images: { a: 1 }", "images must be a list"),
      ("images: [text]", "images[1] must be a map"), ("images: [[1]]", "images[1] must be a map"),
      ("defaults: [1]\nimages: []", "defaults must be a map"), ("groups: [1]", "groups must be a map"),
      ("groups: text", "groups must be a map"), ("groups: { a: 1 }", "groups.a must be a map"),
      ("groups: { a: { images: {x: 1} } }", "groups.a.images must be a list"),
      ("groups: { a: { defaults: 1 } }", "groups.a.defaults must be a map"),
      ("groups: { a: { imges: [] } }", "groups.a.imges is not known"), ("images: [", "fleet.yaml:"),
      ("images: []\nimages: []", "fleet.yaml:"), ("images: [{ name: a, name: b }]", "fleet.yaml:"),
      // Ten to the ninth values from a few hundred bytes.
      (
        (1...9).reduce("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n") { text, n in
          text + "a\(n): &a\(n) [" + (1...10).map { _ in "*a\(n - 1)" }.joined(separator: ", ") + "]\n"
        } + "images: *a9\n", "failed in the source requests"
      ),
      ("images: " + String(repeating: "[", count: 5000), "fleet.yaml:"),
    ])
  func refusedYAML(yaml: String, message: String) async throws {
    try await withBench { bench in
      let error = await #expect(throws: (any Error).self) { try await requests(bench, yaml) }
      let text = error.map { "\($0)" } ?? "nothing was raised"
      #expect(text.contains(message) && text.utf8.count < 2000, "\(text)")
    }
  }

  @Test(
    "A manifest of a thousand images is read, one that does not fit the plugin's memory is refused",
    .timeLimit(.minutes(2)))
  func hugeYAML() async throws {
    try await withBench { bench in
      let many =
        "images:\n" + (1...1000).map { "  - { name: web\($0), image_url: 'b:k.zvhd2', min_disk: 40 }\n" }.joined()
      let rows = try await requests(bench, many)
      #expect(rows.count == 1000)
      let huge =
        "images:\n" + String(repeating: "  - { name: x, description: dddddddddddddddddddd }\n", count: 60_000)
      let error = await #expect(throws: (any Error).self) { try await requests(bench, huge, limits: "{ memory: 4MB }") }
      #expect(error.map { "\($0)".utf8.count < 2000 } == true)
    }
  }

  @Test("check counts the requests and tells what the rules have against them")
  func checkYAML() async throws {
    try await withBench { bench in
      try bench.write(
        "good.yaml", "- { name: x, image_url: 'images:x.zvhd2', min_disk: 40, os_version: Ubuntu 22.04 Server 64bit }\n"
      )
      try bench.write(
        "bad.yaml", "groups: { web: { images: [{ name: 'x#', image_url: 'images:x.zvhd2', min_disk: '9' }] } }\n")
      let host = try await bench.bundled("yaml_manifest", "grant: ['fs.read:.']")
      #expect(try await host.run("check", of: "yaml_manifest", ["good.yaml"], limit: .seconds(20)) == 0)
      let status = try await host.run("check", of: "yaml_manifest", ["bad.yaml", "none.yaml"], limit: .seconds(20))
      await host.finish()
      let printed = bench.printed.withLock { $0 }
      #expect(status == 65)
      for words in [
        "good.yaml: 1 requests, 0 mistakes", "bad.yaml, groups.web.images[1]: name: name may have letters",
        "bad.yaml, groups.web.images[1]: os_version:", "none.yaml: the file 'none.yaml' does not exist",
      ] { #expect(printed.contains(words), "\(words) in \(printed)") }
    }
  }
}
