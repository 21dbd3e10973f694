import LuaHost

/// A line that begins with a dot: for the REPL itself, not Lua.
public struct ReplCommand: Sendable {
  /// What the session does next.
  public enum Outcome: Sendable, Equatable {
    case goOn
    case quit
    /// Runs a Lua file in the session.
    case load(String)
    /// Writes what ran so far as a Lua file; one that is there is replaced only where that is said.
    case save(String, replaces: Bool)
    /// Runs Lua and says how long it took.
    case time(String)
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

  /// What every session has; more are added through `Repl.Options.commands`.
  static func standard(_ help: ReplHelp, modules: [HostModule], further: [ReplCommand]) -> [ReplCommand] {
    let quit = ReplCommand([".quit", ".exit"], "leave (also Ctrl-D)") { _, _ in .quit }
    let others = files + further + [quit]
    let summary = "this text; `.help NAME` is `?NAME`"
    let command = ReplCommand([".help"], summary) { argument, console in
      console.note(argument.isEmpty ? Self.overview(modules, others) : await help.help(argument))
      return .goOn
    }
    return [command] + others
  }

  private static let files = [
    ReplCommand([".load"], "`.load FILE` runs a Lua file in this session") { path, console in
      if !path.isEmpty { return .load(path) }
      console.note("`.load` needs a file: .load fleet.lua")
      return .goOn
    },
    ReplCommand([".save"], "`.save FILE` writes what ran so far as a script") { path, console in
      if !path.isEmpty { return .save(path, replaces: false) }
      console.note("`.save` needs a file: .save session.lua")
      return .goOn
    },
    ReplCommand([".save!"], "the same; a file that is there is replaced") { path, console in
      if !path.isEmpty { return .save(path, replaces: true) }
      console.note("`.save!` needs a file: .save! session.lua")
      return .goOn
    },
    ReplCommand([".time"], "`.time LUA` runs Lua and says how long it took") { text, console in
      if !text.isEmpty { return .time(text) }
      console.note("`.time` needs something to run: .time ims.quota()")
      return .goOn
    },
  ]

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
