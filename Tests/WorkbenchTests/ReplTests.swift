import Foundation
import LuaHost
import Testing

@testable import Workbench

@Suite("The REPL", .timeLimit(.minutes(1)))
struct ReplTests {
  private struct Outcome {
    var output: String
    var error: String
    var status: Workbench.ExitStatus
  }

  private static let box = ObjectType(
    "test.Box", "A box.", fields: [ObjectField("weight", .number, "in kg") { _ in 2.5 }],
    methods: [
      .waiting(
        "box:open", "Opens it.",
        parameters: [
          HostParameter(
            "options",
            .record(
              LuaRecord(
                "test.OpenOptions", "How to open a box.",
                fields: [HostParameter("force", .boolean, "with a crowbar", optional: true)])),
            "how", optional: true)
        ], returns: [HostParameter("content", .string, "what was in it")], since: "0.1", capability: "boxes"
      ) { _ in ["air"] }
      .documented(
        "Once only.", raises: [RaisedError("conflict", "it is open")], example: "print(test.box():open())  --> air")
    ], description: { _ in "test.Box of oak" })

  private static let module = HostModule(
    "test", "Things to try.",
    functions: [
      HostFunction(
        "test.box", "Makes a box.", returns: [HostParameter("box", .object("test.Box"), "closed")], since: "0.1"
      ) { _ in [.object(LuaObject(Box(), type: box))] },
      .waiting("test.later", "Waits, then answers.", since: "0.1") { _ in
        try await Task.sleep(for: .milliseconds(20))
        return [.string("later")]
      },
      HostFunction(
        "test.add", "Adds.",
        parameters: [HostParameter("left", .integer, "the first"), HostParameter("right", .integer, "")],
        since: "0.1"
      ) { arguments in
        [.integer((arguments[0].integerValue ?? 0) + (arguments[1].integerValue ?? 0))]
      },
    ], types: [box])

  /// A session over lines as from a pipe.
  private func session(_ lines: String..., commands: [ReplCommand] = []) async throws -> Outcome {
    let output = MemorySink()
    let error = MemorySink()
    let console = Console(terminal: .pipes, output: output, error: error)
    let vm = try LuaVM(LuaVM.Configuration(modules: [Self.module], output: { console.write($0) }))
    _ = try await vm.run(Array("test = require 'test'".utf8), name: "preload")
    var options = Repl.Options()
    options.interface = HostInterface(program: "test 1", modules: [Self.module])
    options.commands = commands
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data(lines.joined(separator: "\n").utf8))
    try pipe.fileHandleForWriting.close()
    defer { try? pipe.fileHandleForReading.close() }
    let reader = PlainLineReader(descriptor: pipe.fileHandleForReading.fileDescriptor)
    let status = await Repl(vm: vm, console: console, options: options).session(reader, editor: nil)
    return Outcome(output: output.text, error: error.text, status: status)
  }

  @Test("A line that begins with = prints the value, as older Lua prompts do; within a chunk it stays what it is")
  func equals() async throws {
    let outcome = try await session("= 6 * 7", "x", "= 8", "y", "= 3")
    #expect(outcome.output == "42\nnil\n8\nnil\n3\n")
    #expect(outcome.status == .success)
  }

  @Test("Expressions show their value, statements nothing, and _ is the last value")
  func values() async throws {
    let outcome = try await session("1+1", "x = _ * 10", "x, 'two'", "_ + 1", "print('printed')", "nil", "", "  ")
    #expect(outcome.output == "2\n20\t\"two\"\n21\nprinted\nnil\n")
    #expect(outcome.error.isEmpty)
    #expect(outcome.status == .success)
  }

  @Test("Input goes on over lines until it is complete")
  func multiline() async throws {
    let outcome = try await session(
      "function twice(n)", "  return n * 2", "end", "twice(", "21)", "t = {", "", "1 }", "#t")
    #expect(outcome.output == "42\n1\n")
    #expect(outcome.error.isEmpty)
  }

  @Test("Errors are shown with the line and the session goes on")
  func errors() async throws {
    let outcome = try await session(
      "local x = 1", "nosuch.field", "x = = 2", "error({ kind = 'mine', message = 'own' })", "'on'")
    #expect(outcome.output == "\"on\"\n")
    #expect(
      outcome.error.contains(
        "attempt to index a nil value (global 'nosuch')\n --> stdin:2\n2 | nosuch.field\n  | ^^^^^^\n"))
    #expect(outcome.error.contains("error (syntax): unexpected symbol near '='"))
    #expect(outcome.error.contains("own"))
    #expect(outcome.status == .success)
  }

  @Test("An input that never becomes complete is an error at the end")
  func unfinished() async throws {
    let outcome = try await session("function f(")
    #expect(outcome.error.hasPrefix("error (syntax):"))
  }

  @Test("Calls that wait just work, and objects describe themselves, also inside tables")
  func host() async throws {
    let outcome = try await session("test.later()", "{ test.box(), n = test.add(1, 2) }", "test.add('x')")
    #expect(outcome.output == "\"later\"\n{ <test.Box of oak>, n = 3 }\n")
    #expect(outcome.error.contains("test.add"))
  }

  @Test("Cycles and metatables do no harm")
  func cycles() async throws {
    let outcome = try await session(
      "t = {}", "t.t = t", "t", "setmetatable({}, { __tostring = function() error('never') end, __index = error })", "1"
    )
    #expect(outcome.output.hasSuffix("{}\n1\n"))
    #expect(outcome.error.isEmpty)
  }

  @Test("os.exit ends the session with its status")
  func exit() async throws {
    #expect(try await session("os.exit(7)", "print('never')").status == .exit(7))
    #expect(try await session("os.exit(true)").status == .success)
  }

  @Test("Dot commands help and leave; unknown ones say so; numbers are not commands")
  func commands() async throws {
    let own = ReplCommand([".own"], "an own one") { argument, console in
      console.print("own <\(argument)>")
      return .goOn
    }
    let outcome = try await session(
      ".5 + 1", ".own  a b ", ".help", ".help test.add", ".nope", ".quit", "'never'", commands: [own])
    #expect(outcome.output == "1.5\nown <a b>\n")
    #expect(outcome.error.contains(".own          an own one\n"))
    #expect(
      outcome.error.contains(
        "test.add(left: integer, right: integer)\n  Adds.\n  left   integer  the first\n  right  integer\n"))
    #expect(outcome.error.contains("There is no command .nope"))
    #expect(outcome.status == .success)
  }

  @Test(".load runs a file in the session, with its own places in errors; .save writes what ran; .time says how long")
  func files() async throws {
    let directory = try ScratchDirectory()
    let path = try directory.write("lib.lua", "#!/bin/sh\nfunction twice(n)\n  return n * 2\nend\nreturn 7\n")
    let broken = try directory.write("broken.lua", "local x = 1\nerror('here')\n")
    let saved = directory.path + "/saved.lua"
    let outcome = try await session(
      ".load \(path)", "twice(21)", ".load \(broken)", ".load nowhere.lua", ".time twice(4)", ".load", "oops(", ")",
      ".save \(saved)", ".save \(saved)", ".save! \(saved)", ".time", "'on'")
    #expect(outcome.output == "7\n42\n8\n\"on\"\n")
    for text in [
      "broken.lua:2", "there is no script nowhere.lua", "\ntook ", "`.load` needs a file", "3 inputs written to",
      "saved.lua was not written: it is there already; `.save! ", "`.time` needs something",
    ] {
      #expect(outcome.error.contains(text), "\(text) in \(outcome.error)")
    }
    let again = try await session(".load \(saved)", "twice(5)")
    #expect(again.output == "10\n")
    #expect(again.error.isEmpty)
    let mode = try FileManager.default.attributesOfItem(atPath: saved)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test("?name shows signature, words, parameters, results, errors and an example; types, modules and globals too")
  func help() async throws {
    let outcome = try await session(
      "?box:open", "? test.Box.open ()", "?open", "?test.Box", "?test", "?test.Box.weight", "?test.OpenOptions", "?load"
    )
    let open = """
      box:open(options?: test.OpenOptions) -> string
        Opens it. Waits.
        Once only.
        options?  test.OpenOptions  how
          force?  boolean           with a crowbar
      Returns
        content  string  what was in it
      Raises
        conflict  it is open
      Example
        print(test.box():open())  --> air
      Needs the capability boxes.

      """
    let type = """
      test.Box
        A box.
        .weight  number  in kg
        box:open(options?)  Opens it.

      """
    let rest = """
      test: Things to try.
        test.box()             Makes a box.
        test.later()           Waits, then answers.
        test.add(left, right)  Adds.
        test.Box               A box.
      weight: number
        in kg
      test.OpenOptions
        How to open a box.
        force?  boolean  with a crowbar

      """
    #expect(outcome.error.hasPrefix(open + open + open + type + rest))
    #expect(outcome.error.contains("load(chunk: string or function, "))
    #expect(outcome.output.isEmpty)
  }

  @Test("?name knows the session's own values, suggests what was meant, and harms nothing")
  func helpOnValues() async throws {
    let outcome = try await session(
      "b, n, t = test.box(), 3, setmetatable({}, { __index = error })", "function twice(x)", "  return x * 2", "end",
      "?b:open", "?b", "?n", "?twice", "?twise", "?test.addd", "?b:opem", "?t.x", "?os.exit() ", "?1 + 1",
      "?\u{1B}[31m", "?", "'still here'")
    #expect(outcome.error.hasPrefix("box:open(options?: test.OpenOptions) -> string\n"))
    for text in [
      "\ntest.Box\n  A box.\n", "\nn: a value of this session, of type integer.\n",
      "\ntwice: a Lua function, defined at stdin:2. ??twice shows it.\n",
      "\nThere is no help on twise. Did you mean twice?\n", "\nThere is no help on test.addd. Did you mean test.add?\n",
      "\nThere is no help on b:opem. Did you mean test.Box:open?\n", "\nThere is no help on t.x.",
      "\nos.exit(code?: boolean or integer)\n",
      "\nThere is no help on 1+1.\n", "??NAME",
    ] {
      #expect(outcome.error.contains(text), "\(text) in \(outcome.error)")
    }
    #expect(!outcome.error.contains("\u{1B}"))
    #expect(outcome.output == "\"still here\"\n")
  }

  @Test("??name shows the Lua source of a function, wherever in the session it was written, or says that there is none")
  func source() async throws {
    let outcome = try await session(
      "local x = 1", "function twice(n)", "  -- doubles", "  return n * 2", "end", "function other() end",
      "m = { twice = twice }", "??twice", "??m.twice", "??test.add", "??string.format", "??print", "??test",
      "??nothing",
      "b = test.box()", "??b:open")
    let twice = "-- stdin, lines 2 to 5\nfunction twice(n)\n  -- doubles\n  return n * 2\nend\n"
    #expect(
      outcome.error.hasPrefix(
        twice + twice + "test.add(left: integer, right: integer)\n  A host function, written in Swift;"))
    for text in [
      "string.format: a function of Lua itself; it has no Lua source.\n", "print(...)\n  A function of Lua itself",
      "test\n  A module of the host, written in Swift", "There is no help on nothing.",
      "box:open(options?: test.OpenOptions) -> string\n  A host function, written in Swift",
    ] {
      #expect(outcome.error.contains(text), "\(text) in \(outcome.error)")
    }
  }

  @Test("Line numbers count the lines of the session, also after unfinished input and questions")
  func lineNumbers() async throws {
    let outcome = try await session("1", "?test", "if true then", "  nosuch.field = 1", "end", "", "error('last')")
    #expect(outcome.error.contains(" --> stdin:4\n4 |   nosuch.field = 1\n"))
    #expect(outcome.error.contains("stdin:7"))
  }

  @Test("Tab knows declared functions and the session's globals, without running a metamethod")
  func names() async throws {
    let vm = try LuaVM(LuaVM.Configuration(modules: [Self.module]))
    let names = CompletionNames(vm: vm, modules: [Self.module], commands: [".help"])
    _ = try await vm.evaluate("mine = { inner = 1 }")
    _ = try await vm.evaluate("trap = setmetatable({}, { __pairs = error, __index = error, __len = error })")
    #expect(await names.all().names.contains("mine.inner"))
    _ = try await vm.evaluate("box = require('test').box()")
    #expect(await names.all().variables == ["box": "test.Box"])
    _ = try await vm.evaluate("next, type, string.mine = nil, nil, 1")
    let all = Set(await names.all().names)
    #expect(all.isSuperset(of: ["test.later", "mine", "mine.inner", "trap", "string.mine", ".help", "while"]))
  }
}

private final class Box: Sendable {}
