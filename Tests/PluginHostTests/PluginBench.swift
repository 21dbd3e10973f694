import CloudAccess
import Foundation
import ImageImport
import Logging
import LuaHost
import ScriptAPI
import Synchronization

@testable import PluginHost

/// A project in a directory of its own, with plugins written by a test; removed with it.
final class PluginBench: Sendable {
  let directory: URL
  let notices = Mutex<[PluginNotice]>([])
  let printed = Mutex<String>("")
  private let environment: [String: String]

  init(environment: [String: String] = [:]) throws {
    let made = FileManager.default.temporaryDirectory.appending(path: "slipway-plugins-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: made, withIntermediateDirectories: true)
    // The real path, since capabilities are compared by it.
    directory = made.resolvingSymlinksInPath()
    self.environment = environment
  }

  func close() { try? FileManager.default.removeItem(at: directory) }

  func path(_ relative: String) -> String { directory.appending(path: relative).path }

  func write(_ relative: String, _ text: String) throws {
    let url = directory.appending(path: relative)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: url, atomically: true, encoding: .utf8)
  }

  /// Writes a plugin with a manifest of the usual head and these lines.
  func plugin(_ name: String, _ lua: String, manifest: String = "", version: String = "1.0.0") throws {
    try write("plugins/\(name)/plugin.yaml", "name: \(name)\nversion: \(version)\napi: ^1.0\n\(manifest)\n")
    try write("plugins/\(name)/main.lua", lua)
  }

  /// The settings of a project file with this text.
  func settings(_ project: String? = nil, _ change: (inout PluginSettings) throws -> Void = { _ in }) throws
    -> PluginSettings
  {
    if let project { try write("slipway.yaml", project) }
    var settings = PluginSettings(
      project: try ProjectFile.find(from: directory.path),
      finder: PluginFinder(directories: [path("plugins")]), environment: environment)
    try change(&settings)
    return settings
  }

  var context: ScriptContext {
    ScriptContext(
      environment: environment, workingDirectory: directory.path,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      cloud: CloudConnector(dialect: .otc) { throw ConfigurationError(message: "no cloud in this test") })
  }

  func world(_ context: ScriptContext? = nil) -> PluginWorld {
    PluginWorld(
      context: context ?? self.context, clock: SystemLuaClock(),
      report: { [self] notice in notices.withLock { $0.append(notice) } },
      output: { [self] name, bytes in printed.withLock { $0 += "\(name): " + String(decoding: bytes, as: UTF8.self) } })
  }

  /// A host with the plugins of the project file loaded.
  func host(
    _ project: String, context: ScriptContext? = nil,
    _ change: @escaping @Sendable (inout PluginSettings) throws -> Void = { _ in }
  ) async throws -> PluginHost {
    try write("slipway.yaml", project)
    let host = PluginHost { [self] in try settings(nil, change) }
    try await host.load(world(context))
    return host
  }

  /// Why a project cannot be loaded.
  func problems(
    _ project: String, _ change: @escaping @Sendable (inout PluginSettings) throws -> Void = { _ in }
  ) async -> [PluginProblem] {
    do {
      let host = try await host(project, change)
      await host.finish()
      return []
    } catch {
      return (error as? PluginFailure)?.problems ?? [PluginProblem(place: "?", message: "\(error)")]
    }
  }

  /// The messages of the notices so far.
  var told: [String] { notices.withLock { $0.map { "\($0.plugin) \($0.message)" } } }
}

/// Gives a test a bench and takes it away again.
func withBench<Result>(
  environment: [String: String] = [:], _ body: (PluginBench) async throws -> Result
) async throws -> Result {
  let bench = try PluginBench(environment: environment)
  defer { bench.close() }
  return try await body(bench)
}

/// A request that the rules have nothing against.
let soundRequest = ImportRequest(
  kind: .data, fields: ["name": "data01", "image_url": "ims-image:data01.zvhd2", "min_disk": 20])

extension PluginHost {
  func report(_ request: ImportRequest = soundRequest) async throws -> ValidationReport {
    try await validate(request, by: RuleSet(dialect: .otc)).report
  }
}
