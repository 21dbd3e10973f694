import LuaHost

@testable import ScriptCheck

/// A program's modules to check scripts against.
enum Shop {
  static let order = LuaRecord(
    "shop.Order", "An order.",
    fields: [
      HostParameter("what", .string, "what"), HostParameter("count", .integer, "how many", optional: true),
      HostParameter("within", .duration, "how soon", optional: true),
      HostParameter("weight", .size, "how heavy", optional: true),
      HostParameter("speed", .enumeration(["slow", "fast"]), "how fast", optional: true),
      HostParameter(
        "colour", .alias(LuaAlias("shop.Colour", "A colour.", type: .string, known: [("red", ""), ("blue", "")])),
        "which colour", optional: true),
      HostParameter("tags", .list(.string), "tags", optional: true),
      HostParameter("labels", .map, "labels", optional: true),
    ])

  static let result = LuaRecord(
    "shop.Result", "What came.",
    fields: [
      HostParameter("id", .string, "id"), HostParameter("paid", .boolean, "paid"),
      HostParameter("count", .integer, "count"), HostParameter("note", .string, "note", optional: true),
      HostParameter("state", .enumeration(["sent", "lost"]), "state"),
      HostParameter(
        "parts", .list(.record(LuaRecord("shop.Part", "", fields: [HostParameter("name", .string, "")]))), ""),
    ])

  private static func function(
    _ name: String, _ parameters: [HostParameter] = [], _ returns: [HostParameter] = []
  ) -> HostFunction {
    HostFunction(name, "Does \(name).", parameters: parameters, returns: returns, since: "1") { _ in [] }
  }

  private static func returns(_ type: LuaType, optional: Bool = false) -> [HostParameter] {
    [HostParameter("result", type, "", optional: optional)]
  }

  static let job = ObjectType(
    "shop.Job", "A job.",
    fields: [
      ObjectField("id", .string, "id") { _ in .nil },
      ObjectField("title", .string, "title", get: { _ in .nil }, set: { _, _ in }),
    ],
    methods: [
      function(
        "job:wait",
        [
          HostParameter(
            "options", .record([HostParameter("timeout", .duration, "", optional: true)]), "", optional: true)
        ], returns(.record(result))),
      function("job:cancel"), function("job:describe", [], returns(.string)).documented(mustUse: true),
    ])

  static let module = HostModule(
    "shop", "A shop.",
    functions: [
      function("shop.order", [HostParameter("order", .record(order), "the order")], returns(.object("shop.Job"))),
      function(
        "shop.buy", [HostParameter("name", .string, ""), HostParameter("count", .integer, "", optional: true)],
        returns(.record(result))),
      function("shop.jobs", [], returns(.iterator([HostParameter("job", .object("shop.Job"), "")]))),
      function("shop.log", [HostParameter("text", .string, "")]),
      function("shop.run", [HostParameter("job", .object("shop.Job"), "")], returns(.record(result))),
      function(
        "shop.watch", [HostParameter("f", .callback(LuaSignature([HostParameter("result", .record(result), "")])), "")]),
      function(
        "shop.watch2",
        [
          HostParameter(
            "options",
            .record([
              HostParameter("f", .callback(LuaSignature([HostParameter("result", .record(result), "")])), "")
            ]), "")
        ]),
      function("shop.old", [], returns(.string)).documented(deprecated: "use shop.buy"),
    ], types: [job], constants: [HostConstant("limit", .integer(3), "limit")])

  static let interface = HostInterface(program: "shop 1", modules: [module, TaskModule.module])

  /// The findings of a script as "line:column rule".
  static func check(
    _ text: String, sandbox: LuaSandbox = .trusted(allowing: []), also: [String] = [],
    files: [String: String] = [:]
  ) -> [String] {
    findings(text, sandbox: sandbox, also: also, files: files).map {
      "\($0.start.line):\($0.start.column) \($0.rule)" + ($0.file == "x.lua" ? "" : " \($0.file)")
    }
  }

  static func findings(
    _ text: String, sandbox: LuaSandbox = .trusted(allowing: []), also: [String] = [],
    files: [String: String] = [:]
  ) -> [CheckFinding] {
    let checker = ScriptChecker(
      interface: interface, sandbox: sandbox, selection: ScriptChecker.Selection(selecting: also),
      findModule: { name, _, _ in
        files[name].map { ScriptChecker.ModuleFile(path: "\(name).lua", bytes: Array($0.utf8)) }
      })
    return checker.check(Array(text.utf8), path: "x.lua")
  }
}
