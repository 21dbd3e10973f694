import LuaHost

/// Writes the script API's reference from the declarations, so that the two cannot differ.
public enum ReferenceWriter {
  /// The reference page of these modules, in Markdown.
  public static func markdown(_ modules: [HostModule]) -> String {
    var lines = [
      "# Script API reference", "",
      "Written from the declarations of the functions themselves; a test keeps it current. A parameter with `?` may be left out.",
      "Functions marked *waits* suspend the calling coroutine; other tasks go on meanwhile.", "",
      "A duration is a text with units (`\"90s\"`, `\"1h30m\"`) or a number of seconds.", "",
    ]
    lines.append("| module | what it is for |")
    lines.append("|---|---|")
    for module in modules { lines.append("| [`\(module.name)`](#\(module.name)) | \(module.summary) |") }
    for module in modules { lines += ["", "## \(module.name)", "", module.summary] + body(module) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func body(_ module: HostModule) -> [String] {
    var lines: [String] = []
    if !module.constants.isEmpty {
      lines += ["", "| value | what it is |", "|---|---|"]
      lines += module.constants.map { "| `\(module.name).\($0.name)` | \(cell($0.docs)) |" }
    }
    for function in module.functions { lines += self.function(function, level: "###") }
    for type in module.types where !type.fields.isEmpty || !type.methods.isEmpty { lines += self.type(type) }
    return lines
  }

  private static func type(_ type: ObjectType) -> [String] {
    var lines = ["", "### \(type.name)", "", type.summary]
    if !type.fields.isEmpty {
      lines += ["", "| field | type | what it is |", "|---|---|---|"]
      lines += type.fields.map { "| `\($0.name)` | \(cell($0.type.name)) | \(cell($0.docs)) |" }
    }
    for method in type.methods { lines += function(method, level: "####") }
    return lines
  }

  private static func function(_ function: HostFunction, level: String) -> [String] {
    var lines = [
      "", "\(level) `\(function.signature)`", "", function.summary + (function.isWaiting ? " *Waits.*" : ""),
    ]
    let rows = function.parameters.flatMap { Self.rows($0, prefix: "") }
    if !rows.isEmpty { lines += ["", "| parameter | type | what it is |", "|---|---|---|"] + rows }
    if !function.returns.isEmpty {
      lines += [""] + function.returns.map { "Returns `\($0.name)` (\($0.type.name)): \($0.docs)." }
    }
    return lines
  }

  /// A parameter's row, and those of the fields of a record below it.
  private static func rows(_ parameter: HostParameter, prefix: String) -> [String] {
    let name = prefix + parameter.name + (parameter.optional ? "?" : "")
    var rows = ["| `\(name)` | \(cell(parameter.type.name)) | \(cell(parameter.docs)) |"]
    if case .record(let fields) = parameter.type {
      rows += fields.flatMap { Self.rows($0, prefix: "\(prefix)\(parameter.name).") }
    }
    return rows
  }

  private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
