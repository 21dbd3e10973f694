import Foundation

/// Paths without links, and what lies inside what.
public enum RealPath {
  /// The real path of something, as far as it exists: what is missing at the end is appended as it stands.
  ///
  /// Nil where it cannot be told: a missing part followed by `..`, a loop of links.
  public static func of(_ path: String) -> String? {
    var existing = path
    var missing: [String] = []
    var links = 0
    while true {
      if let real = realpath(existing, nil) {
        defer { free(real) }
        let base = String(cString: real)
        guard !missing.isEmpty else { return base }
        return (base == "/" ? "" : base) + "/" + missing.reversed().joined(separator: "/")
      }
      guard errno == ENOENT, existing != "/" else { return nil }
      // By bytes, as the system reads it: a slash with a combining mark behind it is no slash to `Character`.
      while existing.utf8.count > 1, existing.utf8.last == UInt8(ascii: "/") { existing.unicodeScalars.removeLast() }
      guard let slash = existing.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
      // A link that leads nowhere is no missing name: what it names is.
      if let target = link(existing) {
        links += 1
        guard links <= 40 else { return nil }
        let start = existing[..<existing.utf8.index(after: slash)]
        existing = target.utf8.first == UInt8(ascii: "/") ? target : start + target
        continue
      }
      let name = String(existing[existing.utf8.index(after: slash)...])
      guard name != "..", !name.isEmpty else { return nil }
      if name != "." { missing.append(name) }
      existing = slash == existing.startIndex ? "/" : String(existing[..<slash])
    }
  }

  /// What a link says; nil for what is none.
  private static func link(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = readlink(path, &buffer, buffer.count - 1)
    return count > 0 ? String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
  }

  /// The real path of what a descriptor has open, which no renaming meanwhile can falsify; nil where the system does not tell.
  static func of(descriptor: Int32) -> String? {
    link("/proc/self/fd/\(descriptor)").flatMap { $0.hasPrefix("/") ? $0 : nil }
  }

  /// Whether a real path is a directory itself or something in it.
  ///
  /// Bytes are compared, as the system compares names: two ways to write an "é" are one text and two directories.
  public static func isInside(_ path: String, _ directory: String) -> Bool {
    guard path.utf8.starts(with: directory.utf8) else { return false }
    let rest = path.utf8.dropFirst(directory.utf8.count)
    return rest.isEmpty || rest.first == UInt8(ascii: "/") || directory.utf8.last == UInt8(ascii: "/")
  }
}
