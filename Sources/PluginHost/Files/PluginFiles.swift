import Crypto
import Foundation

/// All files of a plugin, read once: what is hashed is what runs, whatever happens to the directory afterwards.
public struct PluginFiles: Sendable {
  private static let countLimit = 2000
  private static let sizeLimit = 32 << 20
  private static let depthLimit = 12

  /// The directory, as the user knows it.
  public let directory: String

  /// Contents by relative path with `/` between its parts.
  public private(set) var contents: [String: [UInt8]] = [:]

  private var total = 0

  /// Reads a directory; hidden files and directories are no part of the plugin.
  ///
  /// - Throws: ``PluginFailure`` for links, devices, names that cannot be shown, and more than a plugin may have.
  public init(directory: String) throws {
    self.directory = directory
    let root = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard root >= 0 else { throw Self.failure(directory, "the plugin's directory cannot be read: \(Self.reason())") }
    try read(root, path: "", depth: 0)
  }

  /// Files that are in memory already.
  public init(directory: String, contents: [String: [UInt8]]) {
    self.directory = directory
    self.contents = contents
  }

  /// Takes ownership of the descriptor.
  private mutating func read(_ descriptor: Int32, path: String, depth: Int) throws {
    guard depth <= Self.depthLimit else {
      close(descriptor)
      throw Self.failure(place(path), "the plugin has directories more than \(Self.depthLimit) levels deep")
    }
    guard let stream = fdopendir(descriptor) else {
      close(descriptor)
      throw Self.failure(place(path), "the directory cannot be read: \(Self.reason())")
    }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let bytes = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if bytes.first == UInt8(ascii: ".") { continue }
      guard let name = String(validating: bytes, as: UTF8.self), name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
      else {
        throw Self.failure(place(path), "a file of the plugin has a name that is no text")
      }
      try add(name, in: dirfd(stream), path: path, depth: depth)
    }
  }

  private mutating func add(_ name: String, in parent: Int32, path: String, depth: Int) throws {
    let whole = path.isEmpty ? name : path + "/" + name
    var facts = stat()
    guard fstatat(parent, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 else {
      throw Self.failure(place(whole), "the file cannot be looked at: \(Self.reason())")
    }
    switch facts.st_mode & S_IFMT {
    case S_IFDIR:
      let child = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard child >= 0 else { throw Self.failure(place(whole), "the directory cannot be read: \(Self.reason())") }
      try read(child, path: whole, depth: depth + 1)
    case S_IFREG:
      let file = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard file >= 0 else { throw Self.failure(place(whole), "the file cannot be read: \(Self.reason())") }
      defer { close(file) }
      guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
        throw Self.failure(place(whole), "the file was exchanged while it was read")
      }
      contents[whole] = try content(of: file, whole)
      guard contents.count <= Self.countLimit else {
        throw Self.failure(directory, "the plugin has more than \(Self.countLimit) files")
      }
    case S_IFLNK:
      throw Self.failure(
        place(whole), "the plugin has a link, which may lead anywhere", hint: "put the file itself into the plugin")
    default:
      throw Self.failure(place(whole), "the plugin has a file that is neither a regular file nor a directory")
    }
  }

  private mutating func content(of file: Int32, _ path: String) throws -> [UInt8] {
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Foundation.read(file, &chunk, chunk.count)
      if count == 0 { return content }
      if count < 0 {
        if errno == EINTR { continue }
        throw Self.failure(place(path), "the file cannot be read: \(Self.reason())")
      }
      content += chunk[..<count]
      total += count
      guard total <= Self.sizeLimit else {
        throw Self.failure(directory, "the plugin's files are larger than \(Self.sizeLimit >> 20) MB together")
      }
    }
  }

  /// The SHA-256 over all names, lengths and contents, in the order of the names' bytes; hexadecimal.
  public var hash: String {
    var sum = SHA256()
    for (path, content) in contents.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      // The zero byte and the length keep names and contents from being taken for each other.
      sum.update(data: Data("\(path)\0\(content.count)\0".utf8))
      sum.update(data: content)
    }
    return sum.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Where a file of the plugin stands, for messages.
  public func place(_ path: String) -> String { path.isEmpty ? directory : directory + "/" + path }

  /// Whether a text is a path that stays below its start.
  static func isRelative(_ path: String) -> Bool {
    !path.isEmpty && !path.utf8.contains(0) && !path.contains("\\")
      && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
        !$0.isEmpty && $0 != "." && $0 != ".."
      }
  }

  private static func reason() -> String { String(cString: strerror(errno)) }

  private static func failure(_ place: String, _ message: String, hint: String? = nil) -> PluginFailure {
    PluginFailure([PluginProblem(place: place, message: message, hint: hint)])
  }
}
