import LuaHost
import Testing

@testable import Workbench

@Suite("Sessions written as scripts")
struct SavedInputTests {
  private func script(_ inputs: [SavedInput]) async throws -> String {
    let vm = try LuaVM()
    return await SavedInput.script(inputs, modules: ["ims", "task", "obs"]) { text in
      (try? await vm.check(Array(text.utf8), name: "save")) != nil
    }
  }

  @Test("Expressions become statements, the last value is kept where it is read, and modules are required")
  func script() async throws {
    let text = try await script([
      SavedInput("1 + 1"), SavedInput("x = _ * 2"), SavedInput("print(x)"), SavedInput("ims.quota().used"),
      SavedInput("return 1", path: "a.lua"),
    ])
    #expect(
      text == """
        local ims = require "ims"

        _ = 1 + 1
        x = _ * 2
        print(x)
        _ = ims.quota().used
        -- a.lua
        (function(...)
        return 1
        end)();

        """)
    let vm = try LuaVM()
    try await vm.check(Array(text.utf8), name: "saved")
  }

  @Test("A call whose value is read later is assigned, a statement is not")
  func last() async throws {
    #expect(try await script([SavedInput("tostring(1)"), SavedInput("y = _")]) == "_ = tostring(1)\ny = _\n")
    #expect(try await script([SavedInput("local x = 1"), SavedInput("y = _")]) == "local x = 1\ny = _\n")
  }
}
