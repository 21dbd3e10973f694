import Foundation
import Workbench

/// Finds the test files among what a command line names.
enum TestFiles {
  static let suffix = "_test.lua"

  /// Files as they are named, and all `*_test.lua` below directories, each once.
  ///
  /// Hidden directories are not entered, nor are linked ones, so that no circle is walked.
  /// - Throws: `CommandFailure` of status 64 for a path that is not there, or when nothing is found.
  static func find(_ paths: [String]) throws -> [String] {
    var found: [String] = []
    for path in paths {
      var isDirectory: ObjCBool = false
      guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
        throw CommandFailure(
          .usage, "there is no file or directory '\(DisplayText.harmless(path))'",
          hint: "paths count from the current directory")
      }
      found += isDirectory.boolValue ? try walk(path, suffix: suffix) : [path]
    }
    guard !found.isEmpty else {
      let places = paths.map { "'\(DisplayText.harmless($0))'" }.joined(separator: ", ")
      throw CommandFailure(
        .usage, "there are no test files in \(places)",
        hint: "they are called *\(suffix); any other file is run when it is named")
    }
    var seen: Set<String> = []
    return found.filter { seen.insert(URL(filePath: $0).standardizedFileURL.path).inserted }
  }

  /// All files below a directory whose names end so, sorted.
  /// - Throws: `CommandFailure` of status 64 when a directory cannot be read.
  static func walk(_ directory: String, suffix: String) throws -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
    } catch {
      throw CommandFailure(
        .usage, "the directory '\(DisplayText.harmless(directory))' cannot be read", hint: "check its permissions")
    }
    var found: [String] = []
    for name in names where !name.hasPrefix(".") {
      let path = directory == "." ? name : directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)"
      var facts = stat()
      guard lstat(path, &facts) == 0 else { continue }
      switch facts.st_mode & S_IFMT {
      case S_IFDIR: found += try walk(path, suffix: suffix)
      case S_IFREG where name.hasSuffix(suffix): found.append(path)
      case S_IFLNK where name.hasSuffix(suffix):
        if stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG { found.append(path) }
      default: continue
      }
    }
    return found
  }
}
