import Foundation
@_spi(Measurement) import LuaHost
import Synchronization

/// Measures calls from Lua: plain C functions first, then Swift ones, in the same state and the same run.
@main
enum HostCall {
  final class Counter: Sendable {
    let value = Mutex<Int64>(0)
  }

  static let counterType = ObjectType(
    "bench.Counter", "A counter.",
    fields: [.of(Counter.self, "value", .integer, "The sum.") { .integer($0.value.withLock { $0 }) }],
    methods: [
      HostFunction("counter:add", "Adds.", parameters: [HostParameter("n", .integer, "")], since: "0.1") { arguments in
        let n = arguments.integer(0) ?? 0
        let sum = try arguments.receiver(as: Counter.self).value.withLock { value in
          value &+= n
          return value
        }
        return [.integer(sum)]
      }
    ])

  static let module = HostModule(
    "bench", "Functions to measure.",
    functions: [
      .typed("bench.add", "Adds.", parameters: [("a", ""), ("b", "")], since: "0.1") { (a: Int64, b: Int64) in a &+ b },
      .typed("bench.add3", "Adds.", parameters: [("a", ""), ("b", ""), ("c", "")], since: "0.1") {
        (a: Int64, b: Int64, c: Int64) in a &+ b &+ c
      },
      .typed("bench.echo", "Gives a text back.", parameters: [("s", "")], since: "0.1") { (s: LuaString) in s },
      HostFunction(
        "bench.declared_add", "Adds.",
        parameters: [HostParameter("a", .integer, ""), HostParameter("b", .integer, "")], since: "0.1"
      ) { [.integer(($0.integer(0) ?? 0) &+ ($0.integer(1) ?? 0))] },
      HostFunction(
        "bench.declared_echo", "Gives a text back.", parameters: [HostParameter("s", .string, "")], since: "0.1"
      ) { [$0[0]] },
      HostFunction("bench.copy", "Gives a table back.", parameters: [HostParameter("t", .table, "")], since: "0.1") {
        [$0[0]]
      },
      HostFunction("bench.counter", "Makes a counter.", since: "0.1") { _ in
        [.object(LuaObject(Counter(), type: counterType))]
      },
      .waiting("bench.wait", "Waits for nothing.", since: "0.1") { _ in [] },
    ],
    types: [counterType])

  static let script = """
    local plain, bench = require "plain", require "bench"
    local counter = bench.counter()
    local text, list = ("x"):rep(21), {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
    local function time(n, body)
      body(n // 20)
      local best = math.huge
      for _ = 1, 5 do
        local start = os.clock()
        body(n)
        best = math.min(best, (os.clock() - start) / n * 1e9)
      end
      return best
    end
    local N = ...
    local results = {}
    local function case(name, baseline, n, body) results[#results + 1] = {name, baseline, time(n, body)} end
    case("empty loop", "", N, function(n) for i = 1, n do end end)
    case("plain C add(int, int)", "", N, function(n) local f = plain.add for i = 1, n do f(i, 2) end end)
    case("typed Swift add(int, int)", "plain C add(int, int)", N, function(n) local f = bench.add for i = 1, n do f(i, 2) end end)
    case("typed Swift, parameter pack of three", "plain C add(int, int)", N, function(n) local f = bench.add3 for i = 1, n do f(i, 2, 3) end end)
    case("declared Swift add(int, int)", "plain C add(int, int)", N // 4, function(n) local f = bench.declared_add for i = 1, n do f(i, 2) end end)
    case("plain C echo(21 bytes)", "", N, function(n) local f = plain.echo for i = 1, n do f(text) end end)
    case("typed Swift echo(21 bytes)", "plain C echo(21 bytes)", N, function(n) local f = bench.echo for i = 1, n do f(text) end end)
    case("declared Swift echo(21 bytes)", "plain C echo(21 bytes)", N // 4, function(n) local f = bench.declared_echo for i = 1, n do f(text) end end)
    case("plain C copy(table of 10)", "", N // 8, function(n) local f = plain.copy for i = 1, n do f(list) end end)
    case("declared Swift copy(table of 10)", "plain C copy(table of 10)", N // 8, function(n) local f = bench.copy for i = 1, n do f(list) end end)
    case("method counter:add(int)", "plain C add(int, int)", N // 4, function(n) for i = 1, n do counter:add(i) end end)
    case("field counter.value", "plain C add(int, int)", N // 4, function(n) for i = 1, n do local v = counter.value end end)
    case("waiting call, answered at once", "plain C add(int, int)", N // 100, function(n) local f = bench.wait for i = 1, n do f() end end)
    return results
    """

  static func main() async throws {
    let count = CommandLine.arguments.dropFirst().first.flatMap { Int64($0) } ?? 2_000_000
    for counting in [false, true] {
      var configuration = LuaVM.Configuration(modules: [module])
      configuration.countsInstructions = counting
      let vm = try LuaVM(configuration)
      try await vm.addBaseline(module: "plain")
      print(counting ? "\ninstructions counted by a permanent hook" : "interrupted by the slice timer (default)")
      let results = try await vm.run(Array(script.utf8), name: "hostcall.lua", arguments: [.integer(count)])
      report(results.first?.tableValue?.array ?? [])
    }
  }

  static func report(_ results: [LuaValue]) {
    var times: [String: Double] = [:]
    for result in results {
      guard let row = result.tableValue?.array, let name = row[0].stringValue, let time = row[2].numberValue,
        let baseline = row[1].stringValue
      else { continue }
      times[name] = time
      let ratio = times[baseline].map { String(format: "%6.2fx  of %@", time / $0, baseline) } ?? ""
      print("  " + name.padding(toLength: 38, withPad: " ", startingAt: 0) + String(format: "%9.1f ns  ", time) + ratio)
    }
  }
}
