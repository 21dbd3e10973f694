import Foundation
import LuaHost

/// Reads the parts of `slipway.yaml`.
struct ProjectReader {
  var reader: NodeReader
  /// Where relative paths start.
  let directory: String

  private static let keys = ["name", "path", "config", "grant", "limits", "disabled"]

  /// What stands under `plugins`.
  mutating func plugins(_ node: YAMLNode) -> [PluginEntry] {
    guard !node.isNull else { return [] }
    var entries: [PluginEntry] = []
    if let named = node.members {
      for member in named {
        let start = YAMLNode(.map([]), line: member.line, column: member.column)
        guard isName(member.name, start) else { continue }
        var entry = member.value.isNull ? PluginEntry(place: reader.place, node: start) : read(member.value)
        if entry.name != nil { reader.note(member, "'\(member.name)' has a name already, its key") }
        entry.name = member.name
        entries.append(entry)
      }
    } else {
      for item in reader.items(node, "plugins") {
        // `- csv_manifest` is as good as `- name: csv_manifest`.
        if let name = item.text, item.members == nil {
          guard isName(name, item) else { continue }
          var entry = PluginEntry(place: reader.place, node: item)
          entry.name = name
          entries.append(entry)
          continue
        }
        let entry = read(item)
        if entry.name == nil, entry.path == nil, item.members != nil {
          reader.note(item, "a plugin needs a name or a path", hint: "add name: … for one on the search path")
        }
        entries.append(entry)
      }
    }
    var seen: Set<String> = []
    for entry in entries {
      if let name = entry.name, !seen.insert(name).inserted {
        reader.note(entry.node, "the plugin '\(name)' stands there twice")
      }
    }
    return entries
  }

  private mutating func isName(_ name: String, _ node: YAMLNode) -> Bool {
    if PluginAPI.isName(name) { return true }
    reader.note(
      node, "'\(name.prefix(60))' cannot be a plugin's name: \(PluginAPI.nameRule)",
      hint: name.contains("/") ? "a directory is given with path: \(name.prefix(60))" : nil)
    return false
  }

  private mutating func read(_ node: YAMLNode) -> PluginEntry {
    var entry = PluginEntry(place: reader.place, node: node)
    let parts = reader.members(node, known: Self.keys, of: "a plugin")
    if let node = parts["name"]?.value, let name = reader.text(node, "name"), isName(name, node) { entry.name = name }
    if let node = parts["path"]?.value, let path = reader.text(node, "path", limit: 4000) {
      if path.isEmpty || path.utf8.contains(0) {
        reader.note(node, "path must name the plugin's directory")
      } else {
        entry.path = path.hasPrefix("/") ? path : directory + "/" + path
      }
    }
    if let node = parts["disabled"]?.value { entry.isDisabled = reader.boolean(node, "disabled") ?? false }
    entry.config = parts["config"]?.value
    if let node = parts["grant"]?.value { entry.grants = grants(node) }
    if let node = parts["limits"]?.value { entry.limits = limits(node) }
    return entry
  }

  private mutating func grants(_ node: YAMLNode) -> [PluginEntry.Grant] {
    reader.items(node, "grant").compactMap { item in
      guard let text = reader.text(item, "a grant") else { return nil }
      do {
        return PluginEntry.Grant(
          capability: try Capability(text, directory: directory), place: reader.place, node: item)
      } catch let error as Capability.Malformed {
        reader.note(item, error.message, hint: error.hint)
      } catch {
        reader.note(item, "\(error)")
      }
      return nil
    }
  }

  private mutating func limits(_ node: YAMLNode) -> PluginLimits {
    var limits = PluginLimits()
    let parts = reader.members(node, known: PluginLimits.names, of: "limits")
    if let node = parts["memory"]?.value, let bytes = size(node, "memory", 1 << 20...1 << 34) { limits.memory = bytes }
    if let node = parts["output"]?.value, let bytes = size(node, "output", 0...1 << 30) { limits.output = bytes }
    if let node = parts["time"]?.value, let time = duration(node, "time") { limits.time = time }
    if let node = parts["cpu"]?.value, let time = duration(node, "cpu") { limits.cpu = time }
    if let node = parts["instructions"]?.value, let count = reader.integer(node, "instructions") {
      if count < 10_000 { reader.note(node, "instructions must be at least 10000, got \(count)") }
      limits.instructions = count
    }
    return limits
  }

  private mutating func size(_ node: YAMLNode, _ what: String, _ range: ClosedRange<Int>) -> Int? {
    guard let text = node.text, let size = LuaSize.parse(text), let bytes = Int(exactly: size), range.contains(bytes)
    else {
      reader.note(
        node, "\(what) must be a size from \(range.lowerBound) to \(range.upperBound) bytes, got \(node.shown)",
        hint: "such as 32MB")
      return nil
    }
    return bytes
  }

  private mutating func duration(_ node: YAMLNode, _ what: String) -> Duration? {
    guard let text = node.text, let time = LuaDuration.parse(text), time >= .milliseconds(10), time <= .seconds(86_400)
    else {
      reader.note(node, "\(what) must be a duration from 10ms to 24h, got \(node.shown)", hint: "such as 5s")
      return nil
    }
    return time
  }
}
