import Testing

@testable import LuaHost

/// The code that docs/embedding.md quotes beside the example program; another test compares the quotes.
@Suite("The embedding guide's code")
struct EmbeddingGuideTests {
  @Test("A first VM runs a script, gets arguments and gives results")
  func first() async throws {
    let vm = try LuaVM()
    let values = try await vm.run(Array("local a, b = ... return a + b".utf8), name: "sum.lua", arguments: [1, 2])
    #expect(values == [3])
  }

  @Test("A typed function is declared by its Swift types")
  func typed() async throws {
    let area = HostFunction.typed(
      "shapes.area", "The area of a rectangle.", parameters: [("width", "in metres"), ("height", "in metres")],
      since: "1.0"
    ) { (width: Double, height: Double) in width * height }
    let vm = try LuaVM(LuaVM.Configuration(modules: [HostModule("shapes", "Shapes.", functions: [area])]))
    #expect(try await vm.evaluate("require('shapes').area(2, 3.5)") == [7.0])
    let error = await #expect(throws: LuaError.self) { try await vm.evaluate("require('shapes').area(2)") }
    #expect(
      error?.message == "bad argument #2 'height' to 'shapes.area': expected number, got no value", "\(error as Any)")
  }

  @Test("A script's function can be called from Swift, also after a wait, and keeps its VM's state")
  func callbacks() async throws {
    let each = HostFunction.waiting(
      "steps.each", "Calls a function for some steps.",
      parameters: [
        HostParameter("count", .integer, "how many"),
        HostParameter("f", .callback(LuaSignature([HostParameter("step", .integer, "from 1")])), "what to call"),
      ], since: "1.0"
    ) { call in
      guard let count = call.integer(0), let function = call.function(1), count > 0 else { return [] }
      for step in 1...count { _ = try await function.call([.integer(step)]) }
      return []
    }
    let vm = try LuaVM(LuaVM.Configuration(modules: [HostModule("steps", "Steps.", functions: [each])]))
    let script = "local sum = 0; require('steps').each(4, function(n) sum = sum + n end); return sum"
    #expect(try await vm.run(Array(script.utf8), name: "steps.lua") == [10])
  }

  @Test("Limits end a script and leave the VM usable")
  func limits() async throws {
    var configuration = LuaVM.Configuration(limits: .sandboxed)
    configuration.sandbox = .sandboxed
    configuration.limits.burstTime = .milliseconds(100)
    let vm = try LuaVM(configuration)
    let error = await #expect(throws: LuaError.self) {
      try await vm.run(Array("while true do end".utf8), name: "endless.lua")
    }
    if case .limit? = error?.kind {} else { Issue.record("not a limit: \(error as Any)") }
    #expect(try await vm.evaluate("1 + 1") == [2])
  }

  @Test("Cancelling the surrounding task ends a script, whatever it does")
  func cancelling() async throws {
    let vm = try LuaVM()
    let run = Task { try await vm.run(Array("while true do pcall(error) end".utf8), name: "endless.lua") }
    run.cancel()
    let error = await #expect(throws: LuaError.self) { try await run.value }
    #expect(error?.kind == .cancelled)
  }

  @Test("A session keeps its globals, tells unfinished input apart and calls scripts' functions")
  func session() async throws {
    let vm = try LuaVM()
    _ = try await vm.evaluate("function double(n) return n * 2 end")
    let function = try #require(try await vm.evaluate("double").first?.functionValue)
    #expect(try await function.call([21]) == [42])
    let unfinished = await #expect(throws: LuaError.self) { try await vm.evaluate("if true then") }
    #expect(unfinished?.kind == .syntax(incomplete: true))
  }

  @Test("Stubs, reference and help come from the same declarations")
  func documentation() async throws {
    let module = HostModule(
      "bells", "Bells.",
      functions: [
        HostFunction(
          "bells.ring", "Rings.", parameters: [HostParameter("times", .integer, "how often", optional: true)],
          since: "1.0"
        ) { _ in [] }
        .documented(raises: [RaisedError("argument", "it rings too often")], example: #"require("bells").ring(2)"#)
      ])
    let interface = HostInterface(program: "tower 1.0", modules: [module])
    let stubs = StubWriter(interface).files  // globals.lua, bells.lua
    let pages = ReferenceWriter(interface).pages  // index.md, globals.md, bells.md
    let help = HelpIndex(interface).text(for: "bells.ring")
    #expect(stubs.map(\.path) == ["globals.lua", "bells.lua"])
    #expect(stubs[1].text.contains("---@param times? integer how often\nfunction bells.ring(times) end"))
    #expect(pages.map(\.path) == ["index.md", "globals.md", "bells.md"])
    #expect(help?.hasPrefix("bells.ring(times?: integer)\n  Rings.\n") == true)
  }
}
