import Foundation
import ScriptCheck
import Workbench

/// Finds the scripts that a command line names, and the modules they require.
enum ScriptFiles {
  /// Files as they are named, and all `*.lua` below directories, each once.
  /// - Throws: `CommandFailure` of status 64 for a path that is not there, or when nothing is found.
  static func find(_ paths: [String]) throws -> [String] {
    var found: [String] = []
    for path in paths {
      var isDirectory: ObjCBool = false
      guard path == "-" || FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
        throw CommandFailure(
          .usage, "there is no file or directory '\(DisplayText.harmless(path))'",
          hint: "paths count from the current directory")
      }
      found += isDirectory.boolValue ? try TestFiles.walk(path, suffix: ".lua") : [path]
    }
    guard !found.isEmpty else {
      let places = paths.map { "'\(DisplayText.harmless($0))'" }.joined(separator: ", ")
      throw CommandFailure(.usage, "there are no scripts in \(places)", hint: "they are called *.lua")
    }
    var seen: Set<String> = []
    return found.filter { seen.insert(identity($0)).inserted }
  }

  /// The same for two ways to name a file.
  static func identity(_ path: String) -> String { path == "-" ? path : URL(filePath: path).standardizedFileURL.path }

  /// The bytes of a script; nothing is judged yet, that is for the checker.
  static func read(_ path: String) throws -> [UInt8] {
    let shown = path == "-" ? "standard input" : "'\(DisplayText.harmless(path))'"
    guard let handle = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path) else {
      throw CommandFailure(.usage, "\(shown) cannot be read", hint: "check its permissions")
    }
    let data: Data
    do {
      data = try handle.read(upToCount: ScriptFile.sizeLimit + 1) ?? Data()
    } catch {
      throw CommandFailure(.usage, "\(shown) cannot be read", hint: "is it a regular file?")
    }
    guard data.count <= ScriptFile.sizeLimit else {
      throw CommandFailure(
        .usage, "\(shown) is too large for a script: more than \(ScriptFile.sizeLimit >> 20) MB",
        hint: "is it an image rather than a workflow?")
    }
    return Array(data)
  }

  /// The file that `require` would load: beside the script, then in `lua`.
  ///
  /// A file that is itself a module can belong to a script further up, so that its directory's parents count as well.
  static func module(_ name: String, _ script: String, _ isModule: Bool) -> ScriptChecker.ModuleFile? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    let isClean = parts.allSatisfy { part in
      !part.isEmpty && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }
    }
    guard isClean else { return nil }
    let base = parts.joined(separator: "/")
    for directory in directories(script, isModule) {
      for path in ["\(base).lua", "\(base)/init.lua"] {
        let full = directory.isEmpty ? path : directory == "/" ? "/" + path : "\(directory)/\(path)"
        var facts = stat()
        guard stat(full, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, let bytes = try? read(full) else { continue }
        return ScriptChecker.ModuleFile(path: full, bytes: bytes)
      }
    }
    return nil
  }

  /// The files of a plugin count from the directory of its manifest.
  private static func directories(_ script: String, _ isModule: Bool) -> [String] {
    var directory = parent(script == "-" ? "" : script)
    var list = [directory]
    while !directory.isEmpty, directory != "/" {
      let manifest = FileManager.default.fileExists(atPath: directory + "/plugin.yaml")
      if isModule || manifest { list.append(directory) }
      if manifest { break }
      directory = parent(directory)
    }
    return list + (isModule && directory.isEmpty ? [""] : []) + ["lua"]
  }

  private static func parent(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "" }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
