import Testing

@testable import LuaHost

@Suite("An interactive session")
struct EvaluateTests {
  @Test("Expressions give values, statements run, globals persist")
  func basics() async throws {
    let vm = try Bench().vm
    #expect(try await vm.evaluate("1 + 1, 'x'") == [2, "x"])
    #expect(try await vm.evaluate("n = 5").isEmpty)
    #expect(try await vm.evaluate("n * 2") == [10])
    #expect(try await vm.evaluate("return n") == [5])
    #expect(try await vm.evaluate("for i = 1, 3 do n = n + i end") == [])
    #expect(try await vm.evaluate("n -- comment") == [11])
    #expect(try await vm.evaluate("").isEmpty)
  }

  @Test("Waiting calls just work")
  func waiting() async throws {
    #expect(try await Bench().vm.evaluate("require 'shop'.wait(7)") == [7])
  }

  @Test(
    "Unfinished input is told apart from wrong input",
    arguments: [
      ("for i = 1, 3 do", true), ("f(", true), ("function f()", true), ("x = {", true), ("if x", true),
      ("x = [[", true),
      ("x = = 1", false), (")", false), ("for i = 1, 3 do end end", false), ("1 +", true),
    ])
  func incomplete(input: String, incomplete: Bool) async throws {
    let error = await #expect(throws: LuaError.self) { try await Bench().vm.evaluate(input) }
    #expect(error?.kind == .syntax(incomplete: incomplete))
  }

  @Test("What cannot leave the VM comes back as a short text")
  func lenient() async throws {
    let vm = try Bench().vm
    let table = try await vm.evaluate(
      "(function() local t = {1}; t.t = t; t.co = coroutine.create(print); return t end)()")
    #expect(table.first?.tableValue?["t"] == "<cycle>" && table.first?.tableValue?["co"] == "<coroutine>")
    let globals = try await vm.evaluate("_G").first?.tableValue
    #expect(globals?["_G"] == "<cycle>" && globals?["print"].functionValue != nil)
  }

  @Test("An error names the session and the line")
  func errors() async throws {
    let error = await #expect(throws: LuaError.self) { try await Bench().vm.evaluate("error('x')", name: "repl") }
    #expect(error?.description == "repl:1: x")
  }

  @Test("Tasks that an input spawned go on in the background, and a failure is reported")
  func background() async throws {
    let output = Output()
    let bench = try Bench { $0.unobservedFailure = { output.write(Array($0.message.utf8)) } }
    #expect(try await bench.vm.evaluate("t = require 'task'.spawn(function() error('unseen', 0) end)").isEmpty)
    #expect(try await bench.vm.evaluate("task = require 'task'; u = task.spawn(function() return 5 end)").isEmpty)
    #expect(try await bench.vm.evaluate("u:await()") == [5])
    for _ in 0..<200 where output.text.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    #expect(output.text == "unseen")
  }

  @Test("Cancelling an input ends it, and the session goes on")
  func cancelled() async throws {
    let vm = try Bench().vm
    let input = Task { try await vm.evaluate("while true do end") }
    try await Task.sleep(for: .milliseconds(20))
    input.cancel()
    let error = await #expect(throws: LuaError.self) { try await input.value }
    #expect(error?.kind == .cancelled)
    #expect(try await vm.evaluate("'alive'") == ["alive"])
  }

  @Test("check compiles without running")
  func check() async throws {
    let bench = try Bench()
    try await bench.vm.check(Array("print('no')".utf8), name: "a.lua")
    let error = await #expect(throws: LuaError.self) { try await bench.vm.check(Array("x = = 1".utf8), name: "a.lua") }
    #expect(error?.kind == .syntax(incomplete: false) && bench.output.text.isEmpty)
  }
}
