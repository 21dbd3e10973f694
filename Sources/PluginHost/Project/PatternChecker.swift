import LuaHost

/// Decides whether texts match Lua patterns, inside a VM with limits: a pattern comes from a plugin and may be made to run for ever.
enum PatternChecker {
  private static let source = """
    local text, pattern = ...
    return (string.find(text, "^" .. pattern:gsub("^%^", ""):gsub("([^%%])%$$", "%1") .. "$")) ~= nil
    """

  static func problems(_ checks: [ConfigReader.PatternCheck]) async -> [PluginProblem] {
    if checks.isEmpty { return [] }
    var limits = LuaLimits.sandboxed
    limits.burstTime = .milliseconds(200)
    var configuration = LuaVM.Configuration(limits: limits, output: { _ in })
    configuration.sandbox = .sandboxed
    guard let vm = try? LuaVM(configuration) else { return checks.map(\.problem) }
    var problems: [PluginProblem] = []
    for check in checks {
      do {
        let values = try await vm.run(
          Array(source.utf8), name: "pattern", arguments: [.string(check.text), .string(check.pattern)])
        if values.first != .boolean(true) { problems.append(check.problem) }
      } catch {
        var problem = check.problem
        problem.message += "; the pattern itself failed: \((error as? LuaError)?.message ?? "\(error)")"
        problems.append(problem)
      }
    }
    await vm.close()
    return problems
  }
}
