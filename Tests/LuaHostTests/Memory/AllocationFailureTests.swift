import Foundation
import Testing

@testable import LuaHost

/// Lua's own `memerr.lua`, for the border: each allocation fails once, with the retry after the emergency collection too.
@Suite("Every allocation may fail")
struct AllocationFailureTests {
  /// Most crossings in one script.
  static let script = """
    local shop, task = require "shop", require "task"
    local log = {}
    log[1] = shop.add(1, 2)
    log[2] = shop.shout("text")
    local t = shop.echo({1, 2, {x = {y = "deep"}}, name = ("n"):rep(50)})
    local p = shop.point(3, "label")
    p.x = p.x + 1
    local q = shop.echo({p, p})
    assert(q[1] == p and p:add(2) == 6 and p:later() == 4 and tostring(p) == "point label")
    local ok, e = pcall(shop.fail, "S1")
    assert(not ok)
    if type(e) == "userdata" then assert(e.code == "S1" and tostring(e) == "the shop is closed") else error(e, 0) end
    assert(not pcall(shop.order, 5))
    for n in shop.countdown(3) do log[#log + 1] = n end
    local each = shop.each({1, 2}, function(x) return {x, shop.wait(x)} end)
    local inner = coroutine.wrap(function() coroutine.yield(shop.wait("a")) return shop.wait("b") end)
    log[#log + 1] = inner() .. inner()
    local spawned = task.spawn(function(a) shop.wait() return {a} end, "x")
    log[#log + 1] = spawned:await()[1]
    local mapped = task.map({1, 2, 3}, {concurrency = 2}, function(x) return tostring(shop.wait(x)) end)
    local failed, why = pcall(function() task.spawn(function() error({code = 7}) end):await() end)
    assert(not failed)
    if type(why) == "table" then assert(why.code == 7) else error(why, 0) end
    print(#log, mapped[3], each[2][1])
    local f = assert(load("return ..."))
    return f(#log), t[3].x.y, function() return p end
    """

  @Test(
    "Every crossing survives the failure of any allocation: a memory error or the right result, nothing left behind, and a VM that goes on",
    .timeLimit(.minutes(10)), arguments: SweepCase.all)
  func sweep(subject: SweepCase) async throws {
    for pattern in FailurePattern.allCases {
      for isFresh in [false, true] where !isFresh || pattern != .once {
        try await AllocationSweep(subject: subject, pattern: pattern, isFresh: isFresh).run()
      }
    }
  }

  @Test("A VM that is closed and dropped while its tasks wait leaves nothing behind, whatever could not be allocated")
  func closing() async throws {
    let script = """
      (function()
        local shop, task = require "shop", require "task"
        local function closer(p) return setmetatable({}, {__close = function() shop.echo({p}) end}) end
        for i = 1, 3 do
          task.spawn(function(p) local x <close> = closer(p) task.sleep("1h") end, shop.point(i))
        end
        coroutine.wrap(function() task.spawn(function() pcall(function() task.sleep("1h") end) end) end)()
        return 1
      end)()
      """
    let subject = SweepCase("closing") { _ in }
    for pattern in FailurePattern.allCases {
      var at = AllocationSweep.seed % AllocationSweep.stride + 1
      while true {
        weak var gone: LuaVM?
        do {
          let vm = try subject.makeVM()
          gone = vm
          await vm.failAllocation(at: at, count: pattern.count)
          do {
            #expect(try await vm.evaluate(script) == [1])
          } catch let error as LuaError {
            #expect(error.kind == .memory, "\(error)")
          }
          for _ in 0..<3 { await Task.yield() }
          await vm.close()
          if await vm.allocationCount < at { break }
        }
        for _ in 0..<1_000 where gone != nil { try await Task.sleep(for: .milliseconds(1)) }
        #expect(gone == nil, "\(pattern.rawValue), allocation \(at): the VM is still there")
        at += AllocationSweep.stride
      }
    }
  }

  @Test("Making a VM survives the failure of any allocation")
  func setUp() async throws {
    var refused = 0
    for at in UInt64(1)... {
      let configuration = LuaVM.Configuration(modules: [Shop.module(), TaskModule.module], output: { _ in })
      do {
        let vm = try LuaVM(configuration, failAllocation: (at, 2))
        if await vm.allocationCount < at { break }
        await vm.failAllocation(at: 0, count: 0)
        #expect(try await vm.run(Array("return require 'shop'.add(1, 2)".utf8), name: "n") == [3])
      } catch let error as LuaError {
        #expect(error.kind == .memory)
        refused += 1
      }
    }
    #expect(refused > 100)
  }

  @Test("A script under a tight memory limit ends in a memory error wherever the limit is")
  func tight() async throws {
    for limit in stride(from: 40_000, to: 220_000, by: 1_500) {
      guard let bench = try? Bench({ $0.limits.memory = limit }) else { continue }
      do {
        _ = try await bench.run(Self.script)
      } catch let error as LuaError {
        #expect(error.kind == .memory || error.description.contains("not enough memory"), "\(limit): \(error)")
      }
      let values = try? await bench.run("return 7")
      #expect(values == [7] || values == nil)
    }
  }
}
