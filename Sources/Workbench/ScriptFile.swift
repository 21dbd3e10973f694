import Foundation

/// A script read from disk and known to be text.
public struct ScriptFile: Sendable, Hashable {
  /// Scripts are written by people; anything larger is some other file.
  public static let sizeLimit = 16 << 20

  /// As given by the user; errors name it so.
  public let path: String
  public let bytes: [UInt8]

  /// Reads `path`; `-` is standard input.
  ///
  /// Throws `ScriptFileError` if it is missing, a directory, unreadable, too large, compiled Lua or not UTF-8.
  public init(path: String) throws {
    self.path = path == "-" ? "stdin" : path
    let descriptor = path == "-" ? dup(0) : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.openFailure(path, errno) }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw Self.openFailure(path, errno) }
    if facts.st_mode & S_IFMT == S_IFDIR {
      throw ScriptFileError(
        message: "\(self.path) is a directory, not a script",
        hint: "Name the Lua file in it, for example \(path)/main.lua.")
    }
    bytes = try Self.contents(descriptor, self.path)
    try Self.checkText(bytes, self.path)
  }

  /// A script that is in memory already.
  public init(name: String, bytes: [UInt8]) {
    path = name
    self.bytes = bytes
  }

  private static func openFailure(_ path: String, _ code: Int32) -> ScriptFileError {
    switch code {
    case ENOENT, ENOTDIR:
      ScriptFileError(message: "there is no script \(path)", hint: "Paths count from the current directory.")
    case EACCES, EPERM:
      ScriptFileError(message: "the script \(path) may not be read", hint: "Check its permissions.")
    default:
      ScriptFileError(message: "the script \(path) cannot be read: \(String(cString: strerror(code)))")
    }
  }

  private static func contents(_ descriptor: Int32, _ path: String) throws -> [UInt8] {
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw openFailure(path, errno)
      }
      if count == 0 { return result }
      result += buffer.prefix(count)
      if result.count > sizeLimit {
        throw ScriptFileError(
          message: "\(path) is too large for a script: more than \(sizeLimit >> 20) MB",
          hint: "Is it an image rather than a workflow? Large data belongs into a file that the script reads.")
      }
    }
  }

  private static func checkText(_ bytes: [UInt8], _ path: String) throws {
    if bytes.starts(with: [0x1b, 0x4c, 0x75, 0x61]) {
      throw ScriptFileError(
        message: "\(path) is compiled Lua, which is never run", hint: "Run the source file it was compiled from.")
    }
    if let index = firstInvalid(bytes) {
      let line = bytes[..<index].count { $0 == 0x0a } + 1
      throw ScriptFileError(
        message: "\(path) is not UTF-8 text: byte \(index) (line \(line)) is \(hex(bytes[index]))",
        hint: "Save the script as UTF-8, or write the byte as an escape: \"\\x\(hex(bytes[index], prefix: ""))\".")
    }
    if let index = bytes.firstIndex(of: 0) {
      throw ScriptFileError(
        message: "\(path) is not text: byte \(index) is zero", hint: "Is it an image rather than a workflow?")
    }
  }

  private static func hex(_ byte: UInt8, prefix: String = "0x") -> String {
    prefix + (byte < 16 ? "0" : "") + String(byte, radix: 16)
  }

  /// Where the bytes stop being UTF-8; nil if they are.
  private static func firstInvalid(_ bytes: [UInt8]) -> Int? {
    if String(validating: bytes, as: UTF8.self) != nil { return nil }
    var decoder = UTF8()
    var iterator = bytes.makeIterator()
    var index = 0
    while true {
      switch decoder.decode(&iterator) {
      case .scalarValue(let scalar): index += UTF8.width(scalar)
      case .error, .emptyInput: return index < bytes.count ? index : nil
      }
    }
  }
}
