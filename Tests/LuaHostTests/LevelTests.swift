import Foundation
import Synchronization
import Testing

@testable import LuaHost

@Suite("The libraries of a trusted script")
struct LevelTests {
  private let directory: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "lua-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    directory = url.path
  }

  private func bench(_ libraries: Set<LuaLibrary> = [.io, .os]) throws -> Bench {
    try Bench { $0.sandbox = .trusted(allowing: libraries) }
  }

  @Test("io.write and io.stdout:write go where print goes, in order and byte for byte")
  func standardOutput() async throws {
    let bench = try bench()
    let values = try await bench.run(
      """
      print "one"
      io.write("two\\0", 3, " ", 4.5, "\\n")
      print "three"
      local same = io.stdout:write("four\\n", ("x"):rep(200000), "\\n") == io.stdout
      io.stdout:setvbuf("full")
      io.output():write("five\\n")
      print "six"
      pcall(io.write, "seven\\n", {})
      print "eight"
      local closed, why = io.stdout:close()
      return same, io.output() == io.stdout, io.type(io.stdout), closed, why
      """)
    let long = String(repeating: "x", count: 200_000)
    #expect(bench.output.text == "one\ntwo\03 4.5\nthree\nfour\n\(long)\nfive\nsix\nseven\neight\n")
    #expect(values == [true, true, "file", .nil, "cannot close standard file"])
  }

  @Test("Files are written, read line by line, and closed with their variable")
  func files() async throws {
    let values = try await bench([.io]).run(
      """
      local path = ... .. "/a.txt"
      do
        local f <close> = assert(io.open(path, "w"))
        assert(f:write("first\\n", 2, "\\n", 2.5, "\\n"))
      end
      local lines = {}
      for line in io.lines(path) do lines[#lines + 1] = line end
      local f = io.open(path)
      local word, n, m = f:read("l", "n", "n")
      f:close()
      local _, why = pcall(f.write, f, "x")
      return table.concat(lines, ","), word, n, m, why, select(2, io.open("/nonexistent/x")), io.popen
      """, arguments: [.string(directory)])
    #expect(
      values == [
        "first,2,2.5", "first", 2, 2.5, "attempt to use a closed file",
        "/nonexistent/x: No such file or directory", .nil,
      ])
  }

  @Test("Another default output gets what io.write writes, print keeps its own")
  func defaultOutput() async throws {
    let bench = try bench([.io])
    let values = try await bench.run(
      """
      local path = ... .. "/b.txt"
      io.output(path)
      io.write("to the file")
      print("to the screen")
      io.close()
      local _, why = pcall(io.write, "x")
      io.output(io.stdout)
      io.write("back\\n")
      return io.open(path):read("a"), why
      """, arguments: [.string(directory)])
    #expect(values == ["to the file", "default output file is closed"])
    #expect(bench.output.text == "to the screen\nback\n")
  }

  @Test("Metatables of files are out of reach, so that no finalizer can be put there")
  func fileMetatable() async throws {
    #expect(try await bench().run("return getmetatable(io.stdout), getmetatable(io.tmpfile())") == [false, false])
  }

  @Test("A file is no object of the host, and cannot be passed to it")
  func fileAsObject() async throws {
    #expect(try await bench().caught("shop.echo(io.stdout)")?.contains("got file") == true)
    #expect(try await bench().caught("shop.point(1).add(io.stdout, 1)")?.contains("got file") == true)
  }

  @Test("dofile and loadfile take text only, skip a first line with #, and name the file")
  func loadingFiles() async throws {
    let text = """
      #!/usr/bin/lua
      local a = ...
      x = (x or 0) + 1
      return x, a, debug.getinfo(1, 'S').source, debug.getinfo(1, 'l').currentline
      """
    try Data(text.utf8).write(to: URL(filePath: directory + "/a.lua"))
    try Data("\u{1B}Lua".utf8).write(to: URL(filePath: directory + "/b.luac"))
    try Data("\u{FEFF}return 'marked'".utf8).write(to: URL(filePath: directory + "/c.lua"))
    try Data("#".utf8).write(to: URL(filePath: directory + "/d.lua"))
    try Data("x = = 1".utf8).write(to: URL(filePath: directory + "/e.lua"))
    let values = try await bench([.io]).run(
      """
      local dir = ...
      local n, a, source, line = dofile(dir .. "/a.lua")
      local f = loadfile(dir .. "/a.lua", "t", {x = 10, debug = debug})
      local _, binary = loadfile(dir .. "/b.luac")
      local _, wrong = loadfile(dir .. "/a.lua", "b")
      local _, missing = loadfile(dir .. "/none.lua")
      local _, directory = loadfile(dir)
      local ok, syntax = pcall(dofile, dir .. "/e.lua")
      local function short(s) local a, b = s:find(dir, 1, true) return a and s:sub(1, a - 1) .. "DIR" .. s:sub(b + 1) or s end
      return n, a, short(source), line, f("arg"), select(2, f("arg")), short(binary), short(wrong), short(missing),
        short(directory), dofile(dir .. "/c.lua"), select("#", dofile(dir .. "/d.lua")), ok, #syntax > 10
      """, arguments: [.string(directory)])
    #expect(
      values == [
        1, .nil, "@DIR/a.lua", 4, 11, "arg", "attempt to load a binary chunk (mode is 't')",
        "attempt to load a text chunk (mode is 'b')", "cannot open DIR/none.lua: No such file or directory",
        "cannot read DIR: Is a directory", "marked", 0, false, true,
      ])
  }

  @Test("A file without end is loaded until it is cancelled or memory is out")
  func endlessFile() async throws {
    let bench = try Bench {
      $0.sandbox = .trusted(allowing: [.io])
      $0.limits.memory = 16 << 20
    }
    #expect(try await bench.run("return select(2, loadfile('/dev/zero'))").first?.stringValue?.isEmpty == false)
    let running = Task { try await bench.run("local f = io.open('/dev/zero') while true do f:read(1000) end") }
    try await Task.sleep(for: .milliseconds(30))
    running.cancel()
    await #expect(throws: LuaError.self) { try await running.value }
  }

  @Test("load refuses binary chunks whatever the mode, and text where the mode says so")
  func modes() async throws {
    let values = try await Bench().run(
      """
      local function why(...) return select(2, load(...)) end
      local first = true
      local function pieces() if first then first = false return "\\27Lua" end end
      return why("\\27Lua"), why("\\27Lua", "n", "b"), why("\\27Lua", "n", "bt"), why(pieces, "n", "b"),
        why("return 1", "n", "b"), why("return 1", "n", "x"), load("return 1", "n", "bt")(), why(function() return {} end):match("reader.*")
      """)
    let binary: LuaValue = "attempt to load a binary chunk (mode is 't')"
    #expect(
      values == [
        binary, binary, binary, binary, "attempt to load a text chunk (mode is 'b')",
        "attempt to load a text chunk (mode is 'x')", 1, "reader function must return a string",
      ])
  }

  @Test("A long text is compiled in pieces that count and can be cancelled")
  func longTexts() async throws {
    let bench = try Bench { $0.limits.instructions = 3_000_000 }
    let error = try await bench.failure("local s = ('x = 1 '):rep(1000000) load(s)")
    #expect(error.kind == .limit(.instructions))
    // Labels make the parser's work grow with the square of their number.
    let labels = """
      local t = {} for i = 1, 32000 do t[i] = '::l' .. i .. '::' end
      local s = 'do ' .. table.concat(t) .. ' end '
      """
    let running = Task {
      try await Bench().run(labels + "\nwhile true do load(s:rep(100)) end")
    }
    try await Task.sleep(for: .milliseconds(200))
    let start = ContinuousClock.now
    running.cancel()
    await #expect(throws: LuaError.self) { try await running.value }
    print("cancelled while compiling after \(ContinuousClock.now - start)")
  }

  @Test("warn is off at first, and goes to the host when it is on")
  func warnings() async throws {
    let heard = Mutex<[String]>([])
    let bench = try Bench { $0.warning = { text in heard.withLock { $0.append(text) } } }
    try await bench.run(
      "warn('unheard') warn('@on') warn('a', 'b', 1) warn('@unknown') warn('@off', '!') warn('@off') warn('unheard')")
    #expect(heard.withLock { $0 } == ["ab1", "@off!"])
    #expect(try await bench.caught("warn()")?.contains("bad argument #1 to 'warn' (string expected") == true)
    #expect(try await bench.caught("warn('x', {})")?.contains("bad argument #2 to 'warn' (string expected") == true)
  }

  @Test("package shows what is loaded and where modules are found, and cannot be changed")
  func package() async throws {
    let bench = try Bench { $0.searchPath = [RequireTests.directory] }
    let values = try await bench.run(
      """
      local path = package.path:gsub("[^;]*/modules", "DIR")
      package.preload.made = function(...) return {...} end
      local made, from = require "made"
      package.loaded.given = "given"
      local names = {}
      for name in pairs(package) do names[#names + 1] = name end
      table.sort(names)
      local plain = require "plain"
      package.loaded.plain = nil
      return path, made[1], made[2], from, require "given", table.concat(names, " "), package.loaded.string == string,
        package.loaded._G == _G, require "package" == package, require "plain" ~= plain, package.loadlib, package.cpath
      """)
    #expect(
      values == [
        "DIR/?.lua;DIR/?/init.lua", "made", ":preload:", ":preload:", "given", "config cpath loaded path preload", true,
        true, true, true, .nil, "",
      ])
    let error = try await bench.caught("package.path = './?.lua'")
    #expect(error?.contains("package.path cannot be set") == true)
    #expect(try await Bench { $0.sandbox = .sandboxed }.run("return package, pcall(require, 'package')").count == 3)
  }

  @Test("Writing to a program that has ended is an error, and programs end with their readers")
  func brokenPipe() async throws {
    let values = try await bench([.io, .os]).run(
      """
      local p = io.popen("true", "w")
      local ok, why
      for i = 1, 1000 do
        ok, why = p:write(("x"):rep(10000))
        if not ok then break end
      end
      p:close()
      local lines = io.popen("exec 3>&1; (yes; echo $? >&3) 2>/dev/null | head -n 1 >/dev/null"):read("a")
      local _, mode = pcall(io.popen, "true", "x")
      return ok, why, lines, mode
      """)
    // 141 = ended by the signal.
    #expect(values == [.nil, "Broken pipe", "141\n", "bad argument #2 to 'io.popen' (invalid mode)"])
  }

  @Test("os reaches the machine only where it is allowed, and never changes the process")
  func system() async throws {
    let values = try await bench([.os]).run(
      """
      local name = ... .. "/f"
      return os.setlocale(), os.setlocale("C"), os.setlocale("", "numeric"), os.setlocale("de_DE"),
        pcall(os.setlocale, nil, "mine"), os.getenv("SURELY_NOT_SET"), (os.remove(name)), os.execute("exit 3")
      """, arguments: [.string(directory)])
    #expect(values.prefix(5) == ["C", "C", "C", .nil, false])
    #expect(values.suffix(4) == [.nil, .nil, .nil, "exit"] || values.suffix(3) == [.nil, "exit", 3])
    #expect(try await bench([.io, .os]).run("return io.popen('echo hi'):read('l')") == ["hi"])
  }
}
