import Foundation

/// Opens the files that scripts read, with errors that name them as the script did.
enum OpenFile {
  /// A handle at the start of a file; `shown` is the path in the script's own words.
  ///
  /// What is checked is the file that was opened in the end, so nobody can swap a directory or a link in between.
  static func reading(_ path: String, shown: String, access: any ScriptAccess) throws -> FileHandle {
    try check(path, access)
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw ScriptFailure(
        kind: "not_found", "the file '\(shown)' does not exist", hint: "relative paths start at the working directory")
    }
    guard !isDirectory.boolValue else { throw ScriptFailure("'\(shown)' is a directory, not a file") }
    // Without O_NONBLOCK, opening a named pipe that nobody writes to would wait for good.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw ScriptFailure(kind: "permission", "the file '\(shown)' cannot be read", hint: "check its permissions")
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw ScriptFailure(
        "'\(shown)' is a device or a pipe, not a regular file", hint: "write what it holds into a file first")
    }
    if access.confinesFiles {
      guard let opened = RealPath.of(descriptor: descriptor) else {
        throw ScriptFailure(
          kind: "permission", "the file '\(shown)' cannot be told from others", hint: "is /proc there?")
      }
      try access.check(.readFile(opened))
    }
    return handle
  }

  /// Calls `body` with a path that leads to the file which was checked, whatever becomes of its name meanwhile.
  ///
  /// Where files are not confined it is the path itself.
  static func guarded<Result>(
    _ path: String, shown: String, access: any ScriptAccess, _ body: (String) throws -> Result
  ) throws -> Result {
    guard access.confinesFiles else { return try body(path) }
    let handle = try reading(path, shown: shown, access: access)
    defer { try? handle.close() }
    return try body("/proc/self/fd/\(handle.fileDescriptor)")
  }

  /// Asks whether a path may be looked at, before anything about it becomes known.
  static func check(_ path: String, _ access: any ScriptAccess) throws {
    guard access.confinesFiles else { return }
    try access.check(.readFile(RealPath.of(path) ?? (path as NSString).standardizingPath))
  }
}
