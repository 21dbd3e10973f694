import Foundation
import Testing

@Suite("slipway run")
struct RunCommandTests {
  /// Runs a script's text from standard input against a local cloud in a directory of its own.
  private func run(_ source: String, _ options: [String] = []) async throws -> Tool.Outcome {
    try await withTemporaryDirectory { directory in
      try await Tool.run(["run", "--local-cloud", directory.path] + options + ["-"], input: source)
    }
  }

  @Test("What a script prints is all that standard output holds, and the banner names the local cloud")
  func streams() async throws {
    let outcome = try await run("print('hello', 1 + 1)")
    #expect(outcome.status == 0)
    #expect(outcome.output == "hello\t2\n")
    #expect(outcome.errors.contains("built-in local cloud (no cloud is configured)"))
  }

  @Test(
    "A script that ends badly gives the documented status and says why",
    arguments: [
      ("local x = = 1", 2, "unexpected symbol"),
      ("error('boom')", 2, "boom"),
      ("error({})", 2, "table"),
      ("error()", 2, "nil"),
      ("error({ code = 7, message = 'structured' })", 2, "structured"),
      ("error(setmetatable({}, { __tostring = function() error('again') end }))", 2, "stdin"),
      ("local t = nil; t.x = 1", 2, "attempt to index a nil value"),
      ("os.exit(7)", 7, ""),
      ("os.exit(false)", 1, ""),
      ("os.exit(true)", 0, ""),
      ("pcall(os.exit, 3)", 3, ""),
      ("require 'no.such.module'", 2, "no.such.module"),
      ("\u{1B}Lua", 64, "compiled"),
      ("require('ims').system_image { name = ('x'):rep(10 << 20), nmae = 1 }", 2, "nmae"),
      ("local t = {} t.t = t require('json').encode(t)", 2, "itself"),
      ("local t = {} for i = 1, 1000 do t = { t } end require('json').encode(t)", 2, "deep"),
      (
        "local ims = require 'ims' ims.import(ims.system_image { name = 'a b ', image_url = 'images:x.zvhd2', os_version = 'x', min_disk = 1 })",
        65, "name"
      ),
      (
        "local ims = require 'ims' ims.import(ims.system_image { name = 'a', image_url = 'bucket:x.zvhd2', os_version = 'CentOS 7.0 64bit', min_disk = 1 })",
        65, "--skip-preflight bucket"
      ),
      (
        "local ims = require 'ims' ims.import(ims.system_image { name = 'a', image_url = 'bucket:x.zvhd2', os_version = 'CentOS 7.0 64bit', min_disk = 1 }, { preflight = false })",
        1, "IMG."
      ),
    ] as [(String, Int32, String)])
  func endings(source: String, status: Int32, text: String) async throws {
    let outcome = try await run(source)
    #expect(outcome.status == status, "\(outcome.errors)")
    #expect(text.isEmpty || outcome.errors.contains(text), "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
  }

  @Test(
    "--allow gives io and os; without it, and with --sandbox, they are not there",
    arguments: [
      (["--allow", "io,os"], "userdata\tfunction\tfunction\n"), (["--allow", "io"], "userdata\tnil\tnil\n"),
      (["--allow", "os"], "nil\tfunction\tnil\n"), ([], "nil\tnil\tnil\n"), (["--sandbox"], "nil\tnil\tnil\n"),
    ] as [([String], String)])
  func allowed(options: [String], output: String) async throws {
    let outcome = try await run("print(io and type(io.stdout), type(os.execute), io and type(io.popen))", options)
    #expect(outcome.output == output)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test("Logs count as output, and neither pipes nor devices are read")
  func floods() async throws {
    let logged = try await run("while true do require('log').error('x') end", ["--max-output", "1KB"])
    #expect(logged.status == 2)
    #expect(logged.errors.contains("the limit of 1 KB of output is used up"), "\(logged.errors)")
    let quiet = try await run("for i = 1, 1e4 do require('log').debug('x') end", ["--max-output", "1KB"])
    #expect(quiet.status == 0, "\(quiet.errors)")
    let device = try await run("local fs = require 'fs' for l in fs.lines '/dev/zero' do end")
    #expect(device.errors.contains("not a regular file"), "\(device.errors)")
    let read = try await run("require('fs').read '/dev/zero'")
    #expect(read.errors.contains("not a regular file"), "\(read.errors)")
  }

  @Test("An uncaught error names file, line, the line itself and the traceback")
  func errorReport() async throws {
    let outcome = try await run("local function inner()\n  error('deep down')\nend\ninner()\n")
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("deep down"))
    #expect(outcome.errors.contains(":2"))
    #expect(outcome.errors.contains("error('deep down')"))
    #expect(outcome.errors.contains("inner"))
  }

  @Test("Ctrl-C ends an endless loop with status 130", .timeLimit(.minutes(2)))
  func interruptLoop() async throws {
    try await withTemporaryDirectory { directory in
      let running = try Tool.start(
        ["run", "--local-cloud", directory.path, "-"], input: "print 'started' while true do pcall(error) end")
      try await running.waitFor("started")
      running.signal(SIGINT)
      #expect(await running.finish().status == 130)
    }
  }

  @Test("Ctrl-C during a wait detaches and names the job", .timeLimit(.minutes(2)))
  func interruptWait() async throws {
    try await withTemporaryDirectory { directory in
      try await ExampleFiles.disk(in: directory, bucket: "images", key: "x.zvhd2")
      let running = try Tool.start(
        ["run", "--local-cloud", directory.path, "--clock-scale", "1", "-"],
        input: """
          local ims = require "ims"
          local job = ims.system_image { name = "a", image_url = "images:x.zvhd2", os_version = "CentOS 7.0 64bit", min_disk = 40 }:submit()
          print(job.id)
          job:wait()
          """)
      try await running.waitFor("\n")
      let id = running.output.trimmingCharacters(in: .whitespacesAndNewlines)
      running.signal(SIGINT)
      let outcome = await running.finish()
      #expect(outcome.status == 130)
      #expect(outcome.errors.contains(id))
    }
  }

  @Test("A memory limit stops a script that eats memory")
  func memory() async throws {
    let outcome = try await run(
      "local t = {} while true do t[#t + 1] = ('x'):rep(1 << 20) .. #t end", ["--memory", "32MB"])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains("memory"))
  }

  @Test(
    "A script stopped by a limit ends with status 2, naming the limit, its value, the place and the option",
    arguments: [
      ("while true do end", "--max-seconds", "0.1", "the limit of 0.1 s of running time is used up"),
      ("while true do pcall(error) end", "--max-steps", "500000", "the limit of 500000 instructions is used up"),
      ("while true do print('xxxxxx') end", "--max-output", "1000", "the limit of 1000 bytes of output is used up"),
      ("local s = 'x' while true do s = s .. s end", "--memory", "32MB", "not enough memory: the limit is 32 MB"),
    ])
  func limits(script: String, option: String, value: String, message: String) async throws {
    let outcome = try await run("local x = 1\n" + script, [option, value])
    #expect(outcome.status == 2)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(outcome.errors.contains(option))
    if option != "--memory" { #expect(outcome.errors.contains(":2"), "\(outcome.errors)") }
    #expect(outcome.output.count <= 1000)
  }

  @Test("--sandbox stops an endless loop by itself and takes io and os.execute away")
  func sandbox() async throws {
    let outcome = try await run("print(io, os.execute) while true do end", ["--sandbox"])
    #expect(outcome.status == 2)
    #expect(outcome.output == "nil\tnil\n")
    #expect(outcome.errors.contains("without waiting is used up"), "\(outcome.errors)")
  }

  @Test(
    "A wrong limit is wrong use, and says what was expected",
    arguments: [
      (["--memory", "32"], "--memory must be at least 1MB, got '32'"),
      (["--memory", "much"], "--memory must be a size, such as 64MB, got 'much'"),
      (["--max-output=-1"], "--max-output must be a size"),
      (["--max-seconds", "0"], "--max-seconds must be a number of seconds above 0, such as 5 or 1.5, got '0'"),
      (["--max-steps", "1.5"], "--max-steps must be a whole number above 0, got '1.5'"),
      (["--allow", "net"], "--allow must name some of io,os, got 'net'"),
      (["--allow", "io", "--sandbox"], "--allow gives what --sandbox takes away"),
    ])
  func wrongLimits(options: [String], message: String) async throws {
    let outcome = try await run("print('not reached')", options)
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(outcome.output.isEmpty)
  }

  @Test("With --output json a limit is an error event of kind limit with its name")
  func limitEvent() async throws {
    let outcome = try await run("while true do end", ["--max-seconds", "0.1", "--output", "json"])
    #expect(outcome.status == 2)
    #expect(outcome.output.contains(#""kind":"limit""#) && outcome.output.contains(#""limit":"running_time""#))
    #expect(outcome.output.contains(#""line":1"#))
  }

  @Test("A file that is not there, a directory and an unknown option are wrong use")
  func usage() async throws {
    for arguments in [["run", "/no/such/file.lua"], ["run", "/"], ["run"], ["run", "--colour", "x.lua"], ["fly"]] {
      let outcome = try await Tool.run(arguments)
      #expect(outcome.status == 64, "\(arguments): \(outcome.status) \(outcome.errors)")
      #expect(!outcome.errors.isEmpty)
    }
  }

  @Test("Words after -- reach the script")
  func arguments() async throws {
    try await withTemporaryDirectory { directory in
      let script = directory.appending(path: "words.lua")
      try "print(..., arg[0] ~= nil, #arg, require('args').options.wave)".write(
        to: script, atomically: true, encoding: .utf8)
      let outcome = try await Tool.run(
        ["run", "--local-cloud", directory.path, script.path, "--", "one", "--wave=2"])
      #expect(outcome.output == "one\ttrue\t2\t2\n")
    }
  }

  @Test("To be asked about a lost import takes a terminal, on the command line as in a script")
  func asking() async throws {
    try await withTemporaryDirectory { directory in
      let place = ["--local-cloud", directory.path]
      let flag = try await Tool.run(["run"] + place + ["--on-not-found", "ask", "-"], input: "print(1)")
      #expect(flag.status == 64 && flag.output.isEmpty)
      #expect(flag.errors.contains("needs a terminal to ask on"), "\(flag.errors)")
      let script = try await Tool.run(
        ["run"] + place + ["-"],
        input: """
          local ims = require "ims"
          local image = ims.data_image { name = "d", image_url = "images:d.zvhd2", min_disk = 20 }
          local ok, err = pcall(ims.import, image, { on_not_found = "ask" })
          print(ok, err.kind, (err.message:find("terminal", 1, true)) ~= nil)
          """)
      #expect(script.status == 0, "\(script.errors)")
      #expect(script.output == "false\targument\ttrue\n", "\(script.output)")
    }
  }
}
