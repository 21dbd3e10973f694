import CloudAccess
import LuaHost
import ScriptAPI

/// The modules that a plugin's VM has: those of scripts that a plugin may use, its own files, and `plugin`.
enum PluginModules {
  /// The modules of scripts that plugins get; every call of theirs that reaches out asks for a capability.
  static let shared: Set<String> = [
    "ims", "obs", "disk", "fs", "env", "json", "yaml", "csv", "time", "log", "task", "http",
  ]

  /// Of these modules only some functions: the others act on the machine without asking for a capability.
  private static let functions: [String: Set<String>] = ["disk": ["inspect"]]

  /// Names that a file of a plugin cannot take.
  static let given: Set<String> = shared.union([
    "plugin", "string", "table", "math", "utf8", "coroutine", "os", "io", "debug",
  ])

  static func all(
    _ candidate: PluginCandidate, _ manifest: PluginManifest, _ context: ScriptContext, _ end: RunEnd
  ) -> [HostModule] {
    let files = candidate.files ?? PluginFiles(directory: "", contents: [:])
    var modules = context.modules.filter { shared.contains($0.name) }.map(restricted)
    modules.append(own(candidate, manifest, files, end))
    for (path, content) in files.contents.sorted(by: { $0.key < $1.key }) {
      guard let name = moduleName(of: path, main: manifest.main), !given.contains(name) else { continue }
      modules.append(
        HostModule(name, "A file of the plugin.", source: content, chunkName: "\(manifest.name)/\(path)"))
    }
    return modules
  }

  private static func restricted(_ module: HostModule) -> HostModule {
    let allowed = functions[module.name]
    // A hook that is over its time must end: nothing of a plugin's may hold that back.
    guard allowed != nil || module.name == "task" else { return module }
    return HostModule(
      module.name, module.summary,
      functions: module.functions.filter { $0.key != "shield" && allowed?.contains($0.key) != false },
      types: module.types, constants: module.constants)
  }

  /// How a plugin requires one of its files: `lib/text.lua` is `lib.text`; nil for what is no module.
  static func moduleName(of path: String, main: String) -> String? {
    guard path.hasSuffix(".lua"), path != main, !path.hasSuffix("_test.lua") else { return nil }
    var parts = path.dropLast(4).split(separator: "/").map(String.init)
    if parts.count > 1, parts.last == "init" { parts.removeLast() }
    return parts.joined(separator: ".")
  }

  private static func own(
    _ candidate: PluginCandidate, _ manifest: PluginManifest, _ files: PluginFiles, _ end: RunEnd
  ) -> HostModule {
    HostModule(
      "plugin", "The plugin itself.",
      functions: [
        HostFunction(
          "plugin.tags", "The tags of an image as a table of values by key, from `image_tags` and from `tags`.",
          parameters: [HostParameter("image", .table, "as a hook gets it")],
          returns: [HostParameter("tags", .map, "values by key")], since: "1.0"
        ) { arguments in [.table(tags(arguments[0].tableValue ?? LuaTable()))] },
        HostFunction(
          "plugin.time_left",
          "How long the call that is going on may still take, at the end of a run until the observers must be done.",
          returns: [HostParameter("seconds", .number, "0 when the time is over")], since: "1.0"
        ) { _ in
          [.number((end.left(until: Plugin.deadline) ?? .seconds(86_400)).inSeconds)]
        },
        HostFunction(
          "plugin.file", "The content of one of the plugin's own files, such as a template.",
          parameters: [HostParameter("path", .string, "counted from the plugin's directory")],
          returns: [HostParameter("content", .string, "its bytes")], since: "1.0"
        ) { arguments in
          let path = arguments.string(0) ?? ""
          guard let content = files.contents[path] else {
            throw ScriptFailure(
              kind: "not_found", "the plugin has no file '\(path.prefix(100))'",
              hint: "it has \(files.contents.keys.sorted().prefix(20).joined(separator: ", "))")
          }
          return [.string(LuaString(bytes: content))]
        },
      ],
      constants: [
        HostConstant("name", .string(manifest.name), "its name"),
        HostConstant("version", .string("\(manifest.version)"), "its version"),
        HostConstant("api", .string("\(PluginAPI.version)"), "the version of the plugin interface"),
        HostConstant("config", .table(candidate.config), "its configuration, as the manifest declares it"),
      ])
  }

  private static func tags(_ image: LuaTable) -> LuaTable {
    var tags = LuaTable()
    if let entries = image["image_tags"].tableValue {
      for entry in entries.array {
        if let key = entry.tableValue?["key"].stringValue { tags[key] = entry.tableValue?["value"] ?? .nil }
      }
      for (key, value) in entries.fields { tags[key] = value }
    }
    for entry in image["tags"].tableValue?.array ?? [] {
      guard let text = entry.stringValue else { continue }
      let halves = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      tags[String(halves[0])] = .string(halves.count > 1 ? String(halves[1]) : "")
    }
    return tags
  }
}
