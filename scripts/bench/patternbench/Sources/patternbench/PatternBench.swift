@_spi(Measurement) import LuaHost

/// Measures the pattern functions against Lua's own, in the same state and the same run.
@main
enum PatternBench {
  static let script = #"""
    local own, lua = string, require("baseline").string
    local percent = ...
    local text = "The quick brown fox jumps over the lazy dog; 42 times, since 2026-11-24 (a Tuesday).\n"
    text = lua.rep(text, 40)
    local csv = lua.rep("alpha,beta,gamma,,delta,12.5,epsilon", 30, ",")
    local log = "2026-11-24T08:36:05Z INFO  import[42]: uploaded part 17 of 120 (64.0 MiB in 1.25 s), retries=0"
    local cases = {
      {"trim", 1, function(s) return s.match("   some text to trim  ", "^%s*(.-)%s*$") end},
      {"key = value", 1, function(s) return s.match("min_disk = 40 GB", "^(%w+[%w_]*)%s*=%s*(.+)$") end},
      {"date", 1, function(s) return s.match("2026-11-24", "(%d+)-(%d+)-(%d+)") end},
      {"URL", 1,
        function(s) return s.match("https://ims.example.com:443/v2/cloudimages?limit=5", "^(%a+)://([^/:]+):?(%d*)(/.*)$") end},
      {"extension", 1, function(s) return s.match("/images/debian-12-genericcloud-amd64.qcow2", "%.([^.]+)$") end},
      {"image name", 1,
        function(s) return s.match("debian-12-genericcloud-amd64.qcow2", "^(.-)%-(%d+)%-(.*)%.qcow2$") end},
      {"number in a log line", 1, function(s) return s.find(log, "%d+%.%d+") end},
      {"pairs in a log line", 1, function(s) for k, v in s.gmatch(log, "(%w+)=(%w+)") do end end},
      {"brackets in a log line", 1, function(s) return s.match(log, "%[(%d+)%]") end},
      {"short plain find", 1, function(s) return s.find("a short text", "text", 1, true) end},
      {"short find, no match", 1, function(s) return s.find("a short text", "x%d") end},
      {"starts with", 1, function(s) return s.find("debian-12", "^debian") end},
      {"plain find in a text", 10, function(s) return s.find(text, "no such word here") end},
      {"words of a text", 200, function(s) for w in s.gmatch(text, "%a+") do end end},
      {"fields of a line", 50, function(s) for w in s.gmatch(csv, "[^,]+") do end end},
      {"lines of a text", 20, function(s) for w in s.gmatch(text, "([^\n]*)\n") do end end},
      {"lazy lines of a text", 20, function(s) for w in s.gmatch(text, "(.-)\n") do end end},
      {"replace blanks by text", 100, function(s) return s.gsub(text, "%s+", " ") end},
      {"replace by table", 30, function(s) return s.gsub(text, "[&<>();]", {["("] = "&#40;", [")"] = "&#41;"}) end},
      {"replace by function", 200, function(s) return s.gsub(text, "%w+", function(w) return w end) end},
      {"replace with captures", 50, function(s) return s.gsub(text, "(%w+) (%w+)", "%2 %1") end},
      {"balanced", 10, function(s) return s.gsub(text, "%b()", "") end},
      {"frontier", 100, function(s) return s.gsub(text, "%f[%a]%a", "X") end},
      {"escape", 50, function(s) return s.gsub(text, "[^%w ]", "%%%0") end},
      {"backtracking", 10000, function(s) return s.find(text, "(%w+) .* %1 zzz") end},
      {"back reference", 300, function(s) return s.find(text, "(%w)%1%1") end},
    }
    local sum, n = 0, 0
    for _, case in ipairs(cases) do
      local name, weight, f = case[1], case[2], case[3]
      local count = math.max(1000 * percent // weight, 1)
      local best = {math.huge, math.huge}
      for round = 1, 5 do
        for which, library in ipairs {own, lua} do
          local t = os.clock()
          for i = 1, count do f(library) end
          best[which] = math.min(best[which], os.clock() - t)
        end
      end
      local ratio = best[1] / best[2]
      sum, n = sum + math.log(ratio), n + 1
      print(lua.format("%-24s ours %9.1f ns   Lua's %9.1f ns   %.2f",
        name, best[1] / count * 1e9, best[2] / count * 1e9, ratio))
    end
    print(lua.format("geometric mean of the ratios %.2f", math.exp(sum / n)))
    """#

  static func main() async throws {
    let vm = try LuaVM(LuaVM.Configuration())
    try await vm.addBaseline(module: "baseline")
    let percent = CommandLine.arguments.dropFirst().first.flatMap { Int64($0) } ?? 100
    _ = try await vm.run(Array(script.utf8), name: "patterns.lua", arguments: [.integer(percent)])
  }
}
