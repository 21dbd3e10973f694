import Foundation
import Testing

@testable import Workbench

@Suite("History")
struct HistoryFileTests {
  private let directory: ScratchDirectory

  init() throws {
    directory = try ScratchDirectory()
  }

  @Test("Lines survive, in a file that only its owner may read")
  func kept() throws {
    let file = HistoryFile(path: directory.path + "/state/slipway/repl_history")
    #expect(file.load().isEmpty)
    file.append("print('ü')")
    file.append("")
    file.append("two\nlines")
    file.append("ims.images()")
    #expect(file.load() == ["print('ü')", "ims.images()"])
    let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test("A file that others could read is closed to them with the next line")
  func tightened() throws {
    let path = try directory.write("history", "old\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    HistoryFile(path: path).append("new")
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
    #expect(HistoryFile(path: path).load() == ["old", "new"])
  }

  @Test("Only the newest lines are kept, and a file that grew is rewritten")
  func trimmed() throws {
    let path = try directory.write("history", (0..<25).map { "line \($0)\n" }.joined())
    let file = HistoryFile(path: path, limit: 10)
    #expect(file.load() == (15..<25).map { "line \($0)" })
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.split(separator: "\n").count == 10)
  }

  @Test("It lies under XDG_STATE_HOME, which counts only as an absolute path, else under the home directory")
  func place() {
    let path = { HistoryFile.standard(environment: $0)?.path }
    #expect(path(["XDG_STATE_HOME": "/s", "HOME": "/h"]) == "/s/slipway/repl_history")
    #expect(path(["XDG_STATE_HOME": "s", "HOME": "/h"]) == "/h/.local/state/slipway/repl_history")
    #expect(path([:]) == nil)
  }
}
