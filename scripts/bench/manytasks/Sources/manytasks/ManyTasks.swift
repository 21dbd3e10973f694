import Glibc
import LuaHost

/// Runs many Lua tasks at the same time, each of which waits twice, and tells time and memory.
///
/// Arguments: how they wait (`sleep`, by the VM's timers; `host`, in a Swift function that waits), how many, seconds of each wait.
@main
struct ManyTasks {
  static let script = """
    local task, bench = require "task", require "bench"
    local how, count, seconds = ...
    local wait = how == "host" and bench.wait or task.sleep
    local tasks, sum = {}, 0
    for i = 1, count do tasks[i] = task.spawn(function() wait(seconds) wait(seconds) return i end) end
    for i = 1, count do sum = sum + tasks[i]:await() end
    assert(sum == count * (count + 1) // 2)
    """

  static let module = HostModule(
    "bench", "",
    functions: [
      .waiting("bench.wait", "", parameters: [HostParameter("duration", .duration, "")], since: "0.1") {
        try await Task.sleep(for: $0.duration(0) ?? .zero)
        return []
      }
    ])

  static func main() async throws {
    let how = CommandLine.arguments.dropFirst().first ?? "sleep"
    let count = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 10_000
    let seconds = CommandLine.arguments.dropFirst(3).first.flatMap { Double($0) } ?? 0.05
    let vm = try LuaVM(LuaVM.Configuration(modules: [TaskModule.module, module]))
    let start = ContinuousClock.now
    _ = try await vm.run(
      Array(script.utf8), name: "many.lua", arguments: [.string(how), .integer(Int64(count)), .number(seconds)])
    let time = ContinuousClock.now - start
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let milliseconds = Double(time.components.attoseconds) / 1e15 + Double(time.components.seconds) * 1000
    let cpu = Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000
      + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000
    print("\(Int(milliseconds.rounded())) \(Int(cpu.rounded())) \(usage.ru_maxrss / 1024)")
  }
}
