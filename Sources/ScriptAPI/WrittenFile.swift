import Foundation

/// Writes the files that scripts make, each as a whole.
enum WrittenFile {
  /// Puts bytes under an absolute path: either all of them are there afterwards, or what was there before.
  ///
  /// The directory is opened first and asked about by what was opened; a link under the file's own name is replaced, not followed.
  static func write(_ bytes: [UInt8], to path: String, shown: String, access: any ScriptAccess) throws {
    let (directory, name) = try split(path, shown)
    try access.check(.writeFile(join(directory, name)))
    let place = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard place >= 0 else {
      throw ScriptFailure(
        kind: "not_found", "the directory of '\(shown)' does not exist", hint: "make it first; only files are written")
    }
    defer { close(place) }
    guard let opened = RealPath.of(descriptor: place) else {
      throw ScriptFailure(kind: "permission", "the directory of '\(shown)' cannot be told from others")
    }
    if opened != directory { try access.check(.writeFile(join(opened, name))) }
    let draft = ".\(name.prefix(100)).\(UUID().uuidString.prefix(8))"
    let file = openat(place, draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw failure(shown, errno) }
    var isPlaced = false
    defer { if !isPlaced { unlinkat(place, draft, 0) } }
    do {
      defer { close(file) }
      try fill(file, bytes, shown)
    }
    guard renameat(place, draft, place, name) == 0 else { throw failure(shown, errno) }
    isPlaced = true
  }

  /// The real path of a file that is about to be written, after asking whether it may; a link under its name leads to what is written.
  static func place(of path: String, shown: String, access: any ScriptAccess) throws -> String {
    let (directory, name) = try split(path, shown)
    let place = join(directory, name)
    try access.check(.writeFile(place))
    guard let real = RealPath.of(place), real != place else { return place }
    try access.check(.writeFile(real))
    return real
  }

  /// The real path of the directory and the name in it; split by bytes, since that is how the system finds the slash.
  private static func split(_ path: String, _ shown: String) throws -> (directory: String, name: String) {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
    let name = String(path[path.utf8.index(after: slash)...])
    guard !name.isEmpty, name != ".", name != ".." else { throw ScriptFailure("'\(shown)' names no file") }
    guard let directory = RealPath.of(slash == path.startIndex ? "/" : String(path[..<slash])) else {
      throw ScriptFailure(kind: "not_found", "the directory of '\(shown)' does not exist")
    }
    return (directory, name)
  }

  private static func join(_ directory: String, _ name: String) -> String {
    directory == "/" ? "/" + name : "\(directory)/\(name)"
  }

  private static func fill(_ file: Int32, _ bytes: [UInt8], _ shown: String) throws {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Foundation.write(file, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure(shown, errno)
      }
      written += count
    }
  }

  private static func failure(_ shown: String, _ code: Int32) -> ScriptFailure {
    ScriptFailure(kind: "permission", "the file '\(shown)' cannot be written: \(String(cString: strerror(code)))")
  }
}
