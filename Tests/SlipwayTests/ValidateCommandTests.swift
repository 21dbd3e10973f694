import Foundation
import Testing

@Suite("slipway validate")
struct ValidateCommandTests {
  private func validate(_ files: [(name: String, text: String)]) async throws -> (Tool.Outcome, [[String: Any]]) {
    try await withTemporaryDirectory { directory in
      for file in files {
        try Data(file.text.utf8).write(to: directory.appending(path: file.name))
      }
      let outcome = try await Tool.run(["validate", "--output", "json"] + files.map(\.name), directory: directory)
      let reports = try outcome.output.split(separator: "\n").map { line in
        try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      }
      return (outcome, reports)
    }
  }

  private let rest = "image_url: images:x.zvhd2, os_version: CentOS 7.0 64bit"

  @Test("Plain YAML numbers are numbers; quoted ones, octal ones and dates stay text")
  func scalars() async throws {
    let (outcome, reports) = try await validate([
      ("good.yaml", "{name: 2024-01-01, min_disk: 40, \(rest)}"),
      ("merged.yaml", "- &base {name: a, min_disk: 40, \(rest)}\n- {<<: *base, name: b}"),
      ("quoted.yaml", "{name: a, min_disk: '40', \(rest)}"), ("octal.yaml", "{name: a, min_disk: 040, \(rest)}"),
    ])
    #expect(outcome.status == 65)
    #expect(reports.map { $0["ok"] as? Bool } == [true, true, true, false, false], "\(outcome.output)")
    #expect(reports.map { $0["name"] as? String } == ["2024-01-01", "a", "b", "a", "a"])
  }

  @Test("A file that holds no request is refused, and the others are checked all the same")
  func goesOn() async throws {
    let broken = [
      ("empty.json", ""), ("none.json", "[]"), ("comment.yaml", "# nothing"), ("twice.yaml", "name: a\nname: b"),
      ("two.yaml", "name: a\n---\nname: b"), ("number.lua", "return 5"), ("raises.lua", "error('no')"),
    ]
    let (outcome, reports) = try await validate(
      broken + [("good.yaml", "{name: a, min_disk: 40, \(rest)}"), ("talks.lua", "print('hello') return {}")])
    #expect(outcome.status == 65)
    #expect(reports.count == broken.count + 2, "\(outcome.output)")
    #expect(reports.map { $0["ok"] as? Bool } == broken.map { _ in false } + [true, false])
    for (name, _) in broken { #expect(outcome.errors.contains(name), "\(name) in \(outcome.errors)") }
    #expect(!outcome.errors.contains("ScriptFailure("))
    #expect(!outcome.errors.contains("DecodingError"))
    #expect(outcome.errors.contains("hello"), "what a script prints is not a report")
  }

  @Test("A Lua file of requests is confined: no spinning, no files of its own, no cloud")
  func confined() async throws {
    let (outcome, reports) = try await validate([
      ("spins.lua", "while true do end"), ("fills.lua", "return ('x'):rep(60 << 20) .. 'y'"),
      ("io.lua", "return io.open('x', 'w')"),
      ("cloud.lua", "for image in require('ims').images() do print(image) end return {}"),
      (
        "good.lua",
        "return { name = 'a', min_disk = 40, image_url = 'images:x.zvhd2', os_version = 'CentOS 7.0 64bit' }"
      ),
    ])
    #expect(reports.map { $0["ok"] as? Bool } == [false, false, false, false, true], "\(outcome.output)")
    for text in ["the limit is 64 MB", "'io'", "cannot use the cloud"] {
      #expect(outcome.errors.contains(text), "\(text) in \(outcome.errors)")
    }
    // How fast the machine is decides which limit comes first.
    let limits = ["the limit of 1 s", "the limit of 100000000 instructions"]
    #expect(limits.contains { outcome.errors.contains($0) }, "\(outcome.errors)")
  }

  @Test("Aliases of aliases are refused before they fill the machine")
  func bomb() async throws {
    var text = "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    for (name, before) in zip("bcdefghij", "abcdefghi") {
      text += "\(name): &\(name) [\(Array(repeating: "*\(before)", count: 10).joined(separator: ","))]\n"
    }
    let (outcome, _) = try await validate([("bomb.yaml", text)])
    #expect(outcome.status == 65)
    #expect(outcome.errors.contains("1000000 values"), "\(outcome.errors)")
  }
}
