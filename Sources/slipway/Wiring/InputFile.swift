import Foundation
import Workbench

/// A file that the command line names as input.
enum InputFile {
  /// Sees whether there is such a file, so that a mistyped path is wrong use in every command alike; standard input passes.
  /// - Throws: `CommandFailure` of status 64.
  static func check(_ path: String) throws {
    guard path != "-" else { return }
    let shown = "'\(DisplayText.harmless(path))'"
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw CommandFailure(.usage, "there is no file \(shown)", hint: "paths count from the current directory")
    }
    guard !isDirectory.boolValue else {
      throw CommandFailure(.usage, "\(shown) is a directory, not a file", hint: "name the file in it")
    }
    guard access(path, R_OK) == 0 else {
      throw CommandFailure(
        .usage, "\(shown) cannot be read: \(String(cString: strerror(errno)))",
        hint: "check owner and mode of the file and its directory")
    }
  }
}
