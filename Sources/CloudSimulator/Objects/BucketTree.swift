import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// The buckets as directories, and keys as paths in them; nothing outside is ever reached, by dots or by links.
struct BucketTree: Sendable {
  /// What the file system says of a file.
  struct Status: Sendable, Hashable {
    var size: UInt64
    /// Nanoseconds since 1970.
    var modified: Int64
    var inode: UInt64
    var isDirectory: Bool

    init(_ facts: stat) {
      isDirectory = facts.st_mode & S_IFMT == S_IFDIR
      size = isDirectory ? 0 : UInt64(max(0, facts.st_size))
      modified = Int64(facts.st_mtim.tv_sec) * 1_000_000_000 + Int64(facts.st_mtim.tv_nsec)
      inode = UInt64(facts.st_ino)
    }

    var modifiedDate: Date { Date(timeIntervalSince1970: Double(modified / 1_000_000) / 1000) }
  }

  /// Directory of all buckets, links resolved.
  let root: String

  init(root: String) {
    self.root = Self.resolved(root) ?? root
  }

  /// Whether a name fits the rules for buckets: 3 to 63 of `a-z 0-9 - .`, letter or digit at both ends, no address.
  static func isBucketName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard (3...63).contains(bytes.count), let first = bytes.first, let last = bytes.last else { return false }
    func isLetterOrDigit(_ byte: UInt8) -> Bool {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    guard isLetterOrDigit(first), isLetterOrDigit(last),
      bytes.allSatisfy({ isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") })
    else { return false }
    for wrong in ["..", ".-", "-."] where name.contains(wrong) { return false }
    return name.split(separator: ".").count != 4 || name.contains { $0 != "." && !$0.isNumber }
  }

  /// Names of all buckets, sorted.
  func buckets() -> [String] {
    entries(root).filter { Self.isBucketName($0) && status(path: root + "/" + $0)?.isDirectory == true }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  func hasBucket(_ bucket: String) -> Bool {
    Self.isBucketName(bucket) && status(path: root + "/" + bucket)?.isDirectory == true
  }

  /// Path a key would have, whether or not something is there; nil for keys that cannot be a path.
  func plainPath(bucket: String, key: String) -> String? {
    guard Self.isBucketName(bucket), !key.isEmpty, key.utf8.count <= 1024, !key.utf8.contains(0) else { return nil }
    let parts = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      let isTail = index == parts.count - 1
      guard isTail || !part.isEmpty, !part.elementsEqual(".".utf8), !part.elementsEqual("..".utf8), part.count <= 255
      else { return nil }
    }
    return root + "/" + bucket + "/" + key
  }

  /// Path of what a key names, links resolved; nil when nothing is there or a link leads out of the bucket.
  func existingPath(bucket: String, key: String) -> String? {
    guard let plain = plainPath(bucket: bucket, key: key), let real = Self.resolved(plain) else { return nil }
    guard let home = Self.resolved(root + "/" + bucket), Self.isInside(home, real) else { return nil }
    return real
  }

  /// Whether the part of a path that exists lies in the bucket, links resolved.
  func leads(_ path: String, into bucket: String) -> Bool {
    guard let home = Self.resolved(root + "/" + bucket) else { return false }
    var part = path
    while true {
      if let real = Self.resolved(part) { return Self.isInside(home, real) }
      guard let parent = part.parentPath, !parent.isEmpty else { return false }
      part = parent
    }
  }

  /// Whether a path is the folder or lies below it, both links resolved.
  private static func isInside(_ folder: String, _ path: String) -> Bool {
    path.utf8.elementsEqual(folder.utf8) || path.utf8.starts(with: (folder + "/").utf8)
  }

  /// Facts on the file of a key; nil when there is no file. A key that ends with a slash names a directory.
  func status(bucket: String, key: String) -> (path: String, status: Status)? {
    guard let path = existingPath(bucket: bucket, key: key), let status = status(path: path),
      status.isDirectory == key.endsWithSlash
    else { return nil }
    return (path, status)
  }

  /// Facts on a path; nil when nothing is there, or neither file nor directory.
  func status(path: String) -> Status? {
    var facts = stat()
    guard stat(path, &facts) == 0 else { return nil }
    let kind = facts.st_mode & S_IFMT
    guard kind == S_IFREG || kind == S_IFDIR else { return nil }
    return Status(facts)
  }

  /// All keys of a bucket, sorted by bytes; an empty directory is a key that ends with a slash.
  ///
  /// `visit` hears of every directory before it is read. Linked directories are not entered, so that no circle of links is
  /// walked.
  func keys(bucket: String, visit: (String) -> Void = { _ in }) -> [String] {
    guard hasBucket(bucket) else { return [] }
    var found: [String] = []
    walk(bucket, "", &found, visit)
    return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private func walk(_ bucket: String, _ folder: String, _ found: inout [String], _ visit: (String) -> Void) {
    let base = root + "/" + bucket + "/" + folder
    visit(base)
    guard let directory = opendir(base) else { return }
    defer { closedir(directory) }
    var isEmpty = true
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: UInt8.self, capacity: 256) { String(validatingCString: $0) }
      }
      guard let name, name != ".", name != ".." else { continue }
      isEmpty = false
      let key = folder + name
      switch Self.kind(of: entry.pointee.d_type, base + name) {
      case S_IFREG: found.append(key)
      case S_IFDIR: walk(bucket, key + "/", &found, visit)
      case S_IFLNK where status(bucket: bucket, key: key) != nil: found.append(key)
      default: continue
      }
    }
    if isEmpty, !folder.isEmpty { found.append(folder) }
  }

  /// Facts on the file of a key that the walk found: what is no link needs no resolving.
  func listedStatus(bucket: String, key: String) -> (path: String, status: Status)? {
    guard let path = plainPath(bucket: bucket, key: key) else { return nil }
    var facts = stat()
    guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return status(bucket: bucket, key: key) }
    return (path, Status(facts))
  }

  /// Kind of a directory entry, asked of the file system where the entry does not tell.
  private static func kind(of type: UInt8, _ path: String) -> mode_t {
    switch Int(type) {
    case Int(DT_REG): return S_IFREG
    case Int(DT_DIR): return S_IFDIR
    case Int(DT_LNK): return S_IFLNK
    default:
      var facts = stat()
      return lstat(path, &facts) == 0 ? facts.st_mode & S_IFMT : 0
    }
  }

  private func entries(_ path: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
  }

  private static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}

/// Slashes as the file system sees them. To Swift a slash and a combining mark behind it are one character and no slash,
/// so that looking for characters would let `../` pass unseen.
extension String {
  var endsWithSlash: Bool { utf8.last == UInt8(ascii: "/") }

  /// Everything before the last slash; nil when there is none.
  var parentPath: String? {
    utf8.lastIndex(of: UInt8(ascii: "/")).map { String(self[..<$0]) }
  }
}

/// `String(validatingCString:)` over bytes of a directory entry.
extension String {
  fileprivate init?(validatingCString bytes: UnsafePointer<UInt8>) {
    var length = 0
    while bytes[length] != 0 { length += 1 }
    self.init(validating: UnsafeBufferPointer(start: bytes, count: length), as: UTF8.self)
  }
}
