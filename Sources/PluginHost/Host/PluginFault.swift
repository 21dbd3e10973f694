import LuaHost
import ScriptAPI

/// A call of a plugin that failed: an error of its Lua, a limit, or a result that makes no sense.
struct PluginFault: ScriptError {
  let plugin: String
  /// The hook, source or command.
  let call: String
  let reason: String
  let hint: String?

  init(plugin: String, call: String, reason: String, hint: String? = nil) {
    self.plugin = plugin
    self.call = call
    self.reason = PluginText.line(reason)
    self.hint = hint.map { PluginText.line($0) }
  }

  init(plugin: String, call: String, error: any Error, limits: PluginLimits) {
    var (reason, hint) = ("\(error)", String?.none)
    switch error {
    case let fault as PluginFault: (reason, hint) = (fault.reason, fault.hint)
    case is Deadline.Passed:
      reason = "it took longer than \(limits.time.inSeconds.formatted()) s"
      hint = "more is given with limits, time in slipway.yaml"
    case let error as LuaError:
      reason = error.description
      if let failure = error.underlying as? ScriptFailure { hint = failure.hint }
      switch error.kind {
      case .exit: reason = "it called os.exit"
      case .limit, .memory: hint = "more is given under limits in slipway.yaml"
      default: break
      }
    case let failure as any ScriptError: reason = failure.scriptMessage
    default: break
    }
    self.init(plugin: plugin, call: call, reason: reason, hint: hint)
  }

  var scriptMessage: String { "the plugin '\(plugin)' failed in \(call): \(reason)" }
  var scriptFields: [(String, LuaValue)] { ScriptFailure(kind: "plugin", scriptMessage, hint: hint).scriptFields }
}
