import Synchronization

@testable import LuaHost

/// A list with every operator an object can answer.
final class Ledger: HostObject {
  static let typeName = "try.Ledger"
  static var objectType: ObjectType { SweepCase.ledger }
  let entries = Mutex<[Int64]>([])
  let owner = Mutex("nobody")
}

extension SweepCase {
  static let ledger: ObjectType = .init(
    "try.Ledger", "A list.",
    fields: [
      .typed(
        "owner", "Whose.", get: { (l: Ledger) in l.owner.withLock { $0 } },
        set: { l, name in l.owner.withLock { $0 = name } }),
      .of(Ledger.self, "sum", .integer, "The sum.") { l in .integer(l.entries.withLock { $0.reduce(0, +) }) },
      .of(Ledger.self, "all", .list(.integer), "All.") { l in .list(l.entries.withLock { $0.map { .integer($0) } }) },
      .of(Ledger.self, "self", .any, "Itself.") { l in .object(LuaObject(l, type: ledger)) },
    ],
    methods: [
      .typed("ledger:add", "Adds.", parameters: [("n", "")], since: "0.1") { (l: Ledger, n: Int64) in
        l.entries.withLock { $0.append(n) }
        return l
      },
      .waiting("ledger:save", "Waits.", since: "0.1") { arguments in
        let l = try arguments.receiver(as: Ledger.self)
        await Task.yield()
        return [.object(LuaObject(l, type: ledger))]
      },
    ],
    call: HostFunction("ledger", "The next.", since: "0.1") { arguments in
      let l = try arguments.receiver(as: Ledger.self)
      return l.entries.withLock { $0.isEmpty ? [] : [.integer($0.removeFirst())] }
    },
    description: { "ledger of \(($0 as? Ledger)?.entries.withLock { $0.count } ?? 0)" },
    length: { ($0 as? Ledger)?.entries.withLock { $0.count } ?? 0 },
    element: { object, index in
      guard let l = object as? Ledger else { return .nil }
      return l.entries.withLock { index >= 1 && index <= $0.count ? .integer($0[index - 1]) : .nil }
    }, elementType: .integer,
    lookUp: { object, name in
      guard let object = object as? Ledger, name == "secret" else { return nil }
      return .list([.string("a secret"), .object(LuaObject(object, type: ledger))])
    })

  /// One function for each form that a declaration can have.
  static let module = HostModule(
    "try", "Every form of a function.",
    functions: [
      .typed("try.zero", "0.", since: "0.1") { () in "none" },
      .typed("try.one", "1.", parameters: [("a", "")], since: "0.1") { (a: [Int]) in a.reversed() as [Int] },
      .typed("try.two", "2.", parameters: [("a", ""), ("b", "")], since: "0.1") { (a: String, b: String?) in
        a + (b ?? "")
      },
      .typed("try.three", "3.", parameters: [("a", ""), ("b", ""), ("c", "")], since: "0.1") {
        (a: Int, b: Double, c: Bool) in LuaResults(a, b, c)
      },
      .typed("try.four", "4.", parameters: [("a", ""), ("b", ""), ("c", ""), ("d", "")], since: "0.1") {
        (a: [String: Int], b: LuaTable, c: String, d: Colour) in
        LuaResults(a["x"], b["y"], c + d.rawValue)
      },
      .typed("try.five", "5.", parameters: [("a", ""), ("b", ""), ("c", ""), ("d", ""), ("e", "")], since: "0.1") {
        (a: String, b: Point, c: Ledger, d: Int?, e: Duration) in
        LuaResults("\(a)\(d ?? 0)\(e.components.seconds)", b, c)
      },
      .typed(
        "try.six", "6.", parameters: [("a", ""), ("b", ""), ("c", ""), ("d", ""), ("e", ""), ("f", "")], since: "0.1"
      ) { (a: Int, b: Int, c: Int, d: String, e: [String], f: LuaValue) in
        LuaResults(a + b + c, d + e.joined(), f)
      },
      .typed("try.ledger", "A list.", since: "0.1") { () in Ledger() },
      HostFunction("try.many", "Many results.", parameters: [HostParameter("n", .integer, "")], since: "0.1") {
        arguments in
        (0..<(arguments.integer(0) ?? 0)).map { .string("result \($0) of many, to be pushed") }
      },
      HostFunction("try.broken", "A result that cannot cross.", since: "0.1") { _ in
        [.object(LuaObject(Point(1), type: Shop.point)), .table(LuaTable(entries: [(.nil, 1)]))]
      },
      .waiting("try.relay", "Calls what calls.", parameters: [HostParameter("f", .function, "")], since: "0.1") {
        let f = $0.function(0)
        return try await f?.call([.list([1, 2]), .string("text")]) ?? []
      },
    ], types: [ledger], constants: [HostConstant("nested", .record([("list", .list([1, "two"]))]), "A table.")])
}
