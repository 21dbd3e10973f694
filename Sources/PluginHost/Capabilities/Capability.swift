import Foundation
import ScriptAPI

/// Something that a plugin asks for and that a user grants: `net:HOST[:PORT]`, `fs.read:DIR`, `env:NAME`, `ims.read` and so on.
///
/// Both sides may write patterns. A call is allowed when one that was asked for and one that was granted cover it, so a plugin may ask
/// broadly (`net:*`) and a user grant narrowly (`net:hooks.example.com`).
public struct Capability: Sendable, Hashable, CustomStringConvertible {
  enum Form: Sendable, Hashable {
    case network(NetworkPattern)
    /// A directory as a real path; nil for any.
    case readFiles(String?)
    case writeFiles(String?)
    case environment(NamePattern)
    case readObjects(NamePattern)
    case writeObjects(NamePattern)
    case images(AccessNeed.ImageUse)
  }

  /// As it was written.
  public let description: String
  let form: Form

  static let kinds = [
    "net", "fs.read", "fs.write", "env", "obs.read", "obs.write", "ims.read", "ims.submit", "ims.delete",
  ]

  /// Reads a capability; relative directories count from `directory`.
  ///
  /// - Throws: ``PluginProblem/message`` as a ``Malformed``.
  public init(_ text: String, directory: String) throws {
    description = text
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let kind = parts[0]
    let operand = parts.count > 1 ? parts[1] : nil
    func needed(_ what: String) throws -> String {
      guard let operand, !operand.isEmpty else {
        throw Malformed("'\(text.prefix(80))' does not say which", hint: "expected \(kind):\(what)")
      }
      return operand
    }
    func name(_ what: String, _ isAllowed: (UInt8) -> Bool) throws -> NamePattern {
      let operand = try needed(what)
      guard let pattern = NamePattern(operand, isAllowed: isAllowed) else {
        throw Malformed(
          "'\(text.prefix(80))' is no capability", hint: "expected \(kind):\(what); a * at the end stands for any")
      }
      return pattern
    }
    switch kind {
    case "net":
      guard let pattern = NetworkPattern(try needed("HOST")) else {
        throw Malformed(
          "'\(text.prefix(80))' names no server",
          hint: "expected net:HOST, net:HOST:PORT or net:HOST:*, without a scheme or a path; HOST may be *.example.com")
      }
      form = .network(pattern)
    case "fs.read": form = .readFiles(try Self.directory(needed("DIR"), directory))
    case "fs.write": form = .writeFiles(try Self.directory(needed("DIR"), directory))
    case "env": form = .environment(try name("NAME", Self.isVariable))
    case "obs.read": form = .readObjects(try name("BUCKET", Self.isBucket))
    case "obs.write": form = .writeObjects(try name("BUCKET", Self.isBucket))
    case "ims.read", "ims.submit", "ims.delete":
      guard operand == nil, let use = AccessNeed.ImageUse(rawValue: String(kind.dropFirst(4))) else {
        throw Malformed("'\(text.prefix(80))' is no capability", hint: "\(kind) stands alone")
      }
      form = .images(use)
    default:
      throw Malformed(
        "'\(text.prefix(80))' is no capability", hint: NodeReader.suggestion(kind, Self.kinds))
    }
  }

  struct Malformed: Error {
    var message: String
    var hint: String?

    init(_ message: String, hint: String? = nil) {
      self.message = message
      self.hint = hint
    }
  }

  private static func directory(_ text: String, _ base: String) throws -> String? {
    if text == "*" { return nil }
    guard !text.utf8.contains(0), text.utf8.count < 4096, !text.contains("*") else {
      throw Malformed("'\(text.prefix(80))' is no directory", hint: "a directory's path, or * for any")
    }
    let path = text.hasPrefix("/") ? text : base + "/" + text
    guard let real = RealPath.of(path) else {
      throw Malformed("the directory '\(text.prefix(80))' cannot be found", hint: "is a link on the way broken?")
    }
    return real
  }

  private static func isVariable(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
  }

  private static func isBucket(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D || byte == 0x2E
  }

  /// Whether a need is among what it stands for.
  func covers(_ need: AccessNeed) -> Bool {
    switch (form, need) {
    case (.network(let pattern), .network(let host, let port, _)): pattern.matches(host: host, port: port)
    case (.readFiles(let directory), .readFile(let path)), (.writeFiles(let directory), .writeFile(let path)):
      directory.map { RealPath.isInside(path, $0) } ?? true
    case (.environment(let pattern), .environment(let name)): pattern.matches(name)
    case (.readObjects(let pattern), .readObjects(let bucket)): pattern.matches(bucket)
    case (.writeObjects(let pattern), .writeObjects(let bucket)): pattern.matches(bucket)
    case (.images(let use), .images(let needed)): use == needed
    default: false
    }
  }

  /// Whether something is covered by both.
  func overlaps(_ other: Capability) -> Bool {
    switch (form, other.form) {
    case (.network(let left), .network(let right)): left.overlaps(right)
    case (.readFiles(let left), .readFiles(let right)), (.writeFiles(let left), .writeFiles(let right)):
      left.map { left in right.map { RealPath.isInside(left, $0) || RealPath.isInside($0, left) } ?? true } ?? true
    case (.environment(let left), .environment(let right)), (.readObjects(let left), .readObjects(let right)),
      (.writeObjects(let left), .writeObjects(let right)):
      left.overlaps(right)
    case (.images(let left), .images(let right)): left == right
    default: false
    }
  }
}

/// A name, or the beginning of names with a `*` behind it.
struct NamePattern: Sendable, Hashable {
  private let prefix: String
  private let isOpen: Bool

  init?(_ text: String, isAllowed: (UInt8) -> Bool) {
    isOpen = text.hasSuffix("*")
    prefix = isOpen ? String(text.dropLast()) : text
    guard text.utf8.count <= 255, !text.isEmpty, prefix.utf8.allSatisfy(isAllowed) else { return nil }
  }

  func matches(_ name: String) -> Bool { isOpen ? name.hasPrefix(prefix) : name == prefix }

  func overlaps(_ other: NamePattern) -> Bool {
    switch (isOpen, other.isOpen) {
    case (true, true): prefix.hasPrefix(other.prefix) || other.prefix.hasPrefix(prefix)
    case (true, false): other.prefix.hasPrefix(prefix)
    case (false, true): prefix.hasPrefix(other.prefix)
    case (false, false): prefix == other.prefix
    }
  }
}
