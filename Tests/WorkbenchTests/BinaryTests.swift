import CloudAccess
import Foundation
import Testing

@testable import Workbench

@Suite(
  "The built program", .enabled(if: Binary.path != nil, "slipway is built beside the tests"), .serialized,
  .timeLimit(.minutes(2)))
struct BinaryTests {
  private let binary: Binary

  init() throws {
    binary = try Binary()
  }

  private func run(_ script: String, options: [String] = []) async throws -> Binary.Outcome {
    let path = try binary.directory.write("script.lua", script)
    return try await binary.run(["run", "--cloud", "local"] + options + [path])
  }

  @Test("A piped session prints results only, without prompts")
  func piped() async throws {
    let outcome = try await binary.run(
      ["repl", "--cloud", "local"], input: "1+1\nfor i = 1, 2 do\n  print(i)\nend\nnosuch()\n'on'\n")
    #expect(outcome.output == "2\n1\n2\n\"on\"\n")
    #expect(outcome.error.contains("attempt to call a nil value (global 'nosuch')"))
    #expect(!outcome.error.contains("slipway>"))
    #expect(outcome.status == 0)
  }

  @Test("A script's end decides the exit status")
  func statuses() async throws {
    let cases: [(String, Int32)] = [
      ("return 1", 0), ("os.exit(7)", 7), ("os.exit(true)", 0), ("error('boom')", 2), ("error({})", 2),
      ("local = 1", 2),
      ("require('ims').import(require('ims').system_image{ name = 'x' })", 65),
    ]
    for (script, status) in cases {
      let outcome = try await run(script)
      #expect(outcome.status == status, "\(script): \(outcome.error)")
      #expect((status == 0 || status == 7) || outcome.error.contains("error"), "\(script)")
    }
  }

  @Test("A script's error shows its line and the calls that led there")
  func report() async throws {
    let outcome = try await run("local function f(t)\n  return t.x.y\nend\nf({})\n")
    #expect(outcome.error.contains("script.lua:2\n2 |   return t.x.y\n"))
    #expect(outcome.error.contains("script.lua:4: in main chunk"))
  }

  @Test(
    "A script stops when its output cannot be written: quietly if the reader left, with a message if the disk is full")
  func output() async throws {
    let endless = try binary.directory.write(
      "endless.lua", "pcall(require('ims').quota)\nwhile true do print('line') end\n")
    let command = "\"$SLIPWAY_BINARY\" run --cloud local endless.lua | head -1; echo ${PIPESTATUS[0]}"
    let left = try await binary.run(["-c", command], program: "/bin/bash")
    #expect(left.output == "line\n141\n")
    #expect(!left.error.contains("error"))
    let full = try await binary.run(
      ["-c", "\"$SLIPWAY_BINARY\" run --cloud local \"$0\" > /dev/full", endless], program: "/bin/bash")
    #expect(full.status == 1)
    #expect(full.error.contains("standard output could not be written: No space left on device"))
  }

  @Test("As JSON the end of a script is an event, and so is its error")
  func json() async throws {
    let outcome = try await run("error({ kind = 'mine', message = 'own' })", options: ["--output", "json"])
    let events = try outcome.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    #expect(events.map { $0["event"]?.stringValue } == ["error", "finished"])
    #expect(events.first?["kind"]?.stringValue == "mine")
    #expect(events.last?["exit_status"]?.intValue == 2)
  }

  @Test("What is no script is refused by name with status 64")
  func noScript() async throws {
    let missing = try await binary.run(["run", "--cloud", "local", "none.lua"])
    #expect(missing.status == 64)
    #expect(missing.error.contains("there is no script none.lua"))
    let folder = try await binary.run(["run", "--cloud", "local", "."])
    #expect(folder.status == 64)
  }

  @Test("SIGINT stops an endless loop with 130, SIGTERM with 143, and both say so", arguments: [SIGINT, SIGTERM])
  func signals(_ signal: Int32) async throws {
    let path = try binary.directory.write("loop.lua", "print('started')\nwhile true do end\n")
    let outcome = try await binary.run(["run", "--cloud", "local", path]) { process in
      while !binary.written("stdout").contains("started"), process.isRunning {
        try await Task.sleep(for: .milliseconds(10))
      }
      kill(process.processIdentifier, signal)
    }
    #expect(outcome.status == 128 + signal)
    #expect(outcome.error.contains("Interrupted; stopping the script."))
  }

  @Test(
    "On a real terminal", .enabled(if: Binary.expect != nil, "expect is installed"),
    arguments: ["repl.exp", "dumb.exp", "interrupt.exp", "ask.exp", "walk.exp", "desk.exp", "watch.exp", "trust.exp"])
  func terminal(_ script: String) async throws {
    let folder = (#filePath as NSString).deletingLastPathComponent + "/Expect/"
    let loop = try binary.directory.write("loop.lua", "print('started')\nwhile true do end\n")
    for name in ["data/slipway/local-cloud/buckets/golden-images", "config/slipway"] {
      try FileManager.default.createDirectory(
        atPath: binary.directory.path + "/" + name, withIntermediateDirectories: true)
    }
    if script == "walk.exp" {
      let disk = try binary.directory.write("disk.raw", String(repeating: "\0", count: 1 << 20))
      let object = binary.directory.path + "/data/slipway/local-cloud/buckets/golden-images/web01.zvhd2"
      #expect(try await binary.run(["convert", disk, object]).status == 0)
    }
    _ = try binary.directory.write("config/slipway/repl.lua", "greeting = 'from the startup file'\n")
    _ = try binary.directory.write("greet.lua", "print('loaded', 1)\n")
    let outcome = try await binary.run([folder + script], program: Binary.expect, environment: ["SLIPWAY_SCRIPT": loop])
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.error)")
    if script == "repl.exp" {
      let history = binary.directory.path + "/state/slipway/repl_history"
      let mode = try FileManager.default.attributesOfItem(atPath: history)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }
}
