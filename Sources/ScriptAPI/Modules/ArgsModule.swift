import LuaHost

/// The script module `args`: the words after the script's name.
enum ArgsModule {
  static func make(_ context: ScriptContext) -> HostModule {
    let (positional, options) = split(context.arguments)
    return HostModule(
      "args", "The words given to the script after `--`.",
      functions: [
        HostFunction(
          "args.get", "The option --NAME=VALUE, or the default, or nil.",
          parameters: [
            HostParameter("name", .string, "the option's name without dashes"),
            HostParameter("default", .any, "what to return when it was not given", optional: true),
          ],
          returns: [HostParameter("value", .any, "the text after '=', true for a bare --NAME, or the default")],
          since: "0.1"
        ) { arguments in
          let given = options[arguments[0].stringValue ?? ""]
          return [given == .nil ? arguments[1] : given]
        }.documented(
          mustUse: true,
          example: """
            local args = require "args"

            local wave = tonumber(args.get("wave", "1"))  -- slipway run fleet.lua -- --wave=2
            print(wave)  --> 1
            """)
      ],
      constants: [
        HostConstant(
          "positional", .table(LuaTable(array: positional)), "the words that are no options, in order",
          type: .list(.string)),
        HostConstant("options", .table(options), "--NAME=VALUE as text and --NAME as true, by name", type: .map),
        HostConstant(
          "script", context.scriptPath.map { .string(LuaString($0)) } ?? .nil,
          "the script's path as it was given; nil when it was read from standard input", type: .string),
        HostConstant(
          "directory", .string(LuaString(context.scriptDirectory)), "the directory of the script, for files beside it"),
      ])
  }

  /// Splits words into positional ones and options; a bare `--` ends the options.
  static func split(_ words: [String]) -> (positional: [LuaValue], options: LuaTable) {
    var positional: [LuaValue] = []
    var options = LuaTable()
    var optionsEnded = false
    for word in words {
      guard !optionsEnded, word.hasPrefix("--") else {
        positional.append(.string(LuaString(word)))
        continue
      }
      if word == "--" {
        optionsEnded = true
      } else if let equals = word.firstIndex(of: "=") {
        options[String(word.dropFirst(2).prefix(upTo: equals))] = .string(
          LuaString(String(word[word.index(after: equals)...])))
      } else {
        options[String(word.dropFirst(2))] = .boolean(true)
      }
    }
    return (positional, options)
  }
}
