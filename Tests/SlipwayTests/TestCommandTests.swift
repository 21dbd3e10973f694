import CloudAccess
import Foundation
import Testing

/// `slipway test` as a user runs it.
@Suite("slipway test")
struct TestCommandTests {
  /// Runs the command over files with these texts.
  private func run(
    _ files: [String: String], _ arguments: [String] = ["."], environment: [String: String] = [:]
  ) async throws -> Tool.Outcome {
    try await withTemporaryDirectory { directory in
      for (name, text) in files {
        let file = directory.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
      }
      let home = directory.appending(path: ".home")
      var all = ["HOME": home.path, "TMPDIR": directory.path]
      all.merge(environment) { $1 }
      let outcome = try await Tool.run(["test"] + arguments, environment: all, directory: directory)
      #expect(!FileManager.default.fileExists(atPath: home.path), "something of the user's was touched")
      let left = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter {
        $0.hasPrefix("slipway-test")
      }
      #expect(left.isEmpty, "directories were left behind")
      return outcome
    }
  }

  private static let header = "local ims, task, test = require 'ims', require 'task', require 'test'\n"

  @Test("The example's tests pass, an import of ten hours among them", .timeLimit(.minutes(2)))
  func example() async throws {
    let outcome = try await Tool.run(["test", "lua/examples"])
    #expect(outcome.status == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains("for 10 h"), "\(outcome.output)")
    #expect(outcome.output.contains("7 passed in "))
  }

  @Test("A failure shows where, what differs, the calls and what was printed; the others go on; the status is 1")
  func failures() async throws {
    let outcome = try await run([
      "a_test.lua": Self.header + """
        test.case("differs", function()
          print "seen"
          test.equal({ a = 1, list = { 1, 2 } }, { a = 2, list = { 1, 3 } }, "tables")
        end)
        test.case("passes", function() test.ok(true) end)
        test.case("is skipped", function() test.skip "not here" end)
        test.case("a task fails that nobody awaits", function()
          task.spawn(function() task.sleep "1h"; error "late" end)
        end)
        """
    ])
    #expect(outcome.status == 1)
    for text in [
      "FAIL  a_test.lua: differs", "tables: 2 differences", ".a: got 1, expected 2", ".list[2]: got 2, expected 3",
      "a_test.lua:4", "seen", "ok    a_test.lua: passes", "skip  a_test.lua: is skipped: not here", "late",
      "1 passed, 2 failed, 1 skipped in ",
    ] {
      #expect(outcome.output.contains(text), "\(text) in \(outcome.output)")
    }
    #expect(!outcome.output.contains("slipway test:"), "the caller's own lines are of no use")
  }

  @Test("Every case has a VM and a cloud of its own, and draws the same numbers")
  func isolation() async throws {
    let text =
      Self.header + """
        test.before_each(function(cloud) cloud:put_object { bucket = "images", key = "a.zvhd2" } end)
        for _, name in ipairs { "one", "two" } do
          test.case(name, function(cloud)
            test.equal(LEFT, nil)
            LEFT = true
            test.equal(#cloud.images, 0)
            ims.import(ims.data_image { name = name, image_url = "images:a.zvhd2", min_disk = 20 })
            test.equal({ #cloud.images, #cloud.jobs, cloud.requests.submit }, { 1, 1, 1 })
            print(math.random(1, 1000000000))
          end)
        end
        """
    let outcome = try await run(["a_test.lua": text], ["-v", "--seed", "7"])
    #expect(outcome.status == 0, "\(outcome.output)")
    let numbers = outcome.output.split(separator: "\n").compactMap { Int($0.filter { $0 != " " }) }
    #expect(numbers.count == 2 && numbers.first == numbers.last, "\(outcome.output)")
    let other = try await run(["a_test.lua": text], ["-v", "--seed", "8"])
    #expect(!other.output.contains("\(numbers.first ?? 0)"))
  }

  @Test("Time passes only while everybody waits, and cloud time can be ahead")
  func time() async throws {
    let outcome = try await run([
      "a_test.lua": Self.header + """
        local now = require("time").now
        test.case("a loop takes no time, and nobody overtakes it", function()
          local start, woken = now(), nil
          local sleeper = task.spawn(function() task.sleep(1); woken = now() end)
          local sum = 0
          for number = 1, 2000000 do sum = sum + number % 7 end
          test.equal(now(), start)
          test.equal(woken, nil)
          sleeper:await()
          test.equal(woken, start + 1)
        end)
        test.case("the cloud is ahead", function(cloud)
          cloud:put_object { bucket = "images", key = "a.zvhd2" }
          local start = now()
          local job = ims.data_image { name = "x", image_url = "images:a.zvhd2", min_disk = 20 }:submit()
          test.equal(job:poll().status, "INIT")
          cloud:advance "10h"
          test.equal(job:poll().status, "SUCCESS")
          test.ok(now() - start < 60)
        end)
        test.case("a day of two tasks", function()
          local start, order = now(), {}
          task.map({ 3, 1, 2 }, function(hours)
            for _ = 1, 8 do task.sleep(hours * 3600) end
            order[#order + 1] = hours
          end)
          test.equal(order, { 1, 2, 3 })
          test.equal(now() - start, 24 * 3600)
        end)
        """
    ])
    #expect(outcome.status == 0, "\(outcome.output)")
  }

  @Test("What cannot be run is told, the rest runs, and the status is 2")
  func brokenFiles() async throws {
    let outcome = try await run([
      "a_test.lua": "this is no Lua", "b_test.lua": "error 'at the top'", "c_test.lua": "return 1",
      "d_test.lua": Self.header + "ims.quota()", "e_test.lua": Self.header + "os.exit(0)",
      "f_test.lua": Self.header + "test.case('x', print) test.case('x', print)",
      "sub/g_test.lua": Self.header + "test.case('runs', function() end)", "sub/other.lua": "error 'never run'",
      ".hidden/h_test.lua": "error 'never run'",
    ])
    #expect(outcome.status == 2)
    for text in [
      "FAIL  a_test.lua", "syntax", "at the top", "c_test.lua declares no case", "there is no cloud outside of a case",
      "os.exit(0) was called", "there is a case 'x' already, at line 2", "ok    sub/g_test.lua: runs",
      "1 passed, 6 files could not be run in ",
    ] {
      #expect(outcome.output.contains(text), "\(text) in \(outcome.output)")
    }
    #expect(!outcome.output.contains("never run"))
  }

  @Test("Wrong use is status 64 and says what to do")
  func wrongUse() async throws {
    let one = ["a_test.lua": Self.header + "test.case('x', function() end)"]
    let cases: [([String: String], [String], String)] = [
      ([:], ["."], "there are no test files in '.'"),
      (one, ["b_test.lua"], "there is no file or directory 'b_test.lua'"),
      (one, ["--filter", "y"], "no case has a name with 'y' in it"),
      (one, ["--case-timeout", "soon"], "--case-timeout"),
      (one, ["--tap", "--output", "json"], "exclude each other"), (one, ["--memory", "x"], "--memory"),
    ]
    for (files, arguments, text) in cases {
      let outcome = try await run(files, arguments)
      #expect(outcome.status == 64, "\(arguments)")
      #expect(outcome.errors.contains(text), "\(outcome.errors)")
    }
  }

  @Test("TAP has a plan, numbered points, directives and YAML that JSON can read")
  func tap() async throws {
    let outcome = try await run(
      [
        "a_test.lua": Self.header + """
          test.case("number #1", function() end)
          test.case("two", function() test.equal(1, 2) end)
          test.case("three", function() test.skip "later" end)
          """
      ], ["--tap"])
    #expect(outcome.status == 1)
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(
      lines.prefix(4) == ["TAP version 14", "1..3", "ok 1 - a_test.lua: number \\#1", "not ok 2 - a_test.lua: two"])
    #expect(lines.contains("  ---") && lines.contains("  ..."))
    #expect(lines.contains("  message: \"got 1, expected 2\"") && lines.contains("    line: 3"), "\(lines)")
    #expect(lines.contains("ok 3 - a_test.lua: three # SKIP later"))
  }

  @Test("JSON is an object a line with the error's parts, and the end has the counts")
  func json() async throws {
    let outcome = try await run(
      [
        "a_test.lua": Self.header + """
          test.case("waits", function() task.sleep "10h" end)
          test.case("fails", function() print "x"; error { kind = "own", code = "C" } end)
          """, "b_test.lua": "?",
      ], ["--output", "json"])
    #expect(outcome.status == 2)
    let lines = try outcome.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    try #require(lines.count == 4)
    #expect(lines[0]["status"] == "passed" && lines[0]["name"] == "waits" && lines[0]["virtual_seconds"] == 36000.0)
    #expect(lines[1]["status"] == "failed" && lines[1]["error"]?["kind"] == "own" && lines[1]["output"] == "x\n")
    #expect(lines[2]["event"] == "file" && lines[2]["error"]?["kind"] == "syntax")
    #expect(lines[3]["event"] == "finished" && lines[3]["passed"] == 1 && lines[3]["failed"] == 1)
    #expect(lines[3]["broken_files"] == 1 && lines[3]["exit_status"] == 2)
  }

  @Test("Filter and the first failure decide what runs")
  func selection() async throws {
    let files = [
      "a_test.lua": Self.header + """
        test.case("red", function() end)
        test.case("green", function() error "stop" end)
        test.case("blue green", function() end)
        """
    ]
    let filtered = try await run(files, ["--filter", "re"])
    #expect(filtered.output.contains("2 passed, 1 failed"))
    let fast = try await run(files, ["--fail-fast"])
    #expect(fast.status == 1)
    #expect(fast.output.contains("1 passed, 1 failed, 1 not tried"), "\(fast.output)")
    #expect(!fast.output.contains("blue"))
  }

  @Test("What never ends is ended: by the case's time, by the limits, and by Ctrl-C")
  func endless() async throws {
    let files = [
      "a_test.lua": Self.header + """
        test.case("waits for ever", function() while true do task.sleep "1h" end end)
        test.case("goes on", function() end)
        """
    ]
    let timed = try await run(files, ["--case-timeout", "1.5s"])
    #expect(timed.status == 1)
    #expect(timed.output.contains("it took longer than 1.5 s of real time"), "\(timed.output)")
    #expect(timed.output.contains("1 passed, 1 failed"))
    let steps = try await run(
      ["a_test.lua": Self.header + "test.case('spins', function() task.shield(function() while true do end end) end)"],
      ["--max-steps", "1000000"])
    #expect(steps.status == 1)
    #expect(steps.output.contains("error (limit)"), "\(steps.output)")

    try await withTemporaryDirectory { directory in
      let file = directory.appending(path: "a_test.lua")
      try (files["a_test.lua"] ?? "").replacing("waits for ever", with: "second").write(
        to: file, atomically: true, encoding: .utf8)
      let first = directory.appending(path: "0_test.lua")
      try (Self.header + "test.case('first', function() end)").write(to: first, atomically: true, encoding: .utf8)
      let running = try Tool.start(
        ["test", "--tap", "."], environment: ["TMPDIR": directory.path], directory: directory)
      try await running.waitFor("ok 1 - 0_test.lua: first")
      running.signal(2)
      let outcome = await running.finish()
      #expect(outcome.status == 130)
      #expect(outcome.output.contains("Bail out!"), "\(outcome.output)")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() == ["0_test.lua", "a_test.lua"])
    }
  }

  @Test("A reader that has enough ends the run, and nothing is left behind")
  func closedPipe() async throws {
    try await withTemporaryDirectory { directory in
      let cases = (1...200).map { "test.case('case \($0)', function() end)" }
      try (Self.header + cases.joined(separator: "\n")).write(
        to: directory.appending(path: "a_test.lua"), atomically: true, encoding: .utf8)
      let outcome = try await Tool.run(
        ["-c", "'\(Tool.binary.path)' test | head -1; echo ${PIPESTATUS[0]}"], environment: ["TMPDIR": directory.path],
        directory: directory, executable: URL(filePath: "/bin/bash"))
      #expect(outcome.output.hasPrefix("ok    a_test.lua: case 1 "), "\(outcome.output)")
      #expect(outcome.output.hasSuffix("\n141\n"), "\(outcome.output)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["a_test.lua"])
    }
  }

  @Test("Mistakes in a call on the cloud are told by name")
  func mistakes() async throws {
    let calls: [(String, String)] = [
      ("cloud:fault 'throtled'", "throttled"), ("cloud:fault { effect = 'status', status = 500, stats = 3 }", "stats"),
      ("cloud:fault { 'status=503', 'nonsense' }", "nonsense"), ("cloud:set('unique_name', true)", "unique_names"),
      ("cloud:put_object { bucket = 'images', key = '../../x' }", "cannot be a key"),
      ("cloud:put_object { bucket = 'X', key = 'x' }", "cannot be a bucket"),
      ("cloud:put_object { bucket = 'images', key = 'x', data = '', size = 1024 }", "given twice"),
      ("cloud:put_object { bucket = 'images', key = 'x', path = 'none' }", "there is no file"),
      ("cloud:put_object { bucket = 'images', key = 'x', size = '2TB' }", "1TB at most"),
      ("cloud:put_objekt {}", "put_object"), ("test.case('inner', function() end)", "inside another case"),
    ]
    let cases = calls.enumerated().map { "test.case('case \($0.offset)', function(cloud) \($0.element.0) end)" }
    let outcome = try await run(
      ["a_test.lua": Self.header + cases.joined(separator: "\n")], ["--output", "json"])
    let lines = try outcome.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    try #require(lines.count == calls.count + 1)
    for ((call, text), line) in zip(calls, lines) {
      let error = line["error"]?.serialized() ?? "none"
      #expect(line["status"] == "failed" && error.contains(text), "\(call): \(error)")
    }
  }
}
