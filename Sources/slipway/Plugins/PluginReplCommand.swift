import PluginHost
import Workbench

/// `.plugins` in the REPL.
enum PluginReplCommand {
  static func make(_ session: PluginSession?) -> Workbench.ReplCommand {
    Workbench.ReplCommand([".plugins"], "the loaded plugins; `.plugins reload` loads them anew") { argument, console in
      guard let session else {
        console.note("No plugins are loaded: slipway.yaml names none.")
        return .goOn
      }
      switch argument {
      case "reload": await session.reload()
      case "":
        for plugin in session.host.overview {
          console.note(
            "\(plugin.name) \(plugin.version): \(plugin.hooks.isEmpty ? "no hooks" : plugin.hooks.joined(separator: ", "))"
          )
        }
      default: console.note("`.plugins` takes nothing or `reload`, got '\(DisplayText.harmless(argument))'.")
      }
      return .goOn
    }
  }
}
