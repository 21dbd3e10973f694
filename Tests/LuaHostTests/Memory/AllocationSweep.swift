import Foundation
import Testing

@testable import LuaHost

/// Which allocations fail, beginning with a certain one.
enum FailurePattern: String, CaseIterable, Sendable {
  /// One, which Lua's emergency collection heals.
  case once
  /// One and the try after the collection.
  case twice
  /// A burst, so that what handles the error fails, too.
  case burst
  /// All from there on until the run has ended.
  case forGood

  var count: UInt64 {
    switch self {
    case .once: 1
    case .twice: 2
    case .burst: 12
    case .forGood: 1 << 40
    }
  }
}

/// Runs a case again and again while another allocation fails each time, until none is left to fail.
struct AllocationSweep {
  /// 1 = every allocation. SLIPWAY_SWEEP=all sets it to 1, a number to that number.
  static var stride: UInt64 {
    let wanted = ProcessInfo.processInfo.environment["SLIPWAY_SWEEP"] ?? ""
    return wanted == "all" ? 1 : max(UInt64(wanted) ?? 7, 1)
  }

  /// SLIPWAY_SWEEP_SEED, else chosen and printed: the remainder of the first of the allocations that fail.
  static let seed: UInt64 = {
    let given = ProcessInfo.processInfo.environment["SLIPWAY_SWEEP_SEED"].flatMap(UInt64.init)
    let seed = given ?? .random(in: 0..<1_000)
    if stride > 1 { print("allocation sweep: SLIPWAY_SWEEP=\(stride) SLIPWAY_SWEEP_SEED=\(seed)") }
    return seed
  }()

  let subject: SweepCase
  let pattern: FailurePattern
  /// A new VM for each failure: what is built on first use is built again. Else one VM for all, on which damage would add up.
  let isFresh: Bool

  /// How many bytes of tables that have grown may stay.
  private static let slack = 12_000

  @discardableResult
  func run() async throws -> (failed: Int, passed: Int) {
    var vm = try await makeVM()
    let expected = try await held(vm)
    var failed = 0
    var passed = 0
    var at = Self.stride == 1 ? 1 : Self.seed % Self.stride + 1
    while true {
      let what = "\(subject.name), \(pattern.rawValue), \(isFresh ? "fresh" : "worn"), allocation \(at)"
      if isFresh { vm = try subject.makeVM() }
      await vm.failAllocation(at: at, count: pattern.count)
      do {
        try await subject.run(vm)
        passed += 1
      } catch let error as LuaError {
        failed += 1
        #expect(error.kind == .memory, "\(what): \(error)\n\(error.traceback)")
      } catch {
        Issue.record("\(what): \(error)")
      }
      let reached = await vm.allocationCount >= at
      await vm.failAllocation(at: 0, count: 0)
      do {
        try await subject.run(vm)
      } catch {
        Issue.record("\(what): the VM was not usable afterwards: \(error)")
        return (failed, passed)
      }
      if try await !settles(vm, to: expected, what) { return (failed, passed) }
      if !reached { break }
      at += Self.stride
    }
    await vm.close()
    return (failed, passed)
  }

  private func makeVM() async throws -> LuaVM {
    let vm = try subject.makeVM()
    for _ in 0..<(isFresh ? 2 : 4) { try await subject.run(vm) }
    return vm
  }

  /// What is held when the tasks of the last run have let go of everything, which they do a little after the run.
  private func held(_ vm: LuaVM) async throws -> (references: Int, objects: Int, bytes: Int) {
    var last = await vm.held()
    for _ in 0..<10 {
      await Task.yield()
      let now = await vm.held()
      if now.references <= last.references && now.objects <= last.objects { last = now }
    }
    return last
  }

  private func settles(_ vm: LuaVM, to expected: (references: Int, objects: Int, bytes: Int), _ what: String)
    async throws -> Bool
  {
    var now = await vm.held()
    for round in 0..<200 where !Self.isAtMost(now, expected) {
      if round < 20 { await Task.yield() } else { try await Task.sleep(for: .milliseconds(2)) }
      now = await vm.held()
    }
    if Self.isAtMost(now, expected) { return true }
    Issue.record("\(what): left behind: \(now) instead of \(expected)")
    return false
  }

  private static func isAtMost(
    _ now: (references: Int, objects: Int, bytes: Int), _ expected: (references: Int, objects: Int, bytes: Int)
  ) -> Bool {
    now.references <= expected.references && now.objects <= expected.objects && now.bytes <= expected.bytes + slack
  }
}
