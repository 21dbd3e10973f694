import LuaHost

/// Runs the same work under different ways of looking at scripts; prints the best time of each and its ratio to the first.
@main
struct HookCost {
  static let works: [(name: String, body: String)] = [
    ("empty loop", "for i = 1, 4000000 do end"),
    ("arithmetic", "local x = 0 for i = 1, 2000000 do x = (x * 31 + i) % 1000003 end"),
    ("mixed", mixed),
    ("strings", "for i = 1, 100000 do local s = ('%d:%s'):format(i, 'x') s = s:upper():sub(2, 5) .. i end"),
    ("tables", "for i = 1, 20000 do local t = {} for j = 1, 20 do t[j] = j end table.sort(t, nil) end"),
  ]

  /// Records made, filtered, sorted, joined: what workflows do.
  static let mixed = """
    local names = {"web", "db", "cache", "build"}
    for round = 1, 40 do
      local list = {}
      for i = 1, 400 do
        list[#list + 1] = {name = names[i % 4 + 1] .. "-" .. i, size = (i * 7919) % 211, tags = {"a", "b"}}
      end
      table.sort(list, function(a, b) return a.size < b.size end)
      local parts = {}
      for _, item in ipairs(list) do
        if item.size > 20 and item.name:find("^web") then parts[#parts + 1] = ("%s=%d"):format(item.name, item.size) end
      end
      local text = table.concat(parts, ",")
      local sum = 0
      for number in text:gmatch("=(%d+)") do sum = sum + tonumber(number) end
    end
    """

  static func main() async throws {
    let rounds = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 9
    let none = try LuaVM()
    let timed = try LuaVM(.init(limits: LuaLimits(runningTime: .seconds(3600), burstTime: .seconds(3600))))
    let counted = try LuaVM(.init(limits: LuaLimits(instructions: .max)))
    let machines = [("no limit", none), ("time", timed), ("instructions", counted)]
    print("work", machines.map(\.0).joined(separator: " "), separator: ": ms, ratio to no limit: ")
    for work in works {
      var best = [Double](repeating: .infinity, count: machines.count)
      for _ in 0..<rounds {
        for (index, machine) in machines.enumerated() {
          let start = ContinuousClock.now
          _ = try await machine.1.run(Array(work.body.utf8), name: work.name)
          let took = (ContinuousClock.now - start) / .milliseconds(1)
          best[index] = min(best[index], took)
        }
      }
      let columns = best.map { "\(rounded($0)) (\(rounded($0 / best[0]))x)" }
      print(work.name, columns.joined(separator: "  "), separator: ": ")
    }
  }

  static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
