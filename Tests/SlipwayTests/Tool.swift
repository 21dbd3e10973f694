import Foundation
import Synchronization
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

  /// A started process whose streams are collected.
  final class Running: Sendable {
    let process: Process
    private let readers: [Task<Void, Never>]

    fileprivate init(process: Process, output: FileHandle, errors: FileHandle) {
      self.process = process
      let box = Box()
      readers = [
        Task.detached { for await chunk in Self.chunks(output) { box.append(chunk, error: false) } },
        Task.detached { for await chunk in Self.chunks(errors) { box.append(chunk, error: true) } },
      ]
      self.box = box
    }

    private let box: Box

    private final class Box: Sendable {
      let data = Mutex<(Data, Data)>((Data(), Data()))
      func append(_ chunk: Data, error: Bool) { data.withLock { if error { $0.1 += chunk } else { $0.0 += chunk } } }
    }

    private static func chunks(_ handle: FileHandle) -> AsyncStream<Data> {
      AsyncStream { continuation in
        handle.readabilityHandler = { handle in
          let data = handle.availableData
          if data.isEmpty {
            handle.readabilityHandler = nil
            continuation.finish()
          } else {
            continuation.yield(data)
          }
        }
      }
    }

    var output: String { box.data.withLock { String(decoding: $0.0, as: UTF8.self) } }
    var errors: String { box.data.withLock { String(decoding: $0.1, as: UTF8.self) } }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for a text on a stream, or fails after a generous time.
    func waitFor(_ text: String, onErrors: Bool = false) async throws {
      for _ in 0..<3000 {
        if (onErrors ? errors : output).contains(text) { return }
        if !process.isRunning { break }
        try await Task.sleep(for: .milliseconds(10))
      }
      if (onErrors ? errors : output).contains(text) { return }
      Issue.record("'\(text)' never came; output: \(output); errors: \(errors)")
    }

    func finish() async -> Outcome {
      while process.isRunning { try? await Task.sleep(for: .milliseconds(5)) }
      for reader in readers { await reader.value }
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
    var all = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": "/nonexistent", "LANG": "C.UTF-8"]
    all.merge(environment) { $1 }
    process.environment = all
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    if let input {
      let pipe = Pipe()
      process.standardInput = pipe
      try process.run()
      let handle = pipe.fileHandleForWriting
      Thread.detachNewThread {
        try? handle.write(contentsOf: Data(input.utf8))
        try? handle.close()
      }
    } else {
      process.standardInput = FileHandle.nullDevice
      try process.run()
    }
    return Running(process: process, output: output.fileHandleForReading, errors: errors.fileHandleForReading)
  }

  static func run(
    _ arguments: [String], input: String? = nil, environment: [String: String] = [:], directory: URL? = nil,
    executable: URL? = nil
  ) async throws -> Outcome {
    try await start(arguments, input: input, environment: environment, directory: directory, executable: executable).finish()
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
