import Foundation
import LuaHost
import ScriptAPI
import ScriptCheck
import Testing

@testable import slipway

@Suite("slipway check")
struct CheckCommandTests {
  private static func check(_ text: String, _ options: [String] = []) async throws -> Tool.Outcome {
    try await Tool.run(["check"] + options + ["-"], input: text)
  }

  /// The command's checker, without the command.
  private static func checker(_ also: [String] = []) -> ScriptChecker {
    var checker = ScriptChecker(
      interface: ScriptInterface.standard, selection: ScriptChecker.Selection(selecting: also),
      findModule: ScriptFiles.module)
    checker.literalCheck = RequestCheck.make(.otc)
    // Plugins have it.
    checker.undeclaredModules = ["plugin"]
    return checker
  }

  @Test(
    "The example of every rule has its mistake, and the command explains and lists the rule",
    arguments: CheckRule.all.map(\.id))
  func rules(id: String) throws {
    let rule = try #require(CheckRule.named(id))
    #expect(!rule.summary.isEmpty && !rule.explanation.isEmpty && !rule.summary.hasSuffix("."))
    if rule.example.hasPrefix("(") { return }
    let found = Self.checker([id]).check(Array(rule.example.utf8), path: "example.lua")
    #expect(found.contains { $0.rule == id && $0.severity == rule.severity }, "\(found.map(\.rule))")
    let others = found.filter { $0.rule != id && $0.severity == .error }
    #expect(others.isEmpty, "\(others.map(\.message))")
  }

  @Test("The scripts of this repository have no findings")
  func ownScripts() throws {
    var scripts: [(String, String)] = []
    for place in ["lua", "scripts"] {
      let all = FileManager.default.enumerator(atPath: Tool.root.appending(path: place).path)
      while let path = all?.nextObject() as? String {
        guard path.hasSuffix(".lua") else { continue }
        let text = try String(contentsOf: Tool.root.appending(path: "\(place)/\(path)"), encoding: .utf8)
        scripts.append(("\(place)/\(path)", text))
      }
    }
    #expect(scripts.count > 15)
    for block in DocumentationTests.blocks("lua")
      + DocumentationTests.blocks("lua", in: DocumentationTests.referencePages)
    {
      // Examples show results that they do not use, and requests that are refused.
      scripts.append(
        (block.testDescription, "-- slipway: ignore-file unused-local, unused-loop-variable, request\n" + block.text))
    }
    for (name, text) in scripts {
      for finding in Self.checker().check(Array(text.utf8), path: name) {
        Issue.record("\(name):\(finding.start.line): \(finding.message) [\(finding.rule)]")
      }
    }
  }

  @Test("The status is 0 without errors, 65 with errors, 64 for wrong use")
  func statuses() async throws {
    #expect(try await Self.check("print(1)").status == 0)
    #expect(try await Self.check("local x = 1").status == 0)
    #expect(try await Self.check("local x = 1", ["--warnings-as-errors"]).status == 65)
    #expect(try await Self.check("local x = 1", ["--warnings-as-errors", "--ignore", "unused-local"]).status == 0)
    #expect(try await Self.check("print(x)").status == 65)
    #expect(try await Self.check("print(x)", ["--ignore", "undefined-global"]).status == 0)
    #expect(try await Self.check("print(x) local y", ["--select", "unused-local"]).status == 0)
    #expect(try await Self.check("x = = 1", ["--select", "unused-local"]).status == 65)
    for wrong in [[], ["nothing.lua"], ["--ignore", "no-such-rule", "-"], ["--allow", "everything", "-"]] {
      let outcome = try await Tool.run(["check"] + wrong, input: "")
      #expect(outcome.status == 64, "\(wrong): \(outcome.errors)")
    }
    let near = try await Tool.run(["check", "--explain", "unknown-feld"])
    #expect(near.errors.contains("did you mean 'unknown-field'?"))
  }

  @Test("Text shows the line with a mark below, whatever is in front of it")
  func text() async throws {
    let outcome = try await Self.check("\tlocal s = 'grün 漢字' print(s, pritn)")
    let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines[0] == "stdin:1:31: error: nothing defines the global 'pritn' [undefined-global]")
    #expect(lines[1] == "  1 |     local s = 'grün 漢字' print(s, pritn)")
    #expect(lines[2] == "    |                                    ^^^^^")
    #expect(lines[3] == "  hint: did you mean 'print'?")
    #expect(outcome.errors == "1 error, 0 warnings in 1 file\n")
    let long = try await Self.check("print('" + String(repeating: "x", count: 500) + "', pritn)")
    #expect(long.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test("JSON is one object a line")
  func json() async throws {
    let outcome = try await Self.check("local x = 1\nprint(pritn)\n", ["--output", "json"])
    let lines = try outcome.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    #expect(lines.count == 2)
    #expect(lines[1]["rule"] as? String == "undefined-global" && lines[1]["severity"] as? String == "error")
    #expect(lines[1]["line"] as? Int == 2 && lines[1]["column"] as? Int == 7 && lines[1]["end_column"] as? Int == 12)
    #expect(lines[1]["hint"] as? String == "did you mean 'print'?" && lines[1]["offset"] as? Int == 18)
    #expect(outcome.errors.isEmpty)
  }

  @Test("GitHub's workflow commands are escaped")
  func github() async throws {
    try await withTemporaryDirectory { directory in
      try "print(('%y'):format(1))".write(to: directory.appending(path: "a,b:c.lua"), atomically: true, encoding: .utf8)
      let outcome = try await Tool.run(["check", "--output", "github", "a,b:c.lua"], directory: directory)
      #expect(
        outcome.output
          == "::error file=a%2Cb%3Ac.lua,line=1,col=14,endLine=1,endColumn=20,title=format-string::invalid conversion '%25y'\n"
      )
    }
  }

  @Test("GitLab's report is one array, with fingerprints that move with the lines")
  func gitlab() async throws {
    func report(_ text: String) async throws -> [[String: Any]] {
      let outcome = try await Self.check(text, ["--output", "gitlab"])
      return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])
    }
    let before = try await report("print(a)\nprint(a)\nprint(b)\n")
    let after = try await report("-- new\n\nprint(1)\n  print(a)\nprint(a)\nprint(b)\n")
    let prints = before.map { $0["fingerprint"] as? String ?? "" }
    #expect(Set(prints).count == 3 && prints == after.map { $0["fingerprint"] as? String ?? "" })
    let location = try #require(after[0]["location"] as? [String: Any])
    #expect((location["lines"] as? [String: Any])?["begin"] as? Int == 4 && location["path"] as? String == "stdin")
    #expect(after[0]["severity"] as? String == "major" && after[0]["check_name"] as? String == "undefined-global")
    #expect(try await report("print(1)").isEmpty)
  }

  @Test("Directories are walked, modules are followed, and each file is told of once")
  func project() async throws {
    try await withTemporaryDirectory { directory in
      func write(_ path: String, _ text: String) throws {
        let place = directory.appending(path: path)
        try FileManager.default.createDirectory(
          at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: place, atomically: true, encoding: .utf8)
      }
      try write("main.lua", "local names = require 'lib.names'\nprint(names.format('x'), names.fomat('x'))\n")
      try write(
        "lib/names.lua",
        "local other = require 'lib.other'\nlocal M = {}\nfunction M.format(x) return x .. other end\nprint(z)\nreturn M\n"
      )
      try write("lua/lib/other.lua", "return 'other'\n")
      try write("lib/notes.txt", "no Lua")
      let all = try await Tool.run(["check", "."], directory: directory)
      #expect(
        all.output.split(separator: "\n").filter { $0.contains("[") }
          == [
            "lib/names.lua:4:7: error: nothing defines the global 'z' [undefined-global]",
            "main.lua:2:32: warning: 'M' has no field 'fomat' [unknown-field]",
          ])
      let one = try await Tool.run(["check", "main.lua"], directory: directory)
      #expect(one.output.contains("lib/names.lua:4:7: error"))
    }
  }

  @Test("What only Lua's compiler knows is asked of it")
  func compiler() async throws {
    let outcome = try await Self.check("print(" + (1...300).map { "\($0)" }.joined(separator: ", ") + ")")
    #expect(outcome.status == 65 && outcome.output.contains("too many registers"))
  }

  @Test("Requests that are written down are held against the rules, at their fields")
  func requests() async throws {
    let outcome = try await Self.check(
      """
      local ims = require "ims"
      print(ims.data_image {
        name = "a#b", image_url = "ims-image:data01.zvhd2", min_disk = 2000,
      })
      """)
    #expect(outcome.output.contains("stdin:3:10: error: name may have"))
    #expect(outcome.output.contains("rule 4, IMG.0003) [request]"))
    #expect(outcome.output.contains("stdin:3:66: error:"))
  }

  @Test(
    "Of a request that only the run completes, what is found holds whatever comes",
    arguments: [
      // The name is wrong whatever the size, and the size is left to the run.
      ("ims.data_image { name = 'a#b', image_url = 'b-1:d.zvhd2', min_disk = tonumber(...) }", ["rule 4"]),
      // What is missing may be missing on purpose only where it cannot come later.
      ("ims.system_image { name = ..., image_url = 'b-1:d.zvhd2', min_disk = 40 }", ["rule 30"]),
      ("ims.system_image { name = 'a', image_url = 'b-1:d.zvhd2', os_version = ..., min_disk = 40 }", []),
      ("ims.system_image { name = 'a', image_url = ..., os_version = ..., min_disk = 4000, type = ... }", ["rule 24"]),
      ("ims.system_image { name = 'a', image_url = ..., os_version = ..., min_disk = ..., type = ... }", []),
      ("ims.system_image { name = 'a', image_url = ..., os_version = ..., hw_firmware_type = 'uefi' }", ["rule 23"]),
      // A name that is computed may be any field.
      ("ims.system_image { name = 'a#b', [...] = 'x' }", []),
      ("ims.system_image(...)", []),
    ])
  func openRequests(call: String, rules: [String]) {
    let found = Self.checker().check(Array("local ims = require 'ims'\nprint(\(call))".utf8), path: "x.lua")
    #expect(found.filter { $0.rule == "request" }.count == rules.count, "\(found.map(\.message))")
    for rule in rules { #expect(found.contains { $0.message.contains("(\(rule)") }, "\(found.map(\.message))") }
  }

  @Test("Requests that are meant to be refused are left alone")
  func refusedOnPurpose() {
    let wrong = "ims.data_image { name = 'a#b', image_url = 'ims-image:data01.zvhd2', min_disk = 40 }"
    for (use, count) in [
      ("print(\(wrong))", 1), ("print(\(wrong):validate().ok)", 0),
      ("print(pcall(function() \(wrong):submit() end))", 0),
      ("test.raises(function() \(wrong):submit() end)", 0), ("test.ok(\(wrong))", 1),
    ] {
      let text = "local ims, test = require 'ims', require 'test' print(test)\n" + use
      let found = Self.checker().check(Array(text.utf8), path: "x.lua")
      #expect(found.count == count, "\(use): \(found.map(\.message))")
    }
  }
}
