import CloudAccess
import Foundation
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// A cloud on this machine: IAM, IMS and OBS under one endpoint, with image files in directories and its state on disk.
///
/// Jobs read the image files they import; tokens, signatures, quotas and limits are those of the real service. It is what a
/// client without a configured cloud talks to, and what tests run against.
public final class LocalCloud: Sendable {
  private enum Phase {
    case idle
    case starting
    case running(server: Task<Void, any Error>, group: ServiceGroup, ticker: Task<Void, Never>)
    case stopped
  }

  let core: CloudCore
  private let logger: Logger
  private let phase = Mutex<Phase>(.idle)

  /// Opens the data directory.
  ///
  /// `time` is the clock for tokens, signatures and pauses; cloud time passes along with it, at the configured scale.
  ///
  /// - Throws: `LocalCloudError` when the directory cannot be used, or another cloud uses it.
  public init(
    configuration: LocalCloudConfiguration, time: any TimeSource = SystemTime(),
    logger: Logger = Logger(label: "slipway.local-cloud")
  ) throws {
    guard configuration.clockScale > 0, configuration.clockScale.isFinite else {
      throw LocalCloudError(
        "The clock scale is \(configuration.clockScale): expected a number above 0",
        hint: "1 is natural speed, 1000 is fast")
    }
    guard (0...65535).contains(configuration.port) else {
      throw LocalCloudError("The port is \(configuration.port): expected 0 to 65535")
    }
    var logger = logger
    // The server's own words about connections are of no use to those who import images.
    if logger.logLevel < .warning { logger.logLevel = max(logger.logLevel, .notice) }
    self.logger = logger
    core = try CloudCore(configuration, time: time, logger: logger)
  }

  /// Listens, and returns how to reach this cloud; a cloud starts once.
  ///
  /// - Throws: `LocalCloudError` when the address cannot be listened on.
  public func start() async throws -> LocalCloudAccess {
    let mayStart = phase.withLock { phase in
      guard case .idle = phase else { return false }
      phase = .starting
      return true
    }
    guard mayStart else { throw LocalCloudError("The local cloud was started before: make a new one") }
    let configuration = core.configuration
    let (ports, listening) = AsyncStream.makeStream(of: Int.self)
    let application = Application(
      responder: CloudResponder(core),
      server: .http1(configuration: .init(additionalChannelHandlers: [WireHandler(), ContinueHandler()])),
      configuration: ApplicationConfiguration(
        address: .hostname(configuration.host, port: configuration.port), serverName: "slipway-cloud"),
      onServerRunning: { channel in
        listening.yield(channel.localAddress?.port ?? configuration.port)
        listening.finish()
      }, logger: logger)
    var group = ServiceGroupConfiguration(services: [application], logger: logger)
    group.maximumGracefulShutdownDuration = .seconds(2)
    // No maximum for the cancellation: past it the library ends the whole process, tool and all.
    let services = ServiceGroup(configuration: group)
    let server = Task {
      defer { listening.finish() }
      try await services.run()
    }
    var port: Int?
    for await number in ports { port = number }
    guard let port else {
      let reason = await server.result
      phase.withLock { $0 = .stopped }
      try? core.close()
      core.directory.unlock()
      throw Self.failure(reason, configuration)
    }
    let core = core
    let logger = logger
    let ticker = Task {
      var isFailing = false
      while !Task.isCancelled {
        do {
          try core.tick()
          isFailing = false
        } catch {
          if !isFailing { logger.error("the state cannot be written", metadata: ["error": "\(error)"]) }
          isFailing = true
        }
        try? await Task.sleep(for: .milliseconds(100))
      }
    }
    phase.withLock { $0 = .running(server: server, group: services, ticker: ticker) }
    return access(port: port)
  }

  /// Ends all connections, writes the state and closes it; afterwards the directory is free for another cloud.
  public func stop() async {
    let last = phase.withLock { phase in
      let last = phase
      phase = .stopped
      return last
    }
    switch last {
    case .running(let server, let group, let ticker):
      await group.triggerGracefulShutdown()
      if await !Self.ends(server, within: .seconds(15)) {
        logger.error("some connections did not end and are left alone")
      }
      ticker.cancel()
      await ticker.value
    case .idle: break
    case .starting, .stopped: return
    }
    do { try core.close() } catch { logger.error("the state cannot be written", metadata: ["error": "\(error)"]) }
    core.directory.unlock()
  }

  private static func ends(_ server: Task<Void, any Error>, within limit: Duration) async -> Bool {
    let (ends, end) = AsyncStream.makeStream(of: Bool.self)
    let watcher = Task {
      _ = await server.result
      end.yield(true)
    }
    let timer = Task {
      try await Task.sleep(for: limit)
      end.yield(false)
    }
    defer { timer.cancel() }
    for await ended in ends {
      if !ended { watcher.cancel() }
      return ended
    }
    return false
  }

  private func access(port: Int) -> LocalCloudAccess {
    let account = core.credentials
    let host = core.configuration.host
    let name = host == "0.0.0.0" || host == "::" ? "127.0.0.1" : host
    return LocalCloudAccess(
      endpoint: "http://\(name.contains(":") ? "[\(name)]" : name):\(port)", accessKey: account.access_key,
      secretKey: account.secret_key, user: account.user, password: account.password, domain: account.domain,
      project: account.project, projectID: account.project_id, region: account.region)
  }

  private static func failure(
    _ result: Result<Void, any Error>, _ configuration: LocalCloudConfiguration
  ) -> LocalCloudError {
    let address = "\(configuration.host):\(configuration.port)"
    guard case .failure(let error) = result else {
      return LocalCloudError("The local cloud ended before it listened on \(address)")
    }
    // The library's own text names its functions.
    let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
    return LocalCloudError(
      "The local cloud cannot listen on \(address): \(reason)", hint: "choose another port, or 0 for any free one")
  }
}
