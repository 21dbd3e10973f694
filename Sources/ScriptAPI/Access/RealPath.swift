import Foundation

/// Paths without links, and what lies inside what.
public enum RealPath {
  /// The real path of something, as far as it exists: what is missing at the end is appended as it stands.
  ///
  /// Nil where it cannot be told: a missing part followed by `..`, a loop of links.
  public static func of(_ path: String) -> String? {
    var existing = path
    var missing: [String] = []
    while true {
      if let real = realpath(existing, nil) {
        defer { free(real) }
        let base = String(cString: real)
        guard !missing.isEmpty else { return base }
        return (base == "/" ? "" : base) + "/" + missing.reversed().joined(separator: "/")
      }
      guard errno == ENOENT, existing != "/" else { return nil }
      // A link that leads nowhere is no missing name: writing to it would write elsewhere.
      var facts = stat()
      while existing.count > 1, existing.hasSuffix("/") { existing.removeLast() }
      if lstat(existing, &facts) == 0 { return nil }
      guard let slash = existing.lastIndex(of: "/") else { return nil }
      let name = String(existing[existing.index(after: slash)...])
      guard name != "..", !name.isEmpty else { return nil }
      if name != "." { missing.append(name) }
      existing = slash == existing.startIndex ? "/" : String(existing[..<slash])
    }
  }

  /// The real path of what a descriptor has open, which no renaming meanwhile can falsify; nil where the system does not tell.
  static func of(descriptor: Int32) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count - 1)
    guard count > 0, count < buffer.count - 1, buffer[0] == CChar(bitPattern: UInt8(ascii: "/")) else { return nil }
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Whether a real path is a directory itself or something in it.
  public static func isInside(_ path: String, _ directory: String) -> Bool {
    if path == directory || directory == "/" { return true }
    return path.hasPrefix(directory.hasSuffix("/") ? directory : directory + "/")
  }
}
