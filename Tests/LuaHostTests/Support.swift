import Foundation
import Synchronization
import Testing

@testable import LuaHost

/// Collects what scripts print.
final class Output: Sendable {
  private let bytes = Mutex<[UInt8]>([])
  func write(_ more: [UInt8]) { bytes.withLock { $0 += more } }
  var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}

/// A clock that stands still until nothing happens any more, and then goes on to the next deadline.
final class FakeClock: LuaClock {
  private struct Sleeper {
    let due: Duration
    let continuation: CheckedContinuation<Void, any Error>
  }
  private struct Contents {
    var now = Duration.zero
    var sleepers: [Int: Sleeper] = [:]
    var next = 0
  }
  private let contents = Mutex(Contents())

  var now: Duration { contents.withLock { $0.now } }
  /// How many sleeps are under way.
  var sleeperCount: Int { contents.withLock { $0.sleepers.count } }

  func sleep(until due: Duration) async throws {
    let id = contents.withLock { contents in
      contents.next += 1
      return contents.next
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        contents.withLock { contents in
          if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
          contents.sleepers[id] = Sleeper(due: due, continuation: continuation)
        }
      }
    } onCancel: {
      contents.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
    }
  }

  /// Wakes the earliest sleeper whenever the VM rests, until `isDone`.
  func run(for vm: LuaVM, until isDone: @Sendable () -> Bool) async {
    while !isDone() {
      try? await Task.sleep(for: .microseconds(200))
      let before = contents.withLock { $0.sleepers.keys.max() }
      guard let before, await vm.isResting else { continue }
      let sleeper = contents.withLock { contents -> Sleeper? in
        // Another one that came meanwhile may be due earlier: the VM has gone on.
        guard contents.sleepers.keys.max() == before,
          let first = contents.sleepers.min(by: { ($0.value.due, $0.key) < ($1.value.due, $1.key) })
        else { return nil }
        contents.now = max(contents.now, first.value.due)
        return contents.sleepers.removeValue(forKey: first.key)
      }
      sleeper?.continuation.resume()
      while sleeper != nil, await vm.isResting, sleeperCount == 0, !isDone() { await Task.yield() }
    }
  }
}

/// A clock on which every time has come already.
struct InstantClock: LuaClock {
  var now: Duration { .zero }
  func sleep(until due: Duration) async throws { await Task.yield() }
}

final class Point: HostObject {
  static let typeName = "shop.Point"
  static var objectType: ObjectType { Shop.point }
  let x: Mutex<Int64>
  let label: String
  init(_ x: Int64, _ label: String = "p") {
    self.x = Mutex(x)
    self.label = label
  }
}

/// Counts downwards; `next` waits.
final class Countdown: Sendable {
  let left: Mutex<Int64>
  init(_ from: Int64) { left = Mutex(from) }
}

struct ShopError: ScriptError {
  var code: String
  var scriptMessage: String { "the shop is closed" }
  var scriptFields: [(String, LuaValue)] { [("kind", "shop"), ("code", .string(code)), ("retryable", true)] }
}

struct PlainError: Error, CustomStringConvertible {
  var description: String { "plain trouble" }
}

enum Colour: String, CaseIterable, HostConvertible {
  case red, green
}

/// A number that the declaration knows as an integer but that holds less.
struct Small: HostConvertible {
  var value: Int8
  static var luaType: LuaType { .integer }
  static func read(_ reader: inout HostReader) -> Small? {
    Int64.read(&reader).flatMap { Int8(exactly: $0) }.map { Small(value: $0) }
  }
  func write(to writer: HostWriter) throws { try writer.write(Int64(value)) }
}

/// How many Swift objects the calling VM holds, as an argument that needs none.
struct Held: HostConvertible {
  var count: Int
  static var luaType: LuaType { .any }
  static var isOptional: Bool { true }
  static func read(_ reader: inout HostReader) -> Held? {
    Held(count: Unmanaged<VMState>.fromOpaque(reader.context).takeUnretainedValue().slots.count)
  }
  func write(to writer: HostWriter) throws { try writer.write(count) }
}

/// Keeps Lua functions and arguments over the end of a call.
final class Shelf: Sendable {
  let arguments = Mutex<[HostArguments]>([])
  let functions = Mutex<[LuaFunction]>([])
}

enum Shop {
  static let point = ObjectType(
    "shop.Point", "A point.",
    fields: [
      .of(
        Point.self, "x", .integer, "Position.", get: { .integer($0.x.withLock { $0 }) },
        set: { point, value in point.x.withLock { $0 = value.integerValue ?? 0 } }),
      .typed("label", "Name.") { (point: Point) in point.label },
    ],
    methods: [
      .typed("point:moved", "A point further on.", parameters: [("by", "how far")], since: "0.1") {
        (point: Point, by: Int64) in Point(point.x.withLock { $0 } + by, point.label)
      },
      HostFunction(
        "point:add", "Adds.", parameters: [HostParameter("n", .integer, "")], since: "0.1"
      ) { arguments in
        let point = try arguments.receiver(as: Point.self)
        return [.integer(point.x.withLock { $0 + (arguments.integer(0) ?? 0) })]
      },
      .waiting("point:later", "Waits, then answers.", since: "0.1") { arguments in
        await Task.yield()
        return [.integer(try arguments.receiver(as: Point.self).x.withLock { $0 })]
      },
    ],
    description: { "point \(($0 as? Point)?.label ?? "?")" }, length: { _ in 2 })

  static let countdown = ObjectType(
    "shop.Countdown", "Counts down.",
    call: .waiting("countdown", "Gives the next number.", since: "0.1") { arguments in
      await Task.yield()
      let left = try arguments.receiver(as: Countdown.self).left.withLock { left in
        left -= 1
        return left
      }
      return left < 0 ? [] : [.integer(left)]
    })

  static func module(shelf: Shelf = Shelf()) -> HostModule {
    HostModule(
      "shop", "Things to test with.",
      functions: [
        .typed("shop.add", "Adds.", parameters: [("a", ""), ("b", "")], since: "0.1") { (a: Int, b: Int) in a &+ b },
        .typed("shop.shout", "Text.", parameters: [("s", "")], since: "0.1") { (s: String) in s.uppercased() },
        .typed("shop.join", "Joins.", parameters: [("texts", ""), ("separator", "")], since: "0.1") {
          (texts: [String], separator: String?) in texts.joined(separator: separator ?? "")
        },
        .typed("shop.paint", "The other colour.", parameters: [("colour", "")], since: "0.1") { (colour: Colour) in
          colour == .red ? Colour.green : .red
        },
        .typed("shop.count", "Gives back.", parameters: [("map", "")], since: "0.1") { (map: [String: Double]) in map },
        .typed("shop.pick", "Picks.", parameters: [("table", ""), ("key", "")], since: "0.1") {
          (table: LuaTable, key: String) in table[key]
        },
        .typed("shop.origin", "A point.", parameters: [("label", "")], since: "0.1") { (s: String) in Point(0, s) },
        .typed("shop.small", "A small number.", parameters: [("n", "")], since: "0.1") { (n: Small) in n },
        .typed("shop.divide", "Divides.", parameters: [("a", ""), ("b", "")], since: "0.1") { (a: Int, b: Int) in
          LuaResults(b == 0 ? nil : Optional(a / b), b == 0 ? nil : Optional(a % b))
        },
        .typed("shop.seconds", "A duration.", parameters: [("d", "")], since: "0.1") { (d: Duration) in d },
        .typed("shop.objects", "How many objects scripts hold.", parameters: [("held", "")], since: "0.1") {
          (held: Held) in held.count
        },
        .typed("shop.nothing", "Returns nothing.", since: "0.1") { () in },
        HostFunction("shop.hold", "Keeps its arguments.", parameters: [.rest("...", .any, "")], since: "0.1") {
          arguments in
          shelf.arguments.withLock { $0.append(arguments) }
          return []
        },
        HostFunction(
          "shop.echo", "Gives back.", parameters: [.rest("...", .any, "")], since: "0.1"
        ) { $0.values },
        HostFunction(
          "shop.order", "Takes a record.",
          parameters: [
            HostParameter("name", .string, ""),
            HostParameter(
              "options",
              .record([
                HostParameter("timeout", .duration, "", optional: true),
                HostParameter("size", .size, "", optional: true),
                HostParameter("mode", .enumeration(["fast", "slow"]), "", optional: true),
                HostParameter("tags", .list(.string), "", optional: true),
                HostParameter("count", .integer, "", optional: true),
              ]), "", optional: true),
          ], since: "0.1"
        ) { arguments in
          let options = arguments[1].tableValue ?? LuaTable()
          return [
            options["timeout"].duration.map { .number(Double($0.components.seconds)) } ?? .nil,
            options["size"].size.map { .integer(Int64($0)) } ?? .nil, options["count"],
          ]
        },
        HostFunction(
          "shop.fail", "Throws.", parameters: [HostParameter("code", .string, "")], since: "0.1"
        ) { throw ShopError(code: $0.string(0) ?? "") },
        HostFunction("shop.fail_plain", "Throws.", since: "0.1") { _ in throw PlainError() },
        .waiting("shop.fail_later", "Waits and throws.", since: "0.1") { _ in
          await Task.yield()
          throw ShopError(code: "later")
        },
        .waiting(
          "shop.wait", "Waits and gives back.", parameters: [.rest("...", .any, "")], since: "0.1"
        ) { arguments in
          await Task.yield()
          return arguments.values
        },
        .waiting(
          "shop.each", "Calls back.",
          parameters: [HostParameter("list", .list(.any), ""), HostParameter("f", .function, "")], since: "0.1"
        ) { arguments in
          var results: [LuaValue] = []
          for item in arguments[0].tableValue?.array ?? [] {
            results.append(try await arguments.function(1)?.call([item]).first ?? .nil)
          }
          return [.list(results)]
        },
        HostFunction(
          "shop.point", "Makes a point.",
          parameters: [HostParameter("x", .integer, ""), HostParameter("label", .string, "", optional: true)],
          since: "0.1"
        ) { arguments in
          [.object(LuaObject(Point(arguments.integer(0) ?? 0, arguments.string(1) ?? "p"), type: point))]
        },
        HostFunction(
          "shop.countdown", "Counts.", parameters: [HostParameter("from", .integer, "")], since: "0.1"
        ) { [.object(LuaObject(Countdown($0.integer(0) ?? 0), type: countdown))] },
        HostFunction("shop.where", "The caller.", since: "0.1") { arguments in
          [.string("\(arguments.caller?.source ?? "?"):\(arguments.caller?.line ?? 0)")]
        },
        HostFunction(
          "shop.keep", "Keeps.", parameters: [HostParameter("f", .function, "")], since: "0.1"
        ) { arguments in
          if let function = arguments.function(0) { shelf.functions.withLock { $0.append(function) } }
          return []
        },
      ],
      types: [point, countdown],
      constants: [HostConstant("answer", 42, "The answer."), HostConstant("list", .list([1, 2, 3]), "A list.")])
  }
}

/// A VM with the test modules, and what it printed.
struct Bench {
  let vm: LuaVM
  let output = Output()
  let shelf = Shelf()
  let clock = FakeClock()

  init(_ change: (inout LuaVM.Configuration) -> Void = { _ in }) throws {
    let (output, clock) = (output, clock)
    var configuration = LuaVM.Configuration(
      modules: [Shop.module(shelf: shelf), TaskModule.module], output: { output.write($0) },
      clock: clock)
    change(&configuration)
    vm = try LuaVM(configuration)
  }

  @discardableResult
  func run(_ text: String, arguments: [LuaValue] = []) async throws -> [LuaValue] {
    try await vm.run(Array(text.utf8), name: "test.lua", arguments: arguments)
  }

  /// Runs while sleepers are woken in order.
  func runTimed(_ text: String) async throws -> [LuaValue] {
    let done = Mutex(false)
    let clock = clock
    async let waker: Void = clock.run(for: vm) { done.withLock { $0 } }
    let result: Result<[LuaValue], any Error>
    do { result = .success(try await run(text)) } catch { result = .failure(error) }
    done.withLock { $0 = true }
    await waker
    return try result.get()
  }

  /// The error a script ends with.
  func failure(_ text: String) async throws -> LuaError {
    do {
      let values = try await run(text)
      Issue.record("expected an error, got \(values)")
    } catch let error as LuaError { return error }
    return LuaError(kind: .runtime, message: "none")
  }

  /// The message of an error value that `pcall` caught.
  func caught(_ expression: String) async throws -> String? {
    try await run(
      """
      local shop, task = require "shop", require "task"
      local ok, e = pcall(function() \(expression) end)
      return not ok and tostring(e) or "no error"
      """
    ).first?.stringValue
  }
}
