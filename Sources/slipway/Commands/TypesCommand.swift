import ArgumentParser
import CloudAccess
import Foundation
import LuaHost
import ScriptAPI
import Workbench

/// `slipway types`: what lets an editor complete and check workflows.
struct TypesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "types", abstract: "Write annotations for an editor: completion, help and checks for workflows.",
    discussion: """
      Writes one Lua file a module, with LuaCATS annotations, as they are in this version of slipway, and prints the path of every \
      file it wrote. Lua and EmmyLua language servers read them. For example, in the directory of your workflows:

        slipway types --luarc

      A .luarc.json that is there is completed by lines in front and otherwise left as it is.
      """)

  @Argument(
    help: ArgumentHelp("Where to; what slipway wrote there before is replaced.", valueName: "dir"),
    completion: .directory)
  var directory = "lua/types"

  @Flag(help: "Also write or complete .luarc.json in the working directory.")
  var luarc = false

  @Flag(help: "Replace files that slipway did not write, and a .luarc.json that cannot be completed.")
  var force = false

  func validate() throws {
    if directory.isEmpty { throw ValidationError("The directory's name is empty; leave it out for lua/types.") }
  }

  mutating func run() throws {
    while directory.count > 1, directory.hasSuffix("/") { directory.removeLast() }
    let console = Console(terminal: .detect())
    let files = StubWriter(ScriptInterface.standard).files
    try checkForeign(files.map(\.path))
    for file in files { try write(file.text, to: directory + "/" + file.path, console) }
    try removeStale(files.map(\.path), console)
    if luarc { try completeSettings(console) }
    if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
  }

  /// Refuses before anything is written, so that a refusal leaves all as it was.
  private func checkForeign(_ paths: [String]) throws {
    if force { return }
    for path in paths {
      let target = directory + "/" + path
      guard FileManager.default.fileExists(atPath: target), !Self.isOurs(target) else { continue }
      throw CommandFailure(
        .refused, "'\(target)' was not written by slipway; nothing was changed.",
        hint: "name another directory, or replace it with --force")
    }
  }

  private static func isOurs(_ path: String) -> Bool {
    let text = try? String(contentsOfFile: path, encoding: .utf8)
    return text?.split(separator: "\n").prefix(4).contains { $0.hasPrefix(StubWriter.mark + "slipway ") } == true
  }

  /// Modules that this version no longer has.
  private func removeStale(_ paths: [String], _ console: Console) throws {
    let present = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    for name in present.sorted() where name.hasSuffix(".lua") && !paths.contains(name) {
      let path = directory + "/" + name
      guard Self.isOurs(path) else { continue }
      try attempt(path) { try FileManager.default.removeItem(atPath: path) }
      console.note("removed \(path), which this version does not have")
    }
  }

  private func write(_ text: String, to path: String, _ console: Console) throws {
    if (try? String(contentsOfFile: path, encoding: .utf8)) == text { return }
    try attempt(path) {
      let place = URL(filePath: path)
      try FileManager.default.createDirectory(
        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: place, atomically: true, encoding: .utf8)
    }
    console.print(path)
  }

  private func completeSettings(_ console: Console) throws {
    let path = ".luarc.json"
    let settings = EditorSettings(library: directory)
    guard FileManager.default.fileExists(atPath: path), !force || FileManager.default.isDirectory(path) else {
      return try write(settings.text, to: path, console)
    }
    guard let existing = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw CommandFailure(.failed, "'\(path)' cannot be read.")
    }
    switch settings.completing(existing) {
    case .complete: console.note("\(path) has all settings")
    case .write(let text, let added):
      try write(text, to: path, console)
      console.note("added \(added.joined(separator: ", ")) to \(path)")
    case .refused(let why):
      throw CommandFailure(
        .refused, "'\(path)' was left as it is: \(why).",
        hint: "add these lines to it, or replace it with --force:\n\(settings.text)")
    }
  }

  private func attempt(_ path: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch {
      throw CommandFailure(.failed, "'\(path)' cannot be written: \(SystemErrorText.text(error))")
    }
  }
}

extension FileManager {
  fileprivate func isDirectory(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
  }
}
