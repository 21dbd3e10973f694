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
  static func standard(_ help: ReplHelp, modules: [HostModule], further: [ReplCommand]) -> [ReplCommand] {
    let quit = ReplCommand([".quit", ".exit"], "leave (also Ctrl-D)") { _, _ in .quit }
    let others = further + [quit]
    let summary = "this text; `.help NAME` is `?NAME`"
    let command = ReplCommand([".help"], summary) { argument, console in
      console.note(argument.isEmpty ? Self.overview(modules, others) : await help.help(argument))
      return .goOn
    }
    return [command] + others
  }

  private static func overview(_ modules: [HostModule], _ commands: [ReplCommand]) -> String {
    var table = TextTable(["", ""])
    table.add(["?NAME", "help on a function, a method, a type, a module, or a value of the session"])
    table.add(["??NAME", "the source of a function"])
    table.add([".help [NAME]", "this text; with a name the same as ?NAME"])
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
}
