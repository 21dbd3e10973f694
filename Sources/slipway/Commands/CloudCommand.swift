import ArgumentParser
import CloudAccess
import CloudSimulator
import Foundation
import Workbench

/// `slipway cloud`: the local cloud as a server of its own.
struct CloudCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cloud",
    abstract: "Run the local cloud: IAM, IMS and OBS under one endpoint.",
    discussion: """
      Once it listens, it prints one JSON line: endpoint, access_key, secret_key, user, password, domain, project, \
      project_id, region. Buckets are directories: DIR/buckets/BUCKET/KEY. State is kept in DIR and survives a restart. \
      SIGTERM or Ctrl-C ends it. For example:

        slipway cloud --data cloud --port 8080 --clock-scale 1000
        slipway cloud --data cloud --fault reply_lost_after:submit:every=3
      """)

  @Option(help: ArgumentHelp("Listen on this port; 0 takes any free one.", valueName: "n"))
  var port = 0

  @Option(help: ArgumentHelp("Listen on this address.", valueName: "address"))
  var host = "127.0.0.1"

  @Option(help: ArgumentHelp("Keep state and buckets here.", valueName: "dir"))
  var data: String

  @Option(help: ArgumentHelp("Let cloud time run this many times faster.", valueName: "x"))
  var clockScale = 1.0

  @Option(help: ArgumentHelp("Whose rules to follow: otc or huawei.", valueName: "dialect"))
  var dialect: CloudDialect = .otc

  @Option(help: ArgumentHelp("How many private images the project may have.", valueName: "n"))
  var imageQuota = 50

  @Option(help: ArgumentHelp("How many image-creating tasks may run at a time.", valueName: "n"))
  var concurrentTasks = 40

  @Option(help: ArgumentHelp("The region's name.", valueName: "name"))
  var region = "eu-de"

  @Flag(help: "Refuse a name that another image has (IMG.0009).")
  var uniqueNames = false

  @OptionGroup var faults: FaultOptions

  func validate() throws {
    guard !data.isEmpty else { throw ValidationError("--data must name a directory, got ''.") }
    guard (0...65535).contains(port) else { throw ValidationError("--port must be 0 to 65535, got \(port).") }
    guard clockScale > 0, clockScale <= 1e6 else {
      throw ValidationError("--clock-scale must be above 0 and at most 1000000, got \(clockScale).")
    }
    guard imageQuota >= 0, concurrentTasks > 0 else {
      throw ValidationError("--image-quota must not be negative and --concurrent-tasks must be at least 1.")
    }
  }

  func run() async throws {
    var configuration = LocalCloudConfiguration(dataDirectory: data)
    configuration.port = port
    configuration.host = host
    configuration.clockScale = clockScale
    configuration.dialect = dialect
    configuration.imageQuota = imageQuota
    configuration.concurrentTasks = concurrentTasks
    configuration.region = region
    configuration.refusesDuplicateNames = uniqueNames
    try faults.trouble.apply(to: &configuration)

    let (stops, stop) = AsyncStream.makeStream(of: Void.self)
    let trap = SignalTrap([.terminate, .interrupt]) { _ in stop.yield() }
    defer { trap.cancel() }
    let cloud: LocalCloud
    let access: LocalCloudAccess
    do {
      cloud = try LocalCloud(configuration: configuration)
      access = try await cloud.start()
    } catch {
      throw CommandFailure(.configuration, "the local cloud did not start: \(error)")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let console = Console(terminal: .detect())
    console.print(String(decoding: try encoder.encode(access), as: UTF8.self))
    if let status = console.reportOutputFailure() {
      await cloud.stop()
      throw ExitCode(status.code)
    }
    for await _ in stops { break }
    await cloud.stop()
  }
}

extension CloudDialect: ExpressibleByArgument {}
