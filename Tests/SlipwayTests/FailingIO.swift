import Foundation
import Testing

/// A library that makes the calls of a program fail, hold or lie, from `scripts/data/failing-io.c`.
enum FailingIO {
  /// Nil where there is no C compiler.
  static let library: URL? = {
    let built = FileManager.default.temporaryDirectory.appending(path: "slipway-failing-io-\(UUID().uuidString).so")
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/env")
    compiler.arguments = [
      "cc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror",
      Tool.root.appending(path: "scripts/data/failing-io.c").path, "-o", built.path,
    ]
    guard (try? compiler.run()) != nil else { return nil }
    compiler.waitUntilExit()
    guard compiler.terminationStatus == 0 else { return nil }
    // Loaded by every program that is started; gone with the last of them.
    atexit { FailingIO.library.map { try? FileManager.default.removeItem(at: $0) } }
    return built
  }()

  /// The environment in which `call` fails, for files whose path ends in `name`.
  static func environment(
    _ call: String, _ name: String, code: Int32? = nil, after: Int = 0, until: URL? = nil
  ) throws -> [String: String] {
    var environment = [
      "LD_PRELOAD": try #require(library).path, "FAIL_CALL": call, "FAIL_NAME": name, "FAIL_AFTER": "\(after)",
    ]
    environment["FAIL_CODE"] = code.map { "\($0)" }
    environment["FAIL_UNTIL"] = until?.path
    return environment
  }

  /// The environment in which files whose path ends in `name` are broken at `offset`, give at most `short` bytes a read,
  /// or are taken for a block device.
  static func disk(
    _ name: String, brokenAt offset: Int? = nil, short: Int? = nil, isDevice: Bool = false
  ) throws -> [String: String] {
    var environment = ["LD_PRELOAD": try #require(library).path, "FAIL_NAME": name]
    environment["FAIL_OFFSET"] = offset.map { "\($0)" }
    environment["FAIL_SHORT"] = short.map { "\($0)" }
    environment["FAIL_DEVICE"] = isDevice ? "1" : nil
    return environment
  }

  /// Waits until the program has come to a call that holds.
  static func waitUntilHeld(_ until: URL) async throws {
    for _ in 0..<6000 where !FileManager.default.fileExists(atPath: until.path + ".held") {
      try await Task.sleep(for: .milliseconds(10))
    }
    #expect(FileManager.default.fileExists(atPath: until.path + ".held"), "the program never came to the call")
  }

  static func goOn(_ until: URL) throws { try Data().write(to: until) }
}
