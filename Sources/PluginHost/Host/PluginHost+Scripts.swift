import LuaHost
import ScriptAPI

/// What scripts see of plugins.
extension PluginHost {
  /// The modules `plugin` and `plugin.NAME`, for those plugins that have sources.
  public var scriptModules: [HostModule] {
    let plugins = loaded.plugins.filter { !$0.manifest.sources.isEmpty }
    return [HostModule("plugin", "The sources of the plugins: plugin.NAME.SOURCE.", source: Array(Self.index.utf8))]
      + plugins.map { plugin in
        HostModule(
          "plugin.\(plugin.name)", Self.sentence(plugin.manifest.description, "A plugin."),
          functions: plugin.manifest.sources.map { function(plugin.name, $0) })
      }
  }

  private static let index = """
    local require = require
    return setmetatable({}, {
      __index = function(_, name) return require("plugin." .. tostring(name)) end,
      __metatable = false,
    })
    """

  private static func sentence(_ text: String, _ fallback: String) -> String {
    text.isEmpty ? fallback : text.hasSuffix(".") ? text : text + "."
  }

  private func function(_ plugin: String, _ source: PluginManifest.Export) -> HostFunction {
    .waiting(
      "plugin.\(plugin).\(source.name)", Self.sentence(source.doc, "A source of the plugin."),
      parameters: [HostParameter("options", .any, "plain data, as the plugin describes it", optional: true)],
      returns: [HostParameter("iterator", .iterator([HostParameter("item", .any, "plain data")]), "for item in … do")],
      since: "0.3"
    ) { [weak self] arguments in
      guard let self else { return [] }
      return [try await iterator(plugin, source.name, arguments[0])]
    }
  }

  /// An iterator over what a plugin's source gives.
  func iterator(_ name: String, _ source: String, _ options: LuaValue) async throws -> LuaValue {
    guard let plugin = loaded[name] else {
      throw ScriptFailure(kind: "not_found", "there is no plugin '\(name)' in this session")
    }
    if let fault = PlainData.fault(in: options) {
      throw ScriptFailure(
        "bad argument #1 to 'plugin.\(name).\(source)': \(fault)",
        hint: "plugins get copies of plain data; an image's table is image:to_table()")
    }
    let step = try await plugin.source(source, options)
    return LuaIterator.value {
      let values = try await plugin.next(step, of: source)
      for value in values {
        if let fault = PlainData.fault(in: value) {
          throw PluginFault(
            plugin: name, call: "the source \(source)", reason: "it gave what is no plain data: \(fault)")
        }
      }
      return values.isEmpty ? [.nil] : values
    }
  }
}

extension PluginHost {
  /// Runs a command of a plugin.
  ///
  /// - Returns: the exit status: what it returned, 0 for nothing, 1 for false.
  /// - Throws: `CancellationError`, or a script error that says what failed.
  public func run(_ command: String, of name: String, _ arguments: [String], limit: Duration) async throws -> Int32 {
    guard let plugin = loaded[name] else {
      throw ScriptFailure(kind: "not_found", "there is no plugin '\(name)' in this session")
    }
    let value = try await plugin.command(command, arguments, limit: limit).first ?? .nil
    switch value {
    case .nil, .boolean(true): return 0
    case .boolean(false): return 1
    case .integer(let code) where (0...255).contains(code): return Int32(code)
    default:
      throw PluginFault(
        plugin: name, call: "the command \(command)",
        reason: "it returned \(value.kindName), expected nothing or a number from 0 to 255")
    }
  }

  /// The plugins of every hook that any has, in the order in which they are called.
  public var order: [(hook: HookName, plugins: [String])] {
    let loaded = loaded
    return HookName.allCases.compactMap { hook in
      let names = loaded.having(hook).map(\.name)
      return names.isEmpty ? nil : (hook, names)
    }
  }
}
