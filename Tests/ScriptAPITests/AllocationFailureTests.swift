import Foundation
import Testing

@testable import LuaHost
@testable import ScriptAPI

/// Every function that the modules declare runs its own example, and every object shows its fields, while allocations fail.
///
/// SLIPWAY_SWEEP=all lets every allocation fail instead of a sample; SLIPWAY_SWEEP_SEED repeats a sample.
@Suite("Every allocation of the script API may fail", .serialized)
struct AllocationFailureTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let sweepsAll = ProcessInfo.processInfo.environment["SLIPWAY_SWEEP"] == "all"
  private static let seed: UInt64 = {
    let given = ProcessInfo.processInfo.environment["SLIPWAY_SWEEP_SEED"].flatMap(UInt64.init)
    let seed = given ?? .random(in: 0..<1_000)
    if !sweepsAll { print("allocation sweep: SLIPWAY_SWEEP_SEED=\(seed)") }
    return seed
  }()

  /// Makes an object of each type that a script can hold, for its fields, its text and its length.
  private static let objects = [
    "ims.Image": "ims.data_image { name = 'data01', image_url = 'ims-image:data01.zvhd2', min_disk = 20 }",
    "ims.Job":
      "ims.data_image { name = 'job01', image_url = 'ims-image:data01.zvhd2', min_disk = 20 }:submit()",
    "ims.Record": "ims.images { status = 'active' }()",
    "ims.Results":
      "ims.import_all { ims.data_image { name = 'bad#01', image_url = 'ims-image:data01.zvhd2', min_disk = 20 } }",
    "task.Task": "require 'task'.spawn(function() return 1 end)",
    "task.Group": "require 'task'.group(function(group) return group end)",
  ]

  /// A memory error that an example catches ends it, so that whatever it prints is what it should print.
  private static let prelude = """
    local raw_pcall = pcall
    local function pcall(...)
      local result = table.pack(raw_pcall(...))
      if not result[1] and tostring(result[2]):find("not enough memory", 1, true) then error("not enough memory", 0) end
      return table.unpack(result, 1, result.n)
    end

    """

  @Test("Every function's example survives the failure of any allocation", .timeLimit(.minutes(10)))
  func examples() async throws {
    var functions = 0
    for module in ScriptInterface.standard.modules {
      try await withWorld { world in
        try addDisks(to: world)
        let context = world.context(environment: ["PATH": "/bin"], directory: Self.root.path)
        for function in module.functions + module.types.flatMap(\.methods) {
          let example = try #require(function.documentation.example, "\(function.name) has no example")
          // Cases are declared to a run of `slipway test`, of which there is none here.
          if example.contains("test.case(") || example.contains("test.before_each(") { continue }
          try await sweep(world, context, function.name, Self.prelude + example)
          functions += 1
        }
      }
    }
    #expect(functions > 50)
  }

  @Test("Every object's fields, text and length survive the failure of any allocation", .timeLimit(.minutes(10)))
  func fields() async throws {
    let types = ScriptInterface.standard.modules.filter { $0.name != "test" }.flatMap(\.types)
    for type in types where !type.fields.isEmpty || !type.methods.isEmpty {
      let expression = try #require(Self.objects[type.name], "how does a script get an object of type \(type.name)?")
      try await withWorld { world in
        try addDisks(to: world)
        let context = world.context(environment: ["PATH": "/bin"], directory: Self.root.path)
        let make =
          "require 'ims'.import(require 'ims'.data_image { name = 'one', image_url = 'ims-image:data01.zvhd2', min_disk = 20 })"
        _ = try await world.makeVM(context).run(Array(make.utf8), name: "make.lua")
        let script = """
          local ims = require "ims"
          local object = \(expression)
          local names = {}
          for name, value in pairs(object) do names[#names + 1] = name .. type(value) .. #tostring(value) end
          table.sort(names)
          assert(#tostring(object) > 0)
          """
        try await sweep(world, context, type.name, Self.prelude + script)
      }
    }
  }

  private func addDisks(to world: ScriptWorld) throws {
    for key in [
      "golden-images/web01.zvhd2", "golden-images/web02.zvhd2", "golden-images/web03.zvhd2",
      "golden-images/ubuntu-2204.zvhd2", "ims-image/data01.zvhd2",
    ] {
      try world.copyDisk(to: key)
    }
  }

  private func sweep(_ world: ScriptWorld, _ context: ScriptContext, _ name: String, _ script: String) async throws {
    let vm = try world.makeVM(context)
    defer { Task { await vm.close() } }
    @Sendable func run() async throws -> String {
      world.takeOutput()
      _ = try await vm.run(Array(script.utf8), name: "example.lua")
      return Self.masked(world.takeOutput())
    }
    await vm.failAllocation(at: 0, count: 0)
    let start = ContinuousClock.now
    let first = try await run()
    let isSlow = start.duration(to: .now) > .milliseconds(250)
    let total = await vm.allocationCount
    // Some say what time it is, or list what runs before them left.
    let expected = try await run() == first ? first : nil
    let before = await settled(vm)
    for (pattern, count) in [("twice", 2), ("burst", 12), ("for good", UInt64(1) << 40)] {
      var generator = Seeded(state: Self.seed &+ count)
      let sample =
        Self.sweepsAll
        ? Array(1...total) : (0..<(isSlow ? 1 : 4)).map { _ in UInt64.random(in: 1...total, using: &generator) }
      for at in sample {
        let what = "\(name), \(pattern), allocation \(at) of \(total)"
        await vm.failAllocation(at: at, count: count)
        do {
          let printed = try await run()
          if let expected { #expect(printed == expected, "\(what)") }
        } catch let error as LuaError {
          #expect(error.kind == .memory, "\(what): \(error)\n\(error.traceback)")
        }
        await vm.failAllocation(at: 0, count: 0)
        do {
          let printed = try await run()
          if let expected { #expect(printed == expected, "\(what), afterwards") }
        } catch {
          Issue.record("\(what): the VM was not usable afterwards: \(error)")
          return
        }
      }
    }
    let after = await settled(vm)
    #expect(after.references <= before.references, "\(name)")
    #expect(after.objects <= before.objects, "\(name)")
    #expect(after.bytes <= before.bytes + 16_000, "\(name)")
  }

  /// What is held when the tasks of the last run have let go of everything.
  private func settled(_ vm: LuaVM) async -> (references: Int, objects: Int, bytes: Int) {
    var last = await vm.held()
    for _ in 0..<20 {
      try? await Task.sleep(for: .milliseconds(1))
      let now = await vm.held()
      if now.references <= last.references && now.objects <= last.objects { last = now }
    }
    return last
  }

  /// Output with ids, times and what else differs from run to run left out.
  private static func masked(_ text: String) -> String {
    text.replacing(/[0-9a-f]{8}[0-9a-f-]{8,}/, with: "…").replacing(/0x[0-9a-f]+/, with: "…")
  }

  private struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9e37_79b9_7f4a_7c15
      var z = state
      z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
      z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
      return z ^ (z >> 31)
    }
  }
}
