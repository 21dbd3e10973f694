import Testing

@testable import LuaHost

/// What is written from declarations that nobody would make, but somebody will.
@Suite("Stubs, reference and help of any declarations")
struct DocumentationWriterTests {
  private static let words = LuaAlias(
    "odd.Word", "Words\nof two lines.", type: .enumeration(["a\"b", "c\\d", "e\nf"]),
    known: [("a\"b", "x | y"), ("c\\d", "")])

  private static let thing = ObjectType(
    "odd.end", "A thing.",
    fields: [
      .of(Point.self, "protected", .boolean, "A word for who may see it.") { _ in true },
      .of(
        Point.self, "two words", .alias(words), "Not a name", optional: true, get: { _ in .nil }, set: { _, _ in }),
    ],
    methods: [
      HostFunction("thing:end", "Ends.", since: "1") { _ in [] },
      HostFunction("thing:ok", "Works.", since: "1") { _ in [] }.documented(deprecated: "use `end`"),
    ], length: { _ in 1 }, element: { _, _ in .nil }, elementType: .list(.union([.string, .object("odd.end")])))

  private static let modules = [
    HostModule(
      "odd", "@class is no annotation here.\n| nor is this a case.",
      functions: [
        HostFunction(
          "odd.end", "Takes | odd\nnames.",
          parameters: [
            HostParameter("function", .callback(LuaSignature([HostParameter("nil", .any, "")], returns: [])), "a\nb"),
            HostParameter(
              "options",
              .record([
                HostParameter("not", .list(.enumeration(["x", "y"])), "|", optional: true), .hidden("secret", .any),
              ]),
              "", optional: true), .rest("...", .union([.list(.integer), .map]), "rest"),
          ],
          returns: [
            HostParameter(
              "then", .iterator([HostParameter("k", .string, ""), HostParameter("v", .any, "")]), "", optional: true)
          ], since: "1", capability: "odd:all"
        ) { _ in [] }
        .documented(
          "More.\n\n@really", raises: [RaisedError("argument", "always | never")],
          overloads: [
            LuaSignature([HostParameter("x", .generic("T"), "")], returns: [HostParameter("y", .generic("T"), "")])
          ],
          mustUse: true, example: "-- ]] ]=] --"),
        HostFunction("odd.deep.er.call", "Deep.", since: "1") { _ in ["deep"] },
        HostFunction("odd.deep.while", "Deep.", since: "1") { _ in [] },
      ], types: [thing], constants: [HostConstant("1st", 1, "First."), HostConstant("list", .list([1]), "A list.")]),
    HostModule("odd.sub", "Below.", functions: [HostFunction("odd.sub.f", "Works.", since: "1") { _ in [] }]),
    HostModule("plain", "A value.", value: .list(["a"])),
    HostModule("carried", "In Lua.", source: Array("#!/usr/bin/lua\nreturn { f = function() return 1 end }".utf8)),
  ]
  private static let interface = HostInterface(program: "odd 1", modules: modules)

  @Test("Every stub is Lua whatever names and texts are like, and finds its functions where scripts do")
  func stubs() async throws {
    let files = StubWriter(Self.interface).files
    #expect(files.map(\.path) == ["globals.lua", "odd.lua", "odd/sub.lua", "plain.lua", "carried.lua"])
    let vm = try LuaVM()
    var modules: [String: LuaTable] = [:]
    for file in files.dropFirst() {
      modules[file.path] = try await vm.run(Array(file.text.utf8), name: file.path).first?.tableValue
      for line in file.text.split(separator: "\n") where file.path != "carried.lua" {
        let isCode =
          line.hasPrefix("---") || line.hasPrefix("-- Written") || line.hasPrefix("local ")
          || line.hasPrefix("function ") || line.hasPrefix("return ") || line.contains(" = ")
        #expect(isCode, "\(file.path): \(line)")
      }
    }
    let odd = try #require(modules["odd.lua"])
    #expect(odd["end"].functionValue != nil)
    #expect(odd["deep"].tableValue?["er"].tableValue?["call"].functionValue != nil)
    #expect(odd["deep"].tableValue?["while"].functionValue != nil)
    #expect(modules["odd/sub.lua"]?["f"].functionValue != nil)
    #expect(modules["carried.lua"]?["f"].functionValue != nil)
  }

  @Test("Annotations say what the declarations say, escaped where a text would be taken for one")
  func annotations() throws {
    let text = StubWriter(Self.interface).files[1].text
    for line in [
      #"---\@class is no annotation here."#, #"---\| nor is this a case."#, "---@field [\"protected\"] boolean A word",
      "---@field [\"two words\"]? odd.Word Not a name\n", "---@operator len: integer",
      "---@field [integer] (string|odd.end)[]", #"---| "a\"b" # x | y"#, #"---| "c\\d""#,
      "---@param function_ fun(nil_: any) a b\n", "---@param options? odd.end.options\n",
      "---@class (exact) odd.end.options\n---@field [\"not\"]? (\"x\"|\"y\")[] |\n\n",
      "---@param ... integer[]|table<string, any> rest",
      "---@return (fun(): string, any)? then_\n", "---@overload fun(x: T): T", "---@nodiscard", "---@deprecated",
      "---Deprecated: use `end`", "Needs the capability `odd:all`.",
    ] {
      #expect(text.contains(line), "\(line) in\n\(text)")
    }
    #expect(!text.contains("secret"))
  }

  @Test("Reference pages keep their tables whole, and their links lead to headings")
  func reference() throws {
    let pages = ReferenceWriter(Self.interface).pages
    #expect(pages.map(\.path) == ["index.md", "globals.md", "odd.md", "odd.sub.md", "plain.md", "carried.md"])
    for page in pages {
      for line in page.text.split(separator: "\n") where line.hasPrefix("| ") && line != "| nor is this a case." {
        let cells = line.replacing("\\|", with: "").count { $0 == "|" } - 1
        #expect(cells == 2 || cells == 3, "\(page.path): \(line)")
        #expect(line.hasSuffix(" |") || line.hasSuffix("|"), "\(page.path): \(line)")
      }
      for link in page.text.matches(of: /\]\(([^)#]*)#([^)]+)\)/) {
        let target = link.1.isEmpty ? page.path : String(link.1)
        let headings = pages.first { $0.path == target }?.text.split(separator: "\n").filter { $0.hasPrefix("#") } ?? []
        let anchors = headings.map { ReferenceWriter.slug(String($0.drop { $0 == "#" || $0 == " " })) }
        #expect(anchors.contains(String(link.2)), "\(page.path) links to \(link.0)")
      }
    }
  }

  @Test("Help is plain text on whole lines, found by full name, by last part and with either separator")
  func help() throws {
    let index = HelpIndex(Self.interface)
    for name in [
      "odd", "odd.end", "thing:ok", "thing.ok", "odd.end:ok", "ok", "odd.Word", "odd.1st", "odd.sub.f", "argument",
    ] {
      let text = try #require(index.text(for: name), "\(name)")
      #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"), "\(name)")
    }
    #expect(index.text(for: "nothing at all") == nil)
    #expect(index.nearest(to: "odd.edn") == "odd.end")
    #expect(index.nearestMember(to: "odd.end:okk") == "odd.end:ok")
  }

  @Test("Named types are checked as what they stand for: closed words refuse others, known words do not")
  func checks() async throws {
    let closed = LuaAlias("t.Speed", "How fast.", words: ["fast": "soon", "slow": "late"])
    let open = LuaAlias("t.Colour", "A colour.", type: .string, known: [("red", "")])
    let options = LuaRecord(
      "t.Options", "Options.",
      fields: [
        HostParameter("speed", .alias(closed), "", optional: true),
        HostParameter("colour", .alias(open), "", optional: true),
        .hidden("old", .any),
      ])
    let take = HostFunction(
      "t.take", "Takes.",
      parameters: [
        HostParameter("options", .record(options), "", optional: true),
        HostParameter("f", .callback(LuaSignature()), "", optional: true),
        HostParameter("i", .iterator([]), "", optional: true), HostParameter("g", .generic("T"), ""),
      ], since: "1"
    ) { _ in ["taken"] }
    let vm = try LuaVM(LuaVM.Configuration(modules: [HostModule("t", "T.", functions: [take]), Shop.module()]))
    _ = try await vm.evaluate("t, shop = require 't', require 'shop'")
    for call in [
      "t.take()", "t.take({ speed = 'fast', colour = 'blue', old = 1 })", "t.take({}, print, shop.countdown(1), {})",
      "t.take(nil, nil, print)",
    ] {
      #expect(try await vm.evaluate(call) == ["taken"], "\(call)")
    }
    for (call, message) in [
      (
        "t.take({ speed = 'fsat' })",
        #"field 'speed': expected one of "fast"|"slow", got "fsat" (did you mean 'fast'?)"#
      ),
      ("t.take({ colour = 1 })", "field 'colour': expected string, got integer"),
      ("t.take({ oldd = 1 })", "unknown field 'oldd'"), ("t.take(1)", "expected table, got integer"),
      ("t.take({}, 1)", "expected function, got integer"), ("t.take({}, nil, {})", "expected iterator, got table"),
    ] {
      let error = await #expect(throws: LuaError.self) { try await vm.evaluate(call) }
      #expect(error?.message.contains(message) == true, "\(call): \(error?.message ?? "")")
    }
  }
}
