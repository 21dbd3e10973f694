import Testing

@testable import LuaHost

@Suite("Values cross both ways")
struct ValueTests {
  @Test(
    "A value survives the way into Lua and back",
    arguments: [
      LuaValue.nil, true, false, 0, 42, .integer(.min), .integer(.max), 1.5, .number(.infinity), .number(-0.0), "",
      "text", .string(LuaString(bytes: [0, 255, 10, 0])), .list([]), .list([1, "two", .list([3])]),
      .record([("a", 1), ("b", .record([("c", true)]))]),
      .table(LuaTable(array: [1], entries: [(key: 10, value: "ten"), (key: "x", value: 1.5)])),
    ])
  func roundTrip(value: LuaValue) async throws {
    #expect(try await Bench().run("return ...", arguments: [value]) == [value])
    #expect(try await Bench().run("return require 'shop'.echo(...)", arguments: [value, value]) == [value, value])
  }

  @Test("Integers stay integers and floats stay floats")
  func numbers() async throws {
    let values = try await Bench().run("return math.type((...)), math.type((select(2, ...)))", arguments: [3, 3.0])
    #expect(values == ["integer", "float"])
    #expect(try await Bench().run("return 3, 3.0, 2^53") == [3, 3.0, 9007199254740992.0])
  }

  @Test("A table with a gap keeps everything: the array part ends at the gap")
  func gap() async throws {
    guard case .table(let table)? = try await Bench().run("return {1, 2, nil, 4, n = 4}").first else {
      return #expect(Bool(false))
    }
    #expect(table.array.count + table.entries.count == 4)
    #expect(table[key: 4] == 4 && table["n"] == 4)
  }

  @Test("Entries come sorted: numbers, then strings by their bytes")
  func sorted() async throws {
    let table = try await Bench().run("return {b = 1, a = 2, [2.5] = 3, [-1] = 4, c = 5}").first?.tableValue
    #expect(table?.entries.map(\.key) == [-1, 2.5, "a", "b", "c"])
  }

  @Test("Strings of 10 MB cross byte for byte")
  func longString() async throws {
    let bytes = (0..<10_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let back = try await Bench().run("return require 'shop'.echo(...)", arguments: [.string(LuaString(bytes: bytes))])
    #expect(back.first?.bytesValue == bytes)
  }

  @Test("Results of a script include nils in the middle")
  func nils() async throws {
    #expect(try await Bench().run("return nil, 1, nil") == [.nil, 1, .nil])
  }

  @Test("A function comes out as a callback that can be called again and again")
  func callback() async throws {
    let bench = try Bench()
    let function = try await bench.run("local n = 0; return function(d) n = n + d; return n, 'x' end").first?
      .functionValue
    #expect(try await function?.call([2]) == [2, "x"])
    #expect(try await function?.call([3]) == [5, "x"])
  }

  @Test("A function that Swift holds goes back as the same function")
  func sameFunction() async throws {
    let bench = try Bench()
    let values = try await bench.run("local f = function() end; return f == require 'shop'.echo(f)")
    #expect(values == [true])
  }

  @Test("Functions are let go in the VM after their last reference went")
  func releasedFunction() async throws {
    let bench = try Bench()
    try await bench.run(
      "local big = string.rep('x', 2000000); require 'shop'.keep(function() return big end)")
    let held = await bench.vm.memoryUsed
    bench.shelf.functions.withLock { $0.removeAll() }
    try await bench.run("collectgarbage()")
    #expect(await bench.vm.memoryUsed < held - 1_500_000)
  }

  @Test("A function of a closed VM and a function of another VM are clear errors")
  func foreignFunction() async throws {
    let function = try await Bench().run("return function() end").first?.functionValue
    let other = try Bench()
    await #expect(throws: LuaError.self) { try await function?.call() }
    let error = await #expect(throws: (any Error).self) {
      try await other.run("return ...", arguments: [function.map { .function($0) } ?? .nil])
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("another Lua VM"))
  }

  @Test("Globals can be set and read from Swift")
  func globals() async throws {
    let bench = try Bench()
    try await bench.vm.setGlobal("config", .record([("n", 7)]))
    #expect(try await bench.run("config.n = config.n + 1; answer = config.n; return answer") == [8])
    #expect(try await bench.vm.global("answer") == 8)
    #expect(try await bench.vm.global("missing") == .nil)
  }

  @Test("Tables compare by content, whatever the order of entries")
  func equality() {
    let left = LuaTable(fields: [("a", 1), ("b", 2)])
    #expect(left == LuaTable(fields: [("b", 2), ("a", 1)]))
    #expect(left != LuaTable(fields: [("a", 1), ("b", 3)]))
  }

  @Test(
    "Durations are read from text and numbers",
    arguments: [
      ("90s", 90.0), ("1h30m", 5400), ("4h", 14400), ("250ms", 0.25), ("1.5h", 5400), ("2d", 172800), ("7", 7),
      ("1m 5s", 65),
    ])
  func durations(text: String, seconds: Double) {
    #expect(LuaDuration.parse(text) == .nanoseconds(Int64(seconds * 1e9)))
  }

  @Test(
    "What is no duration is refused", arguments: ["", "s", "5x", "-3s", "1h-2m", "h1", "1..5s", "nan", "inf", "1e99d"])
  func noDurations(text: String) { #expect(LuaDuration.parse(text) == nil) }

  @Test(
    "Sizes are read from text",
    arguments: [
      ("40GB", 40 << 30), ("512 MiB", 512 << 20), ("1TB", 1 << 40), ("10", 10), ("1.5k", 1536), ("0", 0),
    ] as [(String, UInt64)])
  func sizes(text: String, bytes: UInt64) { #expect(LuaSize.parse(text) == bytes) }

  @Test("What is no size is refused", arguments: ["", "GB", "-1GB", "5PB", "x", "1.5.5k", "99999999999TB"])
  func noSizes(text: String) { #expect(LuaSize.parse(text) == nil) }
}
