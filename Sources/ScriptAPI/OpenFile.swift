import Foundation

/// Opens the files that scripts read, with errors that name them as the script did.
enum OpenFile {
  /// A handle at the start of a file; `shown` is the path in the script's own words.
  static func reading(_ path: String, shown: String) throws -> FileHandle {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw ScriptFailure(
        kind: "not_found", "the file '\(shown)' does not exist", hint: "relative paths start at the working directory")
    }
    guard !isDirectory.boolValue else { throw ScriptFailure("'\(shown)' is a directory, not a file") }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw ScriptFailure(kind: "permission", "the file '\(shown)' cannot be read", hint: "check its permissions")
    }
    return handle
  }
}
