import CloudAccess
import CloudSimulator
import DiskImages
import Foundation
import ImageImport
import Logging
import LuaHost
import Synchronization
import Testing

@testable import ScriptAPI

/// A cloud of its own with real files, and VMs that reach it; removed with the test.
final class ScriptWorld: Sendable {
  static let scripts = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(
    path: "Scripts")

  let directory: URL
  let output = Mutex<[UInt8]>([])
  let logged = LogRecorder()
  let store = InMemoryRecordStore()
  private let cloud: LocalCloud
  private let opened = Mutex<(CloudSession, AsyncHTTPTransport)?>(nil)

  init(_ change: (inout LocalCloudConfiguration) -> Void = { _ in }) throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "slipway-script-\(UUID().uuidString)")
    let bucket = directory.appending(path: "cloud/buckets/images")
    try FileManager.default.createDirectory(at: bucket, withIntermediateDirectories: true)
    try Self.disk(gibibytes: 2, to: bucket.appending(path: "small.zvhd2"))
    try Self.disk(gibibytes: 60, to: bucket.appending(path: "big.zvhd2"))
    var configuration = LocalCloudConfiguration(dataDirectory: directory.appending(path: "cloud").path)
    configuration.clockScale = 10_000
    change(&configuration)
    cloud = try LocalCloud(configuration: configuration)
  }

  /// Writes a ZVHD2 whose disk has this size and one block of data.
  private static func disk(gibibytes: Int, to target: URL) throws {
    let raw = target.deletingPathExtension().appendingPathExtension("source")
    _ = FileManager.default.createFile(atPath: raw.path, contents: Data(repeating: 7, count: 512))
    let handle = try FileHandle(forWritingTo: raw)
    try handle.truncate(atOffset: UInt64(gibibytes) << 30)
    try handle.close()
    defer { try? FileManager.default.removeItem(at: raw) }
    var options = ConvertOptions()
    options.inputFormat = .raw
    options.synchronize = false
    _ = try DiskConverter.convert(from: raw.path, to: target.path, options: options) { _ in }
  }

  func close() async {
    let open = opened.withLock { state in
      defer { state = nil }
      return state
    }
    if let open {
      await open.0.shutdown()
      await open.1.shutdown()
    }
    await cloud.stop()
    try? FileManager.default.removeItem(at: directory)
  }

  /// Puts the small disk into the cloud under another BUCKET/KEY.
  func copyDisk(to path: String) throws {
    let buckets = directory.appending(path: "cloud/buckets")
    let target = buckets.appending(path: path)
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: buckets.appending(path: "images/small.zvhd2"), to: target)
  }

  /// The world a script sees.
  func context(
    arguments: [String] = [], environment: [String: String] = [:], script: String? = nil,
    directory: String = ScriptWorld.scripts.path
  ) -> ScriptContext {
    var context = ScriptContext(
      arguments: arguments, scriptPath: script, environment: environment, workingDirectory: directory,
      logger: Logger(label: "test") { _ in self.logged.handler },
      cloud: CloudConnector(dialect: .otc) { [self] in try await connect() })
    context.openHistory = { [store] in store }
    return context
  }

  private func connect() async throws -> ImportService {
    let profile = try await cloud.start().profile
    let transport = AsyncHTTPTransport()
    let session = CloudSession(
      profile: profile, transport: transport, time: SystemTime(),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    opened.withLock { $0 = (session, transport) }
    let client = ImageClient(session: session)
    let rules = RuleSet(dialect: .otc)
    return ImportService(
      client: client, rules: rules, submitter: RecordingSubmitter(client: client, store: store),
      scheduler: JobScheduler(client: client, policy: PollPolicy().scaled(by: 10_000)),
      preflight: Preflight(client: client, rules: rules))
  }

  /// A fresh VM with every module; `print` goes to `output`.
  func makeVM(_ context: ScriptContext) throws -> LuaVM {
    var configuration = LuaVM.Configuration()
    configuration.modules = context.modules
    configuration.searchPath = [Self.scripts.path]
    configuration.output = { [self] bytes in output.withLock { $0 += bytes } }
    return try LuaVM(configuration)
  }

  /// Runs a script's text and gives back what it printed.
  @discardableResult
  func run(_ source: String, arguments: [String] = [], environment: [String: String] = [:]) async throws -> String {
    let vm = try makeVM(context(arguments: arguments, environment: environment, script: "dir/test.lua"))
    do {
      _ = try await vm.run(Array(source.utf8), name: "test.lua", arguments: arguments.map { .string($0) })
      await vm.close()
    } catch {
      await vm.close()
      throw error
    }
    return takeOutput()
  }

  /// What was printed since the last call.
  @discardableResult
  func takeOutput() -> String {
    output.withLock { bytes in
      defer { bytes = [] }
      return String(decoding: bytes, as: UTF8.self)
    }
  }
}

/// Gives every test a world and takes it away again, whatever happens.
func withWorld<Result>(
  _ change: (inout LocalCloudConfiguration) -> Void = { _ in }, _ body: (ScriptWorld) async throws -> Result
) async throws -> Result {
  let world = try ScriptWorld(change)
  do {
    let result = try await body(world)
    await world.close()
    return result
  } catch {
    await world.close()
    throw error
  }
}
