import Foundation

/// Reads `plugin.yaml`, and tells every mistake in it.
struct ManifestReader {
  private static let keys = [
    "name", "version", "api", "description", "main", "capabilities", "config", "hooks", "sources", "commands", "tests",
  ]

  private var reader: NodeReader
  private var manifest = PluginManifest()
  private let directory: String

  /// The manifest in these bytes; relative directories of capabilities count from `directory`.
  ///
  /// - Throws: ``PluginFailure`` with all mistakes.
  static func read(_ bytes: [UInt8], place: String, directory: String) throws -> PluginManifest {
    guard let root = try YAMLNode.parse(bytes, place: place) else {
      throw PluginFailure([
        PluginProblem(
          place: place, message: "the file is empty", hint: "`slipway plugin new` shows what a manifest says")
      ])
    }
    var this = ManifestReader(reader: NodeReader(place: place), directory: directory)
    this.read(root)
    guard this.reader.problems.isEmpty else {
      let ordered = this.reader.problems.enumerated().sorted {
        ($0.element.line ?? 0, $0.element.column ?? 0, $0.offset)
          < ($1.element.line ?? 0, $1.element.column ?? 0, $1.offset)
      }
      throw PluginFailure(ordered.map(\.element))
    }
    return this.manifest
  }

  private init(reader: NodeReader, directory: String) {
    self.reader = reader
    self.directory = directory
  }

  private mutating func read(_ root: YAMLNode) {
    let members = reader.members(root, known: Self.keys, of: "the manifest")
    guard root.members != nil else { return }
    for (key, what) in [("name", "its name"), ("version", "its version"), ("api", "the plugin interface it is for")]
    where members[key] == nil {
      reader.note(root, "the manifest does not say \(what)", hint: "add \(key): \(Self.example(key))")
    }
    if let node = members["name"]?.value { readName(node) }
    if let node = members["version"]?.value { readVersion(node) }
    if let node = members["api"]?.value { readRange(node) }
    if let node = members["description"]?.value { manifest.description = reader.text(node, "description") ?? "" }
    if let node = members["main"]?.value { readMain(node) }
    if let node = members["capabilities"]?.value { readCapabilities(node) }
    if let node = members["hooks"]?.value { readHooks(node) }
    if let node = members["sources"]?.value { manifest.sources = exports(node, "sources") }
    if let node = members["commands"]?.value { manifest.commands = exports(node, "commands") }
    if let node = members["config"]?.value {
      var schema = SchemaReader(reader: reader)
      manifest.config = schema.fields(node)
      reader = schema.reader
    }
    if let node = members["tests"]?.value {
      let tests = reader.members(node, known: ["config"], of: "tests")
      manifest.testConfig = tests["config"]?.value
    }
  }

  private static func example(_ key: String) -> String {
    switch key {
    case "version": "1.0.0"
    case "api": "^\(PluginAPI.version.major).\(PluginAPI.version.minor)"
    default: "my_plugin"
    }
  }

  private mutating func readName(_ node: YAMLNode) {
    guard let name = reader.text(node, "name") else { return }
    manifest.name = name
    guard PluginAPI.isName(name) else {
      let near = name.lowercased().map { $0 == "-" || $0 == " " || $0 == "." ? "_" : $0 }
      let proposal = String(near)
      return reader.note(
        node, "'\(name.prefix(60))' cannot be a plugin's name: \(PluginAPI.nameRule)",
        hint: PluginAPI.isName(proposal) ? "did you mean '\(proposal)'?" : nil)
    }
  }

  private mutating func readVersion(_ node: YAMLNode) {
    guard let text = node.text, let version = SemanticVersion(text) else {
      return reader.note(
        node, "version must be MAJOR.MINOR.PATCH, got \(node.shown)", hint: "such as 1.0.0; see semver.org")
    }
    manifest.version = version
  }

  private mutating func readRange(_ node: YAMLNode) {
    guard let text = node.text, let range = VersionRange(text) else {
      return reader.note(
        node, "api must be a range of versions, got \(node.shown)", hint: "such as \(Self.example("api"))")
    }
    manifest.api = text
    guard range.contains(PluginAPI.version) else {
      return reader.note(
        node, "the plugin is for version \(text) of the plugin interface, but this slipway has \(PluginAPI.version)",
        hint: "is there another version of the plugin, or of slipway?")
    }
  }

  private mutating func readMain(_ node: YAMLNode) {
    guard let main = reader.text(node, "main", limit: 200) else { return }
    manifest.main = main
    guard PluginFiles.isRelative(main), main.hasSuffix(".lua") else {
      return reader.note(
        node, "main must be the path of a Lua file inside the plugin, got '\(main.prefix(80))'",
        hint: "such as main.lua")
    }
  }

  // MARK: Lists

  private mutating func readCapabilities(_ node: YAMLNode) {
    for item in reader.items(node, "capabilities") {
      var (request, capability): (PluginManifest.Request?, YAMLNode?) = (nil, item)
      var (isOptional, reason) = (false, String?.none)
      if item.members != nil {
        let parts = reader.members(item, known: ["capability", "optional", "why"], of: "a capability")
        capability = parts["capability"]?.value
        if capability == nil { reader.note(item, "the capability does not say which", hint: "add capability: …") }
        if let node = parts["optional"]?.value { isOptional = reader.boolean(node, "optional") ?? false }
        if let node = parts["why"]?.value { reason = reader.text(node, "why") }
      }
      guard let capability, let text = reader.text(capability, "a capability") else { continue }
      do {
        request = PluginManifest.Request(
          capability: try Capability(text, directory: directory), isOptional: isOptional, reason: reason)
      } catch let error as Capability.Malformed {
        reader.note(capability, error.message, hint: error.hint)
      } catch {
        reader.note(capability, "\(error)")
      }
      guard let request else { continue }
      if manifest.requests.contains(where: { $0.capability.description == text }) {
        reader.note(capability, "the capability '\(text)' stands there twice")
      }
      manifest.requests.append(request)
    }
  }

  /// A list of names, or a map with priorities.
  private mutating func readHooks(_ node: YAMLNode) {
    if let members = node.members {
      for member in members {
        addHook(member.name, at: YAMLNode(.map([]), line: member.line, column: member.column), member.value)
      }
    } else {
      for item in reader.items(node, "hooks") {
        if let name = reader.text(item, "a hook") { addHook(name, at: item, nil) }
      }
    }
  }

  private mutating func addHook(_ name: String, at node: YAMLNode, _ options: YAMLNode?) {
    guard let hook = HookName(rawValue: name) else {
      return reader.note(
        node, "there is no hook '\(name.prefix(60))'",
        hint: NodeReader.suggestion(name, HookName.allCases.map(\.rawValue)))
    }
    var priority = PluginManifest.standardPriority
    if let options, !options.isNull {
      var number: YAMLNode? = options
      if options.members != nil {
        number = reader.members(options, known: ["priority"], of: "the hook \(name)")["priority"]?.value
      }
      if let number, let value = reader.integer(number, "the priority of \(name)") {
        if !(0...1000).contains(value) {
          reader.note(number, "the priority of \(name) must be 0 to 1000, got \(value)")
        }
        priority = value
      }
    }
    if manifest.hooks.contains(where: { $0.name == hook }) {
      return reader.note(node, "the hook '\(name)' stands there twice")
    }
    manifest.hooks.append(PluginManifest.Hook(name: hook, priority: priority))
  }

  /// A list of names, or a map with a sentence for each.
  private mutating func exports(_ node: YAMLNode, _ what: String) -> [PluginManifest.Export] {
    var exports: [PluginManifest.Export] = []
    func add(_ name: String, _ doc: String, at node: YAMLNode, _ reader: inout NodeReader) {
      guard PluginAPI.isName(name) else {
        return reader.note(
          node, "'\(name.prefix(60))' cannot be a name in \(what): \(PluginAPI.nameRule)")
      }
      if exports.contains(where: { $0.name == name }) { return reader.note(node, "'\(name)' stands there twice") }
      exports.append(PluginManifest.Export(name: name, doc: doc))
    }
    if let members = node.members {
      for member in members {
        var doc = ""
        if member.value.members != nil {
          let parts = reader.members(member.value, known: ["doc"], of: "'\(member.name.prefix(60))'")
          if let node = parts["doc"]?.value { doc = reader.text(node, "doc") ?? "" }
        } else if !member.value.isNull {
          doc = reader.text(member.value, "the description of '\(member.name.prefix(60))'") ?? ""
        }
        add(member.name, doc, at: YAMLNode(.map([]), line: member.line, column: member.column), &reader)
      }
    } else {
      for item in reader.items(node, what) {
        if let name = reader.text(item, "an entry of \(what)") { add(name, "", at: item, &reader) }
      }
    }
    return exports
  }
}
