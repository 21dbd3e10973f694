import Foundation
import Testing

@testable import LuaHost

/// What C does for a script ends when it is cancelled or over a limit, wherever it was called from.
@Suite("String and table functions can neither be hung nor starve others")
struct LibraryAttackTests {
  /// Each would run for hours in Lua's own library.
  static let endless = [
    #"("a"):rep(5000):find((".-"):rep(25) .. "b")"#,
    #"("a"):rep(5000):match((".-"):rep(25) .. "b")"#,
    #"("a"):rep(5000):gsub((".-"):rep(25) .. "b", "")"#,
    #"for _ in ("a"):rep(5000):gmatch((".-"):rep(25) .. "b") do end"#,
    #"("a"):rep(3000):find(("a?"):rep(60) .. ("a"):rep(60) .. "b")"#,
    #"("a"):rep(100000):find("a*a*a*a*a*b")"#,
    #"("a"):rep(1000000):find("(a*)%1b")"#,
    #"("("):rep(1000000):gsub("%b()", "")"#,
    #"while true do string.packsize(("x"):rep(1 << 20)) end"#,
    #"table.move({}, 1, 1 << 62, 2)"#,
    #"table.move(setmetatable({}, {__index = type}), 1, 1 << 62, 2, setmetatable({}, {__newindex = rawequal}))"#,
    #"table.insert(setmetatable({}, {__len = function() return 1 << 62 end}), 1, 2)"#,
    #"table.remove(setmetatable({}, {__len = function() return 1 << 62 end}), 1)"#,
    #"table.concat(setmetatable({}, {__len = function() return 1 << 62 end, __index = type}), "", 1)"#,
    #"table.sort(setmetatable({}, {__len = function() return (1 << 31) - 2 end, __index = type, __newindex = rawequal}))"#,
    #"while true do table.unpack({}, 1, 900000) end"#,
    #"local s = ("x"):rep(1 << 24) while true do s:upper() s:reverse() s:sub(2) s:find("y", 1, true) end"#,
    #"local s = ("\0"):rep(1 << 24) while true do string.format("%q", s) end"#,
  ]

  /// Keys that meet in one slot once the table has twice as many: integers, floats that differ in their last bits only.
  @Test(
    "A table whose keys collide on purpose is not grown: one instruction would take a minute",
    arguments: [
      "local t = {} for i = 1, (1 << 18) + 1 do t[i * ((1 << 19) - 1)] = true end",
      "local t = {} for i = 1, (1 << 14) + 1 do t[1 + i * 2^-50] = true end",
    ])
  func floods(text: String) async throws {
    let bench = try Bench { $0.limits.memory = 256 << 20 }
    let error = try await bench.failure(text)
    #expect(error.kind == .memory, "\(error)")
    #expect(try await bench.run("return 7") == [7])
  }

  @Test("Large tables with ordinary keys are grown as ever")
  func largeTables() async throws {
    let bench = try Bench { $0.limits.memory = 512 << 20 }
    let values = try await bench.run(
      """
      local count = 0
      for _, key in ipairs {
        function(i) return -i end, function(i) return i * 1000000 end, function(i) return i << 32 end,
        function(i) return i + 0.5 end, function(i) return i / 7 end, function(i) return {} end,
        function(i) return "k" .. i end, function(i) return i * (1 << 15) end,
      } do
        local t = {}
        for i = 1, 70000 do t[key(i)] = i end
        for _ in pairs(t) do count = count + 1 end
      end
      return count
      """)
    #expect(values == [560_000])
  }

  @Test("What would work long without looking up is refused by its length")
  func lengths() async throws {
    let bench = try Bench()
    for (text, problem) in [
      ("os.date(('%c'):rep(1e5))", "bad argument #1 to 'date' (format too long)"),
      ("require(('x'):rep(1e5))", "bad argument #1 to 'require' (name too long)"),
    ] {
      #expect(try await bench.failure(text).message == problem)
    }
  }

  static let places = [
    "%s",
    "while true do pcall(function() %s end) end",
    "xpcall(function() error('x') end, function() %s end)",
    "string.gsub('x', 'x', function() %s end)",
    "table.sort({3, 2, 1}, function() %s end)",
    "coroutine.wrap(function() %s end)()",
    "do local x <close> = setmetatable({}, {__close = function() %s end}) end",
    "tostring(setmetatable({}, {__tostring = function() %s end}))",
    "load(function() %s end)",
  ]

  @Test("An instruction limit ends long work in C, and the error says which limit", arguments: endless)
  func limits(work: String) async throws {
    let bench = try Bench {
      $0.limits.memory = 256 << 20
      $0.limits.instructions = 3_000_000
    }
    let error = try await bench.failure(work)
    // A result that outgrows the memory first is as good an end.
    #expect(error.kind == .limit(.instructions) || error.kind == .memory, "\(error)")
    #expect(try await bench.run("return 7") == [7])
  }

  @Test("A runaway pattern is ended in every place it can be called from", arguments: places)
  func everywhere(place: String) async throws {
    let bench = try Bench { $0.limits.instructions = 3_000_000 }
    let text = place.replacingOccurrences(of: "%s", with: Self.endless[0])
    #expect(try await bench.failure(text).kind == .limit(.instructions))
    #expect(try await bench.run("return 7") == [7])
  }

  @Test("Long work in C is cancelled while it runs, in every place", arguments: places)
  func cancelled(place: String) async throws {
    let bench = try Bench()
    let text = "print('working'); " + place.replacingOccurrences(of: "%s", with: Self.endless[1])
    let work = Task { try await bench.run(text) }
    while bench.output.text.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
    work.cancel()
    let error = await #expect(throws: LuaError.self) { try await work.value }
    #expect(error?.kind == .cancelled)
    #expect(try await bench.run("return 7") == [7])
  }

  @Test("Other tasks go on while one is in a long match", arguments: [false, true])
  func turns(counting: Bool) async throws {
    let bench = try Bench { $0.countsInstructions = counting }
    // The match alone would take hours: the main task must get its turns to cancel it.
    let values = try await bench.run(
      """
      local task, shop = require "task", require "shop"
      local matchers = {
        function() return ("a"):rep(5000):find((".-"):rep(25) .. "b") end,
        function() return ("a"):rep(5000):gsub("[a-z]-" .. (".-"):rep(25) .. "b", "") end,
        function() for _ in ("a"):rep(5000):gmatch((".-"):rep(25) .. "b") do end end,
      }
      local turns = 0
      for _, matcher in ipairs(matchers) do
        local t = task.spawn(matcher)
        for i = 1, 3 do shop.wait() turns = turns + 1 end
        t:cancel()
        pcall(t.await, t)
      end
      return turns
      """)
    #expect(values == [9])
  }

  @Test("A match that took many turns ends as one that took none")
  func paused() async throws {
    let bench = try Bench { $0.countsInstructions = true }
    let values = try await bench.run(
      """
      local s = ("a"):rep(300)
      local task, shop = require "task", require "shop"
      local done = false
      local counter = task.spawn(function() local n = 0 while not done do n = n + 1 task.sleep(0) end return n end)
      local a = s:find(".-.-.-b")
      local b = {(s .. "bc"):match("(a-)(.-)(.-)(b)()c")}
      local long = ("[ab]-"):rep(3) .. ("x?"):rep(40) .. "(b)"
      local c = table.concat({(s .. "b"):gsub(long, "<%1>")}, " ")
      local d = (s .. "bab"):gsub("a-.-a-(b)", function(x) return x .. "!" end)
      local e = {}
      for x, y in (s .. "c" .. s .. "b"):gmatch("a-.-a-()([bc])") do e[#e + 1] = x .. y end
      done = true
      return a, #b[1] + #b[2] + #b[3], b[4], b[5], c, d, table.concat(e, " "), counter:await() > 3
      """)
    #expect(values == [.nil, 300, "b", 302, "<b> 1", "b!b!", "301c 602b", true])
  }

  @Test("What no script needs is refused at once, in words that say what")
  func refusals() async throws {
    let bench = try Bench()
    let refused = [
      ("('x'):rep(1 << 27)", "resulting string too large"), ("('x'):rep(1 << 62, 'y')", "resulting string too large"),
      ("string.pack('c100000000', '')", "too much padding"),
      ("string.unpack(('x'):rep(2 << 20), '')", "format too long"),
      ("string.find('a', ('x+'):rep(4 << 20))", "pattern too complex"),
      ("table.unpack({}, 1, 1 << 62)", "too many results to unpack"),
      ("table.move({}, -1, math.maxinteger, 2)", "too many elements to move"),
      ("table.sort(setmetatable({}, {__len = function() return 1 << 62 end}))", "array too big"),
    ]
    for (work, message) in refused {
      let caught = try await bench.caught(work)
      #expect(caught?.contains(message) == true, "\(work): \(caught ?? "nil")")
    }
  }
}
