import CloudAccess
import Foundation
import ImageImport
import Logging
import PluginHost
import ScriptAPI
import Synchronization

/// The way of a test's script to its cloud, opened at the first call that needs it, and only inside a case.
final class TestRuntime: Sendable {
  private let cloud: CaseCloud?
  private let session: TestSession
  private let dialect: CloudDialect
  private let time: VirtualTime
  private let logger: Logger
  private let plugins: PluginHost?
  /// The case's own record of imports.
  let ledger: LedgerAccess
  private let runtime = Mutex<CloudRuntime?>(nil)
  private let shared = Mutex<CloudConnector?>(nil)

  /// `directory` takes the record of imports.
  init(
    cloud: CaseCloud?, session: TestSession, directory: URL, dialect: CloudDialect, time: VirtualTime,
    logger: Logger, plugins: PluginHost? = nil
  ) {
    self.plugins = plugins
    self.cloud = cloud
    self.session = session
    ledger = LedgerAccess(directory.appending(path: "ledger.sqlite").path, environment: [:])
    self.dialect = dialect
    self.time = time
    self.logger = logger
  }

  /// The one connection of a case: of its script, and of the plugins that it tests.
  var connector: CloudConnector {
    shared.withLock { shared in
      let connector = shared ?? CloudConnector(dialect: dialect) { [self] in try await connect() }
      shared = connector
      return connector
    }
  }

  func close() async {
    shared.withLock { $0 = nil }
    await runtime.withLock { $0 }?.shutdown()
  }

  private func connect() async throws -> ImportService {
    guard let cloud, !session.isDeclaring else {
      throw ConfigurationError(
        message: "there is no cloud outside of a case", hint: "make the call inside test.case(…, function(cloud) … end)"
      )
    }
    var profile = try await cloud.cloud.start().profile
    profile.dialect = dialect
    let opened = CloudRuntime(
      choice: .remote(profile, source: nil), scale: 1, events: plugins.map { $0 as any ImportEventSink } ?? NoEvents(),
      logger: logger, environment: [:],
      ledger: ledger, hooks: plugins.map { $0 as any ImportHooks } ?? NoHooks(), time: time)
    runtime.withLock { $0 = opened }
    return try await opened.connector.service()
  }
}
