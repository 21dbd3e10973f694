import Testing

@testable import LuaHost

/// Every way to spin, ended by every means, with the timer, with counting and with both.
@Suite("Whatever a script does, its limits end it", .serialized)
struct KillTests {
  /// How a script is ended.
  enum Means: CaseIterable, Sendable {
    case instructions, burstInstructions, runningTime, burstTime

    var kind: LuaLimits.Kind {
      switch self {
      case .instructions: .instructions
      case .burstInstructions: .burstInstructions
      case .runningTime: .runningTime
      case .burstTime: .burstTime
      }
    }

    var limits: LuaLimits {
      switch self {
      case .instructions: LuaLimits(memory: 64 << 20, instructions: 300_000)
      case .burstInstructions: LuaLimits(memory: 64 << 20, burstInstructions: 300_000)
      case .runningTime: LuaLimits(memory: 64 << 20, runningTime: .milliseconds(12))
      case .burstTime: LuaLimits(memory: 64 << 20, burstTime: .milliseconds(12))
      }
    }

    /// What is left when the script is one that waits again and again.
    var isCumulative: Bool { self == .instructions || self == .runningTime }
  }

  /// These begin a new burst with each wait, or wait for good: only a cumulative limit or a cancellation ends them.
  static func waits(_ text: String) -> Bool {
    text.contains("shop.wait") || text.contains("task.") || text.contains(".each(") || text.contains("'task'")
  }

  static let attacks =
    CancelTests.spinners.filter { !waits($0) } + [
      "goto a ::a:: while true do goto a end",
      "local function f() return f() end f()",
      "while true do pcall(function() local function f() return 1 + f() end f() end) end",
      "while true do xpcall(error, function() error() end) end",
      "local function h() xpcall(error, h) end while true do h() end",
      "while true do pcall(coroutine.wrap(function() xpcall(error, function() while true do end end) end)) end",
      "local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k] end while true do pcall(function() return t.x end) end",
      "local t = setmetatable({}, {__lt = function() while true do end end}) return t < t",
      "local t = setmetatable({}, {__le = function(a, b) return a <= b end}) while true do pcall(function() return t <= t end) end",
      "local t = setmetatable({}, {__call = function(self) return self() end}) t()",
      "local t = setmetatable({}, {__newindex = function(t, k, v) t[k .. 'x'] = v end}) while true do pcall(function() t.x = 1 end) end",
      "local t = setmetatable({}, {__unm = function(t) return -t end}) while true do pcall(function() return -t end) end",
      "while true do coroutine.wrap(function() return 1 end)() end",
      "while true do coroutine.resume(coroutine.create(pcall), error) end",
      "load(math.random)",
      "load(function() return ' ' end)",
      "load(function() while true do end end)",
      "while true do load(function() error('x') end) end",
      "while true do load(('x = 1 '):rep(1e5)) end",
      "while true do pcall(load, ('x = 1 '):rep(1e6)) end",
      "local co = coroutine.create(function() local c <close> = setmetatable({}, {__close = function() while true do end end}) coroutine.yield() end) coroutine.resume(co) coroutine.close(co)",
      "local co = coroutine.wrap(function() local c <close> = setmetatable({}, {__close = function() while true do end end}) error('x') end) while true do pcall(co) end",
      "local function loop() local c <close> = setmetatable({}, {__close = function() loop() end}) error('x') end while true do pcall(loop) end",
      "local function again() local c <close> = setmetatable({}, {__close = again}) error('x') end again() while true do end",
      "while true do pcall(require, 'nothing') end",
      "while true do pcall(setmetatable, {}, {__gc = function() end}) end",
      "local t = {} while true do pcall(function() while true do t[#t + 1] = ('x'):rep(1000) .. #t end end) end",
      "local s = 'x' while true do pcall(function() while true do s = s .. s end end) end",
      "while true do collectgarbage() end",
      "for i = 1, math.huge do local t = {} for j = 1, 100 do t[j] = {} end end",
      "local t = {} for i = 1, 1e4 do t[i] = i end while true do table.sort(t, function(a, b) return a > b end) end",
      "while true do pcall(table.sort, {3, 2, 1}, function() error() end) end",
      "while true do for k in pairs(_G) do end end",
      "while true do for k in string.gmatch('a b c', '%a') do end end",
      "while true do tostring(setmetatable({}, {__name = 'x'})) end",
      "while true do pcall(print, setmetatable({}, {__tostring = function() error('x') end})) end",
      "while true do debug.traceback('x', 1) end",
      "while true do pcall(string.rep, 'x', 1 << 24) end",
      "while true do string.rep('', 1 << 62) end",
      "local s = ('x'):rep(1 << 20) while true do s:reverse() end",
      "local co = coroutine.wrap(function() while true do pcall(coroutine.yield) end end) while true do co() end",
      "local function gen() for i = 1, 10 do coroutine.yield(i) end return gen() end for _ in coroutine.wrap(gen) do end",
      "while true do pcall(coroutine.wrap(function() table.sort({2, 1}, function() coroutine.yield() end) end)) end",
    ]

  static let waiting =
    CancelTests.spinners.filter { waits($0) && !$0.contains("1e6") } + [
      "local shop = require 'shop' while true do shop.wait() for i = 1, 1000 do end end",
      "local task = require 'task' while true do task.spawn(function() for i = 1, 1000 do end end):await() end",
      "local task = require 'task' while true do pcall(task.map, {1, 2}, function() error('x') end) end",
    ]

  private func check(_ text: String, _ means: Means, counting: Bool) async throws {
    let bench = try Bench {
      $0.limits = means.limits
      $0.countsInstructions = counting
    }
    let error = try await bench.failure(text)
    #expect(error.kind == .limit(means.kind), "\(error)")
    #expect(error.message == means.limits.exhausted(means.kind))
    #expect(try await bench.run("return 1 + 1") == [2])
  }

  @Test("Each limit ends each attack, and the VM stays usable", arguments: attacks, Means.allCases)
  func attack(text: String, means: Means) async throws { try await check(text, means, counting: false) }

  @Test("The same without a timer", arguments: attacks, Means.allCases)
  func countingAttack(text: String, means: Means) async throws { try await check(text, means, counting: true) }

  @Test(
    "Those that wait again and again are ended by what counts over the whole run", arguments: waiting,
    Means.allCases.filter(\.isCumulative))
  func waitingAttack(text: String, means: Means) async throws {
    try await check(text, means, counting: false)
    try await check(text, means, counting: true)
  }

  @Test("The attacks can be cancelled, too", arguments: attacks)
  func cancelled(text: String) async throws {
    let bench = try Bench { $0.limits.memory = 64 << 20 }
    let work = Task { try await bench.run(text) }
    try await Task.sleep(for: .milliseconds(15))
    work.cancel()
    let error = await #expect(throws: LuaError.self) { try await work.value }
    #expect(error?.kind == .cancelled, "\(String(describing: error))")
    #expect(try await bench.run("return 1 + 1") == [2])
  }
}
