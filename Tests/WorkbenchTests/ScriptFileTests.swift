import Foundation
import Testing

@testable import Workbench

@Suite("Script files")
struct ScriptFileTests {
  private let directory: ScratchDirectory

  init() throws {
    directory = try ScratchDirectory()
  }

  private func failure(_ path: String) -> ScriptFileError? {
    do {
      _ = try ScriptFile(path: path)
      return nil
    } catch {
      return error as? ScriptFileError
    }
  }

  @Test("A script is its bytes, whatever its line ends")
  func plain() throws {
    let path = try directory.write("a.lua", "print('ü')\r\n")
    #expect(try ScriptFile(path: path).bytes == Array("print('ü')\r\n".utf8))
    let empty = try directory.write("empty.lua", "")
    #expect(try ScriptFile(path: empty).bytes.isEmpty)
  }

  @Test("What cannot be a script is refused by name and reason")
  func refused() throws {
    #expect(failure(directory.path + "/none.lua")?.message == "there is no script \(directory.path)/none.lua")
    #expect(failure(directory.path)?.message == "\(directory.path) is a directory, not a script")
    let compiled = try directory.write("c.lua", [0x1b] + Array("LuaT".utf8))
    #expect(failure(compiled)?.message == "\(compiled) is compiled Lua, which is never run")
    let latin = try directory.write("l.lua", Array("-- ok ü\nprint('".utf8) + [0xfc] + Array("')".utf8))
    #expect(failure(latin)?.message == "\(latin) is not UTF-8 text: byte 16 (line 2) is 0xfc")
    let cut = try directory.write("cut.lua", Array("x".utf8) + [0xe6, 0x97])
    #expect(failure(cut)?.message.hasPrefix("\(cut) is not UTF-8 text: byte 1 ") == true)
    let zero = try directory.write("z.lua", [0x61, 0x00])
    #expect(failure(zero)?.message == "\(zero) is not text: byte 1 is zero")
    let large = try directory.write("big.lua", [UInt8](repeating: 0x20, count: ScriptFile.sizeLimit + 1))
    #expect(failure(large)?.message == "\(large) is too large for a script: more than 16 MB")
    #expect(failure(large)?.status == .usage)
  }

  @Test("An endless source is refused, not read for ever")
  func endless() {
    #expect(failure("/dev/zero")?.message == "/dev/zero is too large for a script: more than 16 MB")
  }
}
