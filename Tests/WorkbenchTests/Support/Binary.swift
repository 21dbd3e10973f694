import Foundation

/// The built `slipway` beside the test bundle, run in directories of its own.
struct Binary {
  struct Outcome {
    var output: String
    var error: String
    var status: Int32
  }

  /// Nil where only the tests were built.
  static let path: String? = {
    guard let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else { return nil }
    let path = (own as NSString).deletingLastPathComponent + "/slipway"
    return FileManager.default.isExecutableFile(atPath: path) ? path : nil
  }()

  static let expect: String? = ["/usr/bin/expect", "/usr/local/bin/expect"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  let directory: ScratchDirectory

  init() throws {
    directory = try ScratchDirectory()
  }

  var environment: [String: String] {
    [
      "HOME": directory.path, "XDG_STATE_HOME": directory.path + "/state", "XDG_DATA_HOME": directory.path + "/data",
      "XDG_CONFIG_HOME": directory.path + "/config", "PATH": "/usr/bin:/bin", "TERM": "xterm", "LC_ALL": "C.UTF-8",
      "SLIPWAY_BINARY": Self.path ?? "",
    ]
  }

  func run(
    _ arguments: [String], program: String? = nil, input: String = "", environment extra: [String: String] = [:],
    started: ((Process) async throws -> Void)? = nil
  ) async throws -> Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program ?? Self.path ?? "")
    process.arguments = arguments
    process.environment = environment.merging(extra) { _, new in new }
    process.currentDirectoryURL = URL(fileURLWithPath: directory.path)
    // Files, not pipes: nothing to drain while the process runs.
    let names = ["stdin", "stdout", "stderr"].map { directory.path + "/" + $0 }
    for name in names { try Data((name == names[0] ? input : "").utf8).write(to: URL(fileURLWithPath: name)) }
    process.standardInput = FileHandle(forReadingAtPath: names[0])
    process.standardOutput = FileHandle(forWritingAtPath: names[1])
    process.standardError = FileHandle(forWritingAtPath: names[2])
    let ended = AsyncStream<Void>.makeStream()
    process.terminationHandler = { _ in ended.continuation.finish() }
    try process.run()
    try await started?(process)
    for await _ in ended.stream {}
    let texts = try names.map { try String(contentsOfFile: $0, encoding: .utf8) }
    return Outcome(output: texts[1], error: texts[2], status: process.terminationStatus)
  }

  /// What the process has written to a stream so far.
  func written(_ stream: String) -> String {
    (try? String(contentsOfFile: directory.path + "/" + stream, encoding: .utf8)) ?? ""
  }
}
