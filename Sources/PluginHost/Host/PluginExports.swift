import LuaHost

/// The functions that a plugin's main file returned, compared with what its manifest declares.
struct PluginExports: Sendable {
  var hooks: [HookName: LuaFunction] = [:]
  var sources: [String: LuaFunction] = [:]
  var commands: [String: LuaFunction] = [:]
  var unload: LuaFunction?

  private static let unloadName = "on_unload"

  /// - Throws: ``PluginFailure`` with every difference.
  init(_ value: LuaValue, manifest: PluginManifest, place: String) throws {
    var problems: [PluginProblem] = []
    func note(_ message: String, hint: String? = nil) {
      problems.append(PluginProblem(place: place, message: message, hint: hint))
    }
    guard let table = value.tableValue else {
      note(
        "the plugin returned \(value.kindName), expected a table with its hooks",
        hint: "local M = {} … function M.on_validate(image, report) … end … return M")
      throw PluginFailure(problems)
    }
    for (name, value) in table.fields
    where name.hasPrefix("on_") || name.hasPrefix("before_") || name.hasPrefix("after_") {
      guard let function = value.functionValue else {
        note("'\(name.prefix(60))' is \(value.kindName), expected a function")
        continue
      }
      if name == Self.unloadName {
        unload = function
      } else if let hook = HookName(rawValue: name) {
        hooks[hook] = function
        if !manifest.hooks.contains(where: { $0.name == hook }) {
          note("the plugin has the hook '\(name)', which its manifest does not declare", hint: "add it under hooks")
        }
      } else {
        note(
          "there is no hook '\(name.prefix(60))'",
          hint: NodeReader.suggestion(name, HookName.allCases.map(\.rawValue) + [Self.unloadName]))
      }
    }
    for hook in manifest.hooks where hooks[hook.name] == nil && table[hook.name.rawValue].isNil {
      note("the manifest declares the hook '\(hook.name.rawValue)', which the plugin does not have")
    }
    sources = Self.functions(table["sources"], manifest.sources, "source", note)
    commands = Self.functions(table["commands"], manifest.commands, "command", note)
    guard problems.isEmpty else { throw PluginFailure(problems) }
  }

  private static func functions(
    _ value: LuaValue, _ declared: [PluginManifest.Export], _ what: String, _ note: (String, String?) -> Void
  ) -> [String: LuaFunction] {
    var functions: [String: LuaFunction] = [:]
    if !value.isNil, value.tableValue == nil {
      note("'\(what)s' is \(value.kindName), expected a table of functions", nil)
    }
    for (name, value) in value.tableValue?.fields ?? [] {
      guard let function = value.functionValue else {
        note("the \(what) '\(name.prefix(60))' is \(value.kindName), expected a function", nil)
        continue
      }
      functions[name] = function
      if !declared.contains(where: { $0.name == name }) {
        note(
          "the plugin has the \(what) '\(name.prefix(60))', which its manifest does not declare",
          "add it under \(what)s")
      }
    }
    for export in declared where functions[export.name] == nil {
      note(
        "the manifest declares the \(what) '\(export.name)', which the plugin does not have",
        "it belongs into a table: M.\(what)s = { \(export.name) = function(…) … end }")
    }
    return functions
  }
}
