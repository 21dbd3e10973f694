import LuaHost
import Synchronization

/// What scripts call while they are measured: the same functions typed and declared.
enum Subject {
  /// A counter with a field, typed.
  final class Counter: HostObject {
    let value = Mutex<Int64>(0)

    func add(_ n: Int64) -> Int64 {
      value.withLock { value in
        value &+= n
        return value
      }
    }

    static let typeName = "bench.Counter"
    static let objectType = ObjectType(
      typeName, "A counter.",
      fields: [.typed("value", "The sum.") { (counter: Counter) in counter.value.withLock { $0 } }],
      methods: [
        .typed("counter:add", "Adds.", parameters: [("n", "")], since: "0.1") { (counter: Counter, n: Int64) in
          counter.add(n)
        },
        HostFunction("counter:declared_add", "Adds.", parameters: [HostParameter("n", .integer, "")], since: "0.1") {
          [.integer(try $0.receiver(as: Counter.self).add($0.integer(0) ?? 0))]
        },
      ])
  }

  /// A counter without fields.
  final class Bare: HostObject {
    let counter = Counter()

    static let typeName = "bench.Bare"
    static let objectType = ObjectType(
      typeName, "A counter without fields.",
      methods: [
        .typed("bare:add", "Adds.", parameters: [("n", "")], since: "0.1") { (bare: Bare, n: Int64) in
          bare.counter.add(n)
        }
      ])
  }

  struct Failure: ScriptError {
    let scriptMessage: String
    var scriptFields: [(String, LuaValue)] { [("kind", "bench")] }
  }

  static let module = HostModule(
    "bench", "Functions to measure.",
    functions: [
      .typed("bench.add", "", parameters: [("a", ""), ("b", "")], since: "0.1") { (a: Int64, b: Int64) in a &+ b },
      .typed("bench.add3", "", parameters: [("a", ""), ("b", ""), ("c", "")], since: "0.1") {
        (a: Int64, b: Int64, c: Int64) in a &+ b &+ c
      },
      .typed("bench.echo", "", parameters: [("s", "")], since: "0.1") { (s: LuaString) in s },
      .typed("bench.echo_text", "", parameters: [("s", "")], since: "0.1") { (s: String) in s },
      .typed("bench.copy", "", parameters: [("t", "")], since: "0.1") { (t: [Int64]) in t },
      .typed("bench.fail", "", parameters: [("s", "")], since: "0.1") { (s: String) in throw Failure(scriptMessage: s)
      },
      .typed("bench.counter", "", since: "0.1") { Counter() },
      .typed("bench.bare_counter", "", since: "0.1") { Bare() },
      HostFunction(
        "bench.declared_add", "",
        parameters: [HostParameter("a", .integer, ""), HostParameter("b", .integer, "")], since: "0.1"
      ) { [.integer(($0.integer(0) ?? 0) &+ ($0.integer(1) ?? 0))] },
      HostFunction("bench.declared_echo", "", parameters: [HostParameter("s", .string, "")], since: "0.1") { [$0[0]] },
      HostFunction("bench.declared_copy", "", parameters: [HostParameter("t", .table, "")], since: "0.1") { [$0[0]] },
      .waiting("bench.wait", "Waits for nothing.", since: "0.1") { _ in [] },
    ],
    types: [Counter.objectType, Bare.objectType])
}
