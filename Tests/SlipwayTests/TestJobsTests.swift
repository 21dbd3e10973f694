import Foundation
import Testing

/// `slipway test --jobs` as a user runs it.
@Suite("slipway test, cases side by side")
struct TestJobsTests {
  private static let header = "local ims, task, test = require 'ims', require 'task', require 'test'\n"

  /// Uses its cloud, by whose threads the process is seen to work, and waits for ever.
  private static let endless = "ims.quota() while true do task.sleep '1h' end"

  /// Files with passes, a failure, a skip, waits and one that cannot be run.
  private static let files = [
    "a_test.lua": header + """
      for number = 1, 6 do
        test.case("case " .. number, function(cloud)
          cloud:put_object { bucket = "images", key = "a.zvhd2", size = "1GB" }
          local request = ims.data_image { name = "n" .. number, image_url = "images:a.zvhd2", min_disk = 20 }
          test.equal(ims.import(request).status, "SUCCESS")
          test.equal(#cloud.images, 1)
          print(math.random(1, 1000000000))
          if number == 4 then error "four is wrong" end
        end)
      end
      """,
    "b_test.lua": "this is no Lua",
    "c_test.lua": header + """
      test.case("slow", function() task.sleep "10h" end)
      test.case("later", function() test.skip "not here" end)
      test.case("last", function() end)
      """,
  ]

  private func run(
    _ arguments: [String], files: [String: String] = TestJobsTests.files
  ) async throws -> Tool.Outcome {
    try await withTemporaryDirectory { directory in
      try Self.write(files, directory)
      let outcome = try await Tool.run(
        ["test"] + arguments, environment: ["TMPDIR": directory.path], directory: directory)
      let left = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
      #expect(left == files.keys.sorted(), "directories were left behind")
      return outcome
    }
  }

  private static func write(_ files: [String: String], _ directory: URL) throws {
    for (name, text) in files {
      try text.write(to: directory.appending(path: name), atomically: true, encoding: .utf8)
    }
  }

  /// What a run said without how long it took, by either clock: pauses between questions are left to chance.
  private static func timeless(_ text: String) -> String {
    text.replacing(/[0-9]+\.[0-9]+ s/, with: "N s").replacing(/duration_ms: [0-9]+/, with: "duration_ms: N")
      .replacing(/seconds":[0-9.]+/, with: "seconds\":N").replacing(#/ for [0-9a-z ]+\)/#, with: ")")
  }

  @Test(
    "Any number of jobs says word for word what one says, in every form",
    arguments: [["-v"], ["--tap"], ["--output", "json"], ["--fail-fast", "--tap"], ["--filter", "case", "-v"]])
  func sameOutput(arguments: [String]) async throws {
    let one = try await run(arguments)
    #expect(one.status == (arguments.contains("--fail-fast") ? 1 : 2))
    for jobs in ["2", "5", "auto"] {
      let many = try await run(arguments + ["--jobs", jobs])
      #expect(many.status == one.status, "\(jobs): \(many.errors)")
      #expect(Self.timeless(many.output) == Self.timeless(one.output), "\(jobs)")
      #expect(many.errors == one.errors)
    }
  }

  @Test("As many cases as jobs run at the same time, and Ctrl-C ends them all")
  func sideBySide() async throws {
    let cases = (1...4).map { "test.case('\($0)', function() \(Self.endless) end)" }
    try await withTemporaryDirectory { directory in
      try Self.write(["a_test.lua": Self.header + cases.joined(separator: "\n")], directory)
      let running = try Tool.start(
        ["test", "--jobs", "4", "--case-timeout", "60s", "."], environment: ["TMPDIR": directory.path],
        directory: directory)
      let children = try await Self.children(of: running, count: 4)
      #expect(Set(children).count == 4)
      running.signal(2)
      let outcome = await running.finish()
      #expect(outcome.status == 130)
      #expect(outcome.output.contains("4 not tried"), "\(outcome.output)")
      for child in children { #expect(kill(child, 0) != 0, "a process was left behind") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["a_test.lua"])
    }
  }

  @Test("A process that crashes fails the case it ran, and the others go on in another one")
  func crash() async throws {
    let text =
      Self.header + """
        for _, name in ipairs { "first", "second" } do
          test.case(name, function() \(Self.endless) end)
        end
        test.case("third", function() end)
        """
    try await withTemporaryDirectory { directory in
      try Self.write(["a_test.lua": text], directory)
      let running = try Tool.start(
        ["test", "-j", "2", "--case-timeout", "60s", "."], environment: ["TMPDIR": directory.path],
        directory: directory)
      for child in try await Self.children(of: running, count: 2) { kill(child, SIGKILL) }
      let outcome = await running.finish()
      #expect(outcome.status == 1)
      for text in [
        "FAIL  a_test.lua: first", "FAIL  a_test.lua: second",
        "the process that ran it was ended by signal 9", "ok    a_test.lua: third", "1 passed, 2 failed in ",
      ] {
        #expect(outcome.output.contains(text), "\(text) in \(outcome.output)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["a_test.lua"])
    }
  }

  @Test("The first failure of a run that ends there ends what else is under way", .timeLimit(.minutes(2)))
  func failFast() async throws {
    let text =
      Self.header + """
        test.case("passes", function() end)
        test.case("fails", function() error "no" end)
        test.case("waits", function() \(Self.endless) end)
        test.case("never", function() end)
        """
    let outcome = try await run(
      ["-j", "3", "--fail-fast", "--case-timeout", "10m"], files: ["a_test.lua": text])
    #expect(outcome.status == 1)
    #expect(outcome.output.contains("1 passed, 1 failed, 2 not tried"), "\(outcome.output)")
    #expect(!outcome.output.contains("waits"))
  }

  @Test("Without the process that started them, children end by themselves")
  func orphans() async throws {
    try await withTemporaryDirectory { directory in
      let text = Self.header + "for n = 1, 2 do test.case('c' .. n, function() \(Self.endless) end) end"
      try Self.write(["a_test.lua": text], directory)
      let running = try Tool.start(
        ["test", "-j", "2", "--case-timeout", "60s", "."], environment: ["TMPDIR": directory.path],
        directory: directory)
      let children = try await Self.children(of: running, count: 2)
      running.signal(SIGKILL)
      _ = await running.finish()
      for _ in 0..<1000 where children.contains(where: { kill($0, 0) == 0 }) {
        try await Task.sleep(for: .milliseconds(10))
      }
      #expect(children.allSatisfy { kill($0, 0) != 0 })
    }
  }

  @Test("A number of jobs that is none is wrong use", arguments: ["0", "257", "-1", "many", "1.5"])
  func wrongUse(jobs: String) async throws {
    let outcome = try await run(
      ["--jobs=\(jobs)"], files: ["a_test.lua": Self.header + "test.case('x', function() end)"])
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("--jobs"), "\(outcome.errors)")
  }

  /// The processes that a run has started and that have begun a case, once there are so many.
  private static func children(of running: Tool.Running, count: Int) async throws -> [pid_t] {
    let parent = running.process.processIdentifier
    for _ in 0..<3000 {
      let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(parent)/task")) ?? []
      let children = threads.flatMap { thread in
        ((try? String(contentsOfFile: "/proc/\(parent)/task/\(thread)/children", encoding: .utf8)) ?? "")
          .split(separator: " ").compactMap { pid_t($0) }
      }
      let busy = children.filter { child in
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(child)/task")) ?? []
        return names.contains { thread in
          let name = try? String(contentsOfFile: "/proc/\(child)/task/\(thread)/comm", encoding: .utf8)
          return name?.hasPrefix("NIO-") == true
        }
      }
      if busy.count == count { return busy }
      try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record("\(count) children never came; \(running.output)\(running.errors)")
    return []
  }
}
