import CloudAccess
import ScriptAPI

/// The `.luarc.json` of a Lua language server: made anew, or completed without touching what is there.
struct EditorSettings {
  /// What became of a file.
  enum Outcome: Equatable {
    /// Nothing was missing.
    case complete
    /// The text to write, with the settings that were added.
    case write(String, added: [String])
    /// It cannot be completed by adding lines; why.
    case refused(String)
  }

  /// The settings in the order of the file.
  let settings: [(key: String, value: JSONValue)]

  /// Settings for stubs in a directory, as the file names it.
  init(library: String) {
    settings = [
      ("runtime.version", "Lua 5.4"), ("workspace.library", [.string(library)]), ("workspace.checkThirdParty", false),
      ("runtime.builtin", .object(["io": "disable", "os": "disable", "debug": "disable", "package": "disable"])),
      ("diagnostics.globals", .array(ScriptInterface.standard.globals.values.map { .string($0.name) })),
      ("diagnostics.disable", ["await-in-sync"]),
    ]
  }

  /// A file of its own.
  var text: String { "{\n\(Self.lines(settings))\n}\n" }

  /// What is to become of a file with this text.
  ///
  /// Missing settings are put in front as lines of text, so that order, layout and values of the others stay. What is set
  /// otherwise is the user's choice, except that the stubs have to be in the library.
  func completing(_ existing: String) -> Outcome {
    guard let root = try? JSONValue(parsing: Array(existing.utf8)), case .object(let members) = root else {
      return .refused("it is not plain JSON (comments, perhaps)")
    }
    var missing: [(key: String, value: JSONValue)] = []
    for setting in settings {
      guard let present = Self.find(setting.key, in: members) else {
        missing.append(setting)
        continue
      }
      if setting.key == "workspace.library", let wanted = setting.value[0], present.arrayValue?.contains(wanted) != true
      {
        return .refused("it has a workspace.library without \(wanted.serialized())")
      }
    }
    if missing.isEmpty { return .complete }
    guard let brace = existing.firstIndex(of: "{") else { return .refused("it has no settings") }
    let rest = existing[existing.index(after: brace)...]
    let separator = members.isEmpty ? "\n" : rest.first?.isNewline == true ? "," : ",\n  "
    let text =
      existing[...brace] + "\n" + Self.lines(missing) + separator + rest.drop { members.isEmpty && $0.isWhitespace }
    return .write(String(text), added: missing.map(\.key))
  }

  /// A setting written in any of the ways language servers know: "a.b", {"a": {"b": …}}, both also below "Lua".
  private static func find(_ key: String, in members: [String: JSONValue]) -> JSONValue? {
    for prefix in ["", "Lua."] {
      if let value = members[prefix + key] { return value }
      var node: JSONValue? = .object(members)
      for part in (prefix + key).split(separator: ".") { node = node?[String(part)] }
      if let node { return node }
    }
    return nil
  }

  private static func lines(_ settings: [(key: String, value: JSONValue)]) -> String {
    settings.map { "  \"\($0.key)\": \($0.value.serialized())" }.joined(separator: ",\n")
  }
}
