import ArgumentParser
import Foundation
import ScriptAPI

/// What scripts may reach beyond reading files and the cloud.
struct AccessOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Let the script talk to this server over HTTP: HOST, HOST:PORT or *.example.com; may be repeated.",
      valueName: "host"))
  var allowNet: [String] = []

  @Option(
    help: ArgumentHelp("Let the script write files in this directory; may be repeated.", valueName: "dir"),
    completion: .directory)
  var allowWrite: [String] = []

  func validate() throws { _ = try access() }

  /// - Throws: `ValidationError`.
  func access() throws -> UserAccess {
    var access = UserAccess()
    for text in allowNet {
      guard let pattern = NetworkPattern(text) else {
        throw ValidationError(
          "--allow-net must be HOST, HOST:PORT or HOST:*, without a scheme or a path, got '\(text)'.")
      }
      access.network.append(pattern)
    }
    for text in allowWrite {
      let path = text.hasPrefix("/") ? text : FileManager.default.currentDirectoryPath + "/" + text
      guard let real = RealPath.of(path) else { throw ValidationError("--allow-write: '\(text)' cannot be found.") }
      access.writable.append(real)
    }
    return access
  }
}
