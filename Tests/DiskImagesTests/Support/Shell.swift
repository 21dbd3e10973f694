import Foundation

/// Runs the programs of the system that tests compare with.
enum Shell {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// Runs a program found on the path and returns its standard output; a status other than 0 throws.
  @discardableResult
  static func output(_ command: String...) throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    let message = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "\(command): \(String(decoding: message, as: UTF8.self))")
    }
    return data
  }

  static func has(_ program: String) -> Bool {
    let path = (ProcessInfo.processInfo.environment["PATH"] ?? "") + ":/usr/sbin:/sbin"
    return path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
  }

  /// SHA-256 of files, in hexadecimal, in the order of `paths`.
  static func sha256(_ path: String) throws -> String {
    String(decoding: try output("sha256sum", path), as: UTF8.self).split(separator: " ").first.map(String.init) ?? ""
  }
}
