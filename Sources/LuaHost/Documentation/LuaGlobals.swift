/// What scripts find of Lua's own globals where it differs from plain Lua, for stubs and reference.
public struct LuaGlobals: Sendable {
  /// The stub file and the page.
  static let fileName = "globals"

  /// Functions that are not quite Lua's, and all that is left of libraries of which only a part is there.
  public var functions: [FunctionDeclaration]
  /// Libraries of which only a part is there.
  public var tables: [(name: String, docs: String)]
  /// Globals that the program sets itself.
  public var values: [HostConstant]
  /// What plain Lua has and scripts do not, as paths such as "string.dump".
  public var absent: [String]

  /// Describes globals.
  public init(
    functions: [FunctionDeclaration], tables: [(name: String, docs: String)], values: [HostConstant] = [],
    absent: [String]
  ) {
    self.functions = functions
    self.tables = tables
    self.values = values
    self.absent = absent
  }

  /// What a trusted script has when neither `io` nor `os` is allowed; the sandboxed level has less.
  public static let standard = LuaGlobals(
    functions: base + debug + os,
    tables: [
      ("os", "Time, and the way out; no files, no processes."),
      ("debug", "Reading only: no hooks, nothing that sets."),
      (
        "package",
        "What is loaded, and where modules are looked for; `loaded` and `preload` can be written, the rest is fixed."
      ),
    ],
    absent: [
      "dofile", "loadfile", "io", "string.dump", "os.execute", "os.getenv", "os.remove", "os.rename", "os.setlocale",
      "os.tmpname", "package.loadlib", "package.searchers", "package.searchpath", "debug.debug", "debug.gethook",
      "debug.getmetatable", "debug.getregistry", "debug.getuservalue", "debug.sethook", "debug.setlocal",
      "debug.setmetatable", "debug.setupvalue", "debug.setuservalue", "debug.upvaluejoin",
    ])

  private static let base = [
    FunctionDeclaration(
      "collectgarbage", "Memory in use in KiB (\"count\"), or a full collection (\"collect\"); nothing else.",
      parameters: [
        HostParameter("option", .enumeration(["collect", "count"]), "\"collect\" by default", optional: true)
      ],
      returns: [HostParameter("result", .number, "KiB, or 0")], example: "assert(collectgarbage(\"count\") > 0)"),
    FunctionDeclaration(
      "load", "Compiles text; precompiled code is refused whatever the mode says.",
      parameters: [
        HostParameter("chunk", .union([.string, .function]), "the text, or a function that gives its pieces"),
        HostParameter("name", .string, "the name in messages", optional: true),
        HostParameter("mode", .string, "only \"t\" has a meaning", optional: true),
        HostParameter("env", .table, "the globals it sees", optional: true),
      ],
      returns: [
        HostParameter("f", .function, "the compiled chunk", optional: true),
        HostParameter("problem", .string, "why it does not compile", optional: true),
      ], example: "assert(load(\"return 1 + 1\")() == 2)"),
    FunctionDeclaration(
      "print", "Writes its arguments to where the program sends output.",
      parameters: [.rest("...", .any, "anything; `tostring` makes text of it")],
      example: "print(\"one\", 2)  --> one\t2"),
    FunctionDeclaration(
      "require", "Loads a module of the host, or a Lua file of the search path, once.",
      parameters: [HostParameter("name", .string, "such as \"task\", or \"lib.names\" for lib/names.lua")],
      returns: [
        HostParameter("module", .any, "what the module returned"),
        HostParameter("path", .any, "where it was found", optional: true),
      ],
      example: "local task = require \"task\"\nassert(task == require \"task\")"),
    FunctionDeclaration(
      "setmetatable", "Sets a table's metatable; `__gc` is refused, `__close` is the way to clean up.",
      parameters: [
        HostParameter("table", .table, "the table"),
        HostParameter("metatable", .table, "nil removes it", optional: true),
      ], returns: [HostParameter("table", .table, "the table")],
      example: "local t = setmetatable({}, { __index = { answer = 42 } })\nassert(t.answer == 42)"),
    FunctionDeclaration(
      "warn", "Writes a warning to standard error once `warn(\"@on\")` was called; not in the sandbox.",
      parameters: [.rest("message", .string, "the pieces of the warning, or a control such as \"@on\"")],
      example: "warn(\"@on\")\nwarn(\"@off\")"),
  ]

  private static let debug = [
    FunctionDeclaration(
      "debug.getinfo", "What is known of a function of the script; of C functions only that they are.",
      parameters: [
        HostParameter("f", .union([.function, .integer]), "a function, or a level of the stack"),
        HostParameter("what", .string, "the fields wanted, as letters", optional: true),
      ],
      returns: [HostParameter("info", .table, "fields such as `currentline`, `short_src` and `name`", optional: true)],
      example: "assert(debug.getinfo(1, \"l\").currentline > 0)"),
    FunctionDeclaration(
      "debug.getlocal", "The name and value of a local variable, or the name of a parameter.",
      parameters: [
        HostParameter("f", .union([.function, .integer]), "a function, or a level of the stack"),
        HostParameter("index", .integer, "its number, from 1"),
      ],
      returns: [
        HostParameter("name", .string, "nil when there is none", optional: true),
        HostParameter("value", .any, "of a level only", optional: true),
      ], example: "local answer = 42\nassert(select(2, debug.getlocal(1, 1)) == 42)"),
    FunctionDeclaration(
      "debug.getupvalue", "The name and value of a variable that a function of the script has from outside.",
      parameters: [
        HostParameter("f", .function, "the function"), HostParameter("index", .integer, "its number, from 1"),
      ],
      returns: [
        HostParameter("name", .string, "nil when there is none", optional: true),
        HostParameter("value", .any, "its value", optional: true),
      ], example: "local x = 42\nassert(select(2, debug.getupvalue(function() return x end, 1)) == 42)"),
    FunctionDeclaration(
      "debug.upvalueid", "Tells whether two functions share a variable: equal for the same one.",
      parameters: [
        HostParameter("f", .function, "the function"), HostParameter("index", .integer, "its number, from 1"),
      ], returns: [HostParameter("id", .any, "to be compared only", optional: true)],
      example: "local x\nlocal f, g = function() return x end, function() x = 1 end\n"
        + "assert(debug.upvalueid(f, 1) == debug.upvalueid(g, 1))"),
    FunctionDeclaration(
      "debug.traceback", "The stack as text.",
      parameters: [
        HostParameter("message", .any, "what to put in front", optional: true),
        HostParameter("level", .integer, "where to begin", optional: true),
      ], returns: [HostParameter("text", .string, "the traceback")],
      example: "assert(debug.traceback(\"here\"):find(\"^here\\nstack traceback:\"))"),
  ]

  private static let os = [
    FunctionDeclaration(
      "os.clock", "Seconds of processor time.", returns: [HostParameter("seconds", .number, "processor time")],
      example: "assert(os.clock() >= 0)"),
    FunctionDeclaration(
      "os.date", "A time as text or as a table.",
      parameters: [
        HostParameter(
          "format", .string, "as for strftime; \"*t\" gives a table, a leading \"!\" means UTC", optional: true),
        HostParameter("time", .integer, "seconds since 1970; now when absent", optional: true),
      ], returns: [HostParameter("date", .any, "text, or a table for \"*t\"")],
      example: "print(os.date(\"!%Y-%m-%d\", 0))  --> 1970-01-01"),
    FunctionDeclaration(
      "os.difftime", "Seconds between two times.",
      parameters: [
        HostParameter("later", .integer, "a time of os.time"), HostParameter("earlier", .integer, "another"),
      ], returns: [HostParameter("seconds", .number, "later - earlier")],
      example: "assert(os.difftime(os.time(), os.time()) <= 0)"),
    FunctionDeclaration(
      "os.exit", "Ends the whole run with a status; `__close` handlers still run.",
      parameters: [
        HostParameter("code", .union([.boolean, .integer]), "true is 0, false is 1; 0 by default", optional: true)
      ]),
    FunctionDeclaration(
      "os.time", "Seconds since 1970, now or of a date.",
      parameters: [HostParameter("date", .table, "year, month, day, hour, min, sec", optional: true)],
      returns: [HostParameter("seconds", .integer, "since 1970")],
      example: "assert(os.time() > os.time { year = 2020, month = 1, day = 1 })"),
  ]
}
