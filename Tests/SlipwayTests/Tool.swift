import Foundation
import Testing

/// Runs the built `slipway` as a user would.
enum Tool {
  struct Outcome: Sendable {
    var status: Int32
    var output: String
    var errors: String
  }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The binary beside the test bundle: SwiftPM builds it before the tests.
  static let binary: URL = {
    if let given = ProcessInfo.processInfo.environment["SLIPWAY_BINARY"] { return URL(filePath: given) }
    let bundle = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let beside = bundle.deletingLastPathComponent().appending(path: "slipway")
    if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
    return root.appending(path: ".build/debug/slipway")
  }()

  /// A started process whose streams go to files: a pipe's end would be inherited by every process started meanwhile.
  final class Running: Sendable {
    let process: Process
    private let directory: URL

    fileprivate init(process: Process, directory: URL) {
      self.process = process
      self.directory = directory
    }

    var output: String { read("output") }
    var errors: String { read("errors") }

    private func read(_ name: String) -> String {
      (try? Data(contentsOf: directory.appending(path: name))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for a text on a stream, or fails after a generous time.
    func waitFor(_ text: String, onErrors: Bool = false) async throws {
      for _ in 0..<6000 {
        if (onErrors ? errors : output).contains(text) { return }
        if !process.isRunning { break }
        try await Task.sleep(for: .milliseconds(10))
      }
      if (onErrors ? errors : output).contains(text) { return }
      Issue.record("'\(text)' never came; output: \(output); errors: \(errors)")
    }

    func finish() async -> Outcome {
      while process.isRunning { try? await Task.sleep(for: .milliseconds(5)) }
      defer { try? FileManager.default.removeItem(at: directory) }
      return Outcome(status: process.terminationStatus, output: output, errors: errors)
    }
  }

  /// Starts the tool with an environment in which nothing is configured.
  static func start(
    _ arguments: [String], input: String? = nil, environment: [String: String] = [:], directory: URL? = nil,
    executable: URL? = nil
  ) throws -> Running {
    let process = Process()
    process.executableURL = executable ?? binary
    process.arguments = arguments
    process.currentDirectoryURL = directory ?? root
    var all = [
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8",
    ]
    let streams = FileManager.default.temporaryDirectory.appending(path: "slipway-streams-\(UUID().uuidString)")
    // Every run has a ledger of its own unless its test says otherwise.
    all["XDG_STATE_HOME"] = streams.path
    all.merge(environment) { $1 }
    process.environment = all
    try FileManager.default.createDirectory(at: streams, withIntermediateDirectories: true)
    func file(_ name: String, _ content: String = "") throws -> URL {
      let url = streams.appending(path: name)
      try Data(content.utf8).write(to: url)
      return url
    }
    process.standardOutput = try FileHandle(forWritingTo: file("output"))
    process.standardError = try FileHandle(forWritingTo: file("errors"))
    process.standardInput = try input.map { try FileHandle(forReadingFrom: file("input", $0)) } ?? .nullDevice
    try process.run()
    return Running(process: process, directory: streams)
  }

  static func run(
    _ arguments: [String], input: String? = nil, environment: [String: String] = [:], directory: URL? = nil,
    executable: URL? = nil
  ) async throws -> Outcome {
    try await start(arguments, input: input, environment: environment, directory: directory, executable: executable)
      .finish()
  }
}

/// A directory of a test's own, removed with it.
func withTemporaryDirectory<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
  let directory = FileManager.default.temporaryDirectory.appending(path: "slipway-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  do {
    let result = try await body(directory)
    try? FileManager.default.removeItem(at: directory)
    return result
  } catch {
    try? FileManager.default.removeItem(at: directory)
    throw error
  }
}
