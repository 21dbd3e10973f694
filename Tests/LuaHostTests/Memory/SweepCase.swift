import Testing

@testable import LuaHost

/// Something that crosses between Lua and Swift, and what has to come of it.
struct SweepCase: Sendable, CustomTestStringConvertible {
  let name: String
  let configure: @Sendable (inout LuaVM.Configuration) -> Void
  /// Throws the `LuaError` it ends with, or `SweepProblem` when something is wrong.
  let run: @Sendable (LuaVM) async throws -> Void

  static let all = crossings + tasks + loading + host

  var testDescription: String { name }

  init(
    _ name: String, configure: @escaping @Sendable (inout LuaVM.Configuration) -> Void = { _ in },
    run: @escaping @Sendable (LuaVM) async throws -> Void
  ) {
    self.name = name
    self.configure = configure
    self.run = run
  }

  /// A script, and what it has to return. In it, `oom(e)` raises a memory error that it caught again, and hands on all others.
  init(
    _ name: String, _ script: String, gives expected: [LuaValue],
    configure: @escaping @Sendable (inout LuaVM.Configuration) -> Void = { _ in }
  ) {
    self.init(name, configure: configure) { vm in
      let values = try await vm.run(Array((Self.prelude + script).utf8), name: "sweep.lua")
      guard values == expected else { throw SweepProblem("\(values) instead of \(expected)") }
    }
  }

  /// A script that has to end with an error.
  init(
    _ name: String, _ script: String, fails isExpected: @escaping @Sendable (LuaError) -> Bool,
    configure: @escaping @Sendable (inout LuaVM.Configuration) -> Void = { _ in }
  ) {
    self.init(name, configure: configure) { vm in
      do {
        let values = try await vm.run(Array((Self.prelude + script).utf8), name: "sweep.lua")
        throw SweepProblem("\(values) instead of an error")
      } catch let error as LuaError {
        if error.kind == .memory { throw error }
        guard isExpected(error) else { throw SweepProblem("\(error)\n\(error.traceback)") }
      }
    }
  }

  static let prelude = """
    local shop, task, try = require "shop", require "task", require "try"
    local function oom(e) if tostring(e):find("not enough memory", 1, true) then error("not enough memory", 0) end return e end

    """

  func makeVM() throws -> LuaVM {
    var configuration = LuaVM.Configuration(
      modules: [Shop.module(), TaskModule.module, Self.module], output: { _ in },
      clock: PatientClock())
    configure(&configuration)
    return try LuaVM(configuration)
  }
}

/// Something went wrong that is not a lack of memory.
struct SweepProblem: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A clock on which short times have come already and long ones never do.
struct PatientClock: LuaClock {
  var now: Duration { .zero }
  func sleep(until due: Duration) async throws {
    if due >= .seconds(60) { try await Task.sleep(for: due) } else { await Task.yield() }
  }
}
