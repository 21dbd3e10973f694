import Foundation
@_spi(Measurement) import LuaHost

/// Measures the border between Lua and Swift, each line against a baseline that takes turns with it in the same run.
///
/// Arguments: `--calls N` (of the cheapest case), `--rounds N`, `--counting` (a permanent counting hook instead of the slice
/// timer), `--only TEXT` (groups of cases with that in a name), `--json` (one object a line).
@main
enum HostCall {
  static func main() async throws {
    let arguments = CommandLine.arguments
    func number(_ name: String, _ otherwise: Int) -> Int {
      arguments.firstIndex(of: name).flatMap { $0 + 1 < arguments.count ? Int(arguments[$0 + 1]) : nil } ?? otherwise
    }
    let calls = number("--calls", 1_000_000)
    let rounds = number("--rounds", 7)
    var configuration = LuaVM.Configuration(modules: [Subject.module])
    configuration.countsInstructions = arguments.contains("--counting")
    let only = arguments.firstIndex(of: "--only").flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil } ?? ""
    let vm = try LuaVM(configuration)
    try await vm.addBaseline(module: "plain")
    let results = try await vm.run(
      Array(Cases.script.utf8), name: "hostcall.lua",
      arguments: [.integer(Int64(calls)), .integer(Int64(rounds)), .string(only)])
    var report = Report(asJSON: arguments.contains("--json"))
    for group in results.first?.tableValue?.array ?? [] {
      report.add(
        (group.tableValue?.array ?? []).compactMap { member in
          guard let pair = member.tableValue?.array, let name = pair.first?.stringValue else { return nil }
          return (name, (pair.last?.tableValue?.array ?? []).compactMap(\.numberValue))
        })
    }
    if !only.isEmpty { return }
    report.add(try await callsIntoLua(vm, calls / 50, rounds))
    report.add(try states(max(calls / 10_000, 10), rounds))
  }

  /// Swift calls a Lua function and awaits it.
  static func callsIntoLua(_ vm: LuaVM, _ count: Int, _ rounds: Int) async throws -> [(String, [Double])] {
    guard let function = try await vm.run(Array("return function(x) return x end".utf8), name: "f").first?.functionValue
    else { return [] }
    var times: [Double] = []
    for _ in 0..<rounds {
      let start = ContinuousClock.now
      for _ in 0..<count { _ = try await function.call([1]) }
      times.append(nanoseconds(since: start) / Double(count))
    }
    return [("Swift calls Lua, awaited", times)]
  }

  /// Opening and closing.
  static func states(_ count: Int, _ rounds: Int) throws -> [(String, [Double])] {
    let bare = LuaVM.Configuration()
    let withTasks = LuaVM.Configuration(modules: [TaskModule.module])
    let cases: [(String, () throws -> Void)] = [
      ("plain C state with libraries", { _ = LuaVM.makePlainState() }),
      ("VM, bare", { _ = try LuaVM(bare) }),
      ("VM with the task module", { _ = try LuaVM(withTasks) }),
    ]
    var times = cases.map { ($0.0, [Double]()) }
    for round in -1..<rounds {
      for (index, (_, body)) in cases.enumerated() {
        let start = ContinuousClock.now
        for _ in 0..<count { try body() }
        if round >= 0 { times[index].1.append(nanoseconds(since: start) / Double(count)) }
      }
    }
    return times
  }

  static func nanoseconds(since start: ContinuousClock.Instant) -> Double {
    let passed = (ContinuousClock.now - start).components
    return Double(passed.seconds) * 1e9 + Double(passed.attoseconds) / 1e9
  }
}
