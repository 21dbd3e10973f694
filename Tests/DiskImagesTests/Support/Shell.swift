import Foundation

/// Runs the programs of the system that tests compare with.
enum Shell {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Runs a program found on the path and returns its standard output; a status other than 0 throws.
  ///
  /// Through `popen`, as Foundation's `Process` leaks a few bytes, which the leak sanitizer takes for ours.
  @discardableResult
  static func output(_ command: String...) throws -> [UInt8] {
    try output(command)
  }

  @discardableResult
  static func output(_ command: [String]) throws -> [UInt8] {
    let quoted = command.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " ")
    guard let stream = popen("PATH=$PATH:/usr/sbin:/sbin; \(quoted) 2>&1", "r") else {
      throw Failure(description: "cannot run \(command)")
    }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = fread(&buffer, 1, buffer.count, stream)
      guard count > 0 else { break }
      output += buffer[..<count]
    }
    guard pclose(stream) == 0 else {
      throw Failure(description: "\(command): \(String(decoding: output, as: UTF8.self))")
    }
    return output
  }

  static func has(_ program: String) -> Bool {
    let path = (ProcessInfo.processInfo.environment["PATH"] ?? "") + ":/usr/sbin:/sbin"
    return path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
  }

  /// SHA-256 of a file, in hexadecimal.
  static func sha256(_ path: String) throws -> String {
    String(decoding: try output("sha256sum", path), as: UTF8.self).split(separator: " ").first.map(String.init) ?? ""
  }
}
