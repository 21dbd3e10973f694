import LuaHost

/// A line that begins with a dot: for the REPL itself, not Lua.
public struct ReplCommand: Sendable {
  public enum Outcome: Sendable {
    case goOn
    case quit
  }

  /// With its dot, such as `.help`; further names are aliases.
  public var names: [String]
  /// One line for `.help`.
  public var summary: String
  public var run: @Sendable (_ argument: String, _ console: Console) async -> Outcome

  public init(
    _ names: [String], _ summary: String,
    run: @escaping @Sendable (_ argument: String, _ console: Console) async -> Outcome
  ) {
    self.names = names
    self.summary = summary
    self.run = run
  }

  /// `.help` and `.quit`; more are added through `Repl.Options.commands`.
  static func standard(modules: [HostModule], further: [ReplCommand]) -> [ReplCommand] {
    let quit = ReplCommand([".quit", ".exit"], "leave (also Ctrl-D)") { _, _ in .quit }
    let others = further + [quit]
    let help = ReplCommand([".help"], "this text; `.help NAME` shows a function, `.help MODULE` all of a module") {
      argument, console in
      console.note(argument.isEmpty ? Self.overview(modules, others) : Self.help(argument, modules))
      return .goOn
    }
    return [help] + others
  }

  private static func overview(_ modules: [HostModule], _ commands: [ReplCommand]) -> String {
    var table = TextTable(["", ""])
    table.add([".help [NAME]", "this text, a module, or a function"])
    for command in commands { table.add([command.names.joined(separator: ", "), command.summary]) }
    var text = "Type Lua; the value of an expression is shown, and `_` holds the last one. Ctrl-C stops a line.\n"
    text += table.text()
    if !modules.isEmpty {
      var list = TextTable(["", ""])
      for module in modules { list.add([module.name, module.summary]) }
      text += "Modules, all loaded:\n" + list.text()
    }
    return text
  }

  private static func help(_ name: String, _ modules: [HostModule]) -> String {
    if let module = modules.first(where: { $0.name == name }) {
      var table = TextTable(["", ""])
      for function in module.functions { table.add([function.signature, function.summary]) }
      for constant in module.constants { table.add(["\(module.name).\(constant.name)", constant.docs]) }
      return "\(module.name): \(module.summary)\n" + table.text()
    }
    let functions = modules.flatMap { $0.functions + $0.types.flatMap(\.methods) }
    let found = functions.filter { $0.name == name || $0.key == name }
    guard !found.isEmpty else { return "There is no help on \(DisplayText.harmless(name))." }
    return found.map(help).joined(separator: "\n")
  }

  private static func help(_ function: HostFunction) -> String {
    var text = "\(function.signature)\n  \(function.summary)\n"
    var table = TextTable(["", ""])
    for parameter in function.parameters { table.add(["  " + parameter.name, parameter.docs]) }
    text += table.text()
    return text
  }
}
