import CloudAccess
import CloudSimulator
import Foundation
import ImageImport
import Logging
import ObjectStorage
import ScriptAPI
import Synchronization

/// Owns what a command opens on its way to the cloud, and closes it at the end.
///
/// Nothing is opened before the first call that needs the cloud: an empty script starts neither a server nor a client.
final class CloudRuntime: Sendable {
  private struct Opened {
    var local: LocalCloud?
    var session: CloudSession?
    var transport: AsyncHTTPTransport?
  }

  private let choice: CloudChoice
  private let scale: Double
  private let events: any ImportEventSink
  private let hooks: any ImportHooks
  private let logger: Logger
  private let environment: [String: String]
  private let ledger: LedgerAccess
  private let requestsPerSecond: Double?
  private let concurrentImports: Int?
  private let time: any TimeSource
  private let shared = Mutex<CloudConnector?>(nil)
  private let opened = Mutex(Opened())

  /// `scale` is how much faster the cloud's time runs than this machine's; `requestsPerSecond` is the request budget and `concurrentImports` how
  /// many may be under way at once, nil for the usual ones.
  init(
    choice: CloudChoice, scale: Double, events: any ImportEventSink, logger: Logger, environment: [String: String],
    ledger: LedgerAccess, requestsPerSecond: Double? = nil,
    concurrentImports: Int? = nil, hooks: any ImportHooks = NoHooks(), time: any TimeSource = SystemTime()
  ) {
    self.requestsPerSecond = requestsPerSecond
    self.concurrentImports = concurrentImports
    self.choice = choice
    self.scale = scale
    self.events = events
    self.hooks = hooks
    self.logger = logger
    self.environment = environment
    self.ledger = ledger
    self.time = time
  }

  /// Connects on first use, once: scripts and plugins share one local cloud, one budget of requests and one scheduler.
  var connector: CloudConnector {
    shared.withLock { shared in
      let connector = shared ?? CloudConnector(dialect: choice.dialect) { [self] in try await connect() }
      shared = connector
      return connector
    }
  }

  /// Connects, for a command that needs nothing but object storage; `signature` nil signs as the profile says.
  func objectStore(signature: ObjectStorageSignature?) async throws -> ObjectStore {
    try await ObjectStore(session: connect().client.session, signature: signature)
  }

  /// Closes connections and stops the local cloud.
  func shutdown() async {
    shared.withLock { $0 = nil }
    let all = opened.withLock { state in
      defer { state = Opened() }
      return state
    }
    await all.session?.shutdown()
    await all.transport?.shutdown()
    await all.local?.stop()
  }

  private func connect() async throws -> ImportService {
    let store = try ledger.open()
    var profile: CloudProfile
    let submission = RecordingSubmitter.Policy(
      submission: SubmissionPolicy().scaled(by: scale), settlement: SettlementPolicy().scaled(by: scale),
      probing: MarkerProbe.Policy().scaled(by: scale))
    let polling = PollPolicy().scaled(by: scale)
    let deletionInterval = Duration.seconds(5) / max(1, scale)
    switch choice {
    case .remote(let given, _): profile = given
    case .local(let configuration, _):
      do {
        let cloud = try LocalCloud(configuration: configuration, time: time)
        profile = try await cloud.start().profile
        // Its port is another one in every run.
        profile.identity = "local:" + URL(filePath: configuration.dataDirectory).standardizedFileURL.path
        opened.withLock { $0.local = cloud }
      } catch let error as LocalCloudError {
        throw ConfigurationError(message: "the local cloud did not start: \(error.message)", hint: error.hint)
      }
    }
    let transport = AsyncHTTPTransport(
      verifyTLS: profile.verifyTLS, caFile: profile.caFile, proxyEnvironment: environment)
    let limiter = RequestLimiter(
      policy: RequestBudget.Policy(rate: requestsPerSecond ?? 5).scaled(by: requestsPerSecond == nil ? scale : 1),
      time: time)
    let session = CloudSession(
      profile: profile, transport: transport, time: time, logger: logger, governor: limiter)
    opened.withLock {
      $0.transport = transport
      $0.session = session
    }
    let client = ImageClient(session: session, time: time, deletionInterval: deletionInterval)
    let scheduler = JobScheduler(
      client: client, time: time, policy: polling,
      admission: AdmissionGate.Policy(ceiling: concurrentImports ?? 40).scaled(by: scale),
      slots: store as? any AdmissionSlots, history: RecordedDurations(store: store), events: events)
    let rules = RuleSet(dialect: choice.dialect)
    return ImportService(
      client: client, rules: rules,
      submitter: RecordingSubmitter(
        client: client, store: store, policy: submission, admission: scheduler, events: events),
      scheduler: scheduler,
      preflight: Preflight(client: client, rules: rules, ownImports: { await scheduler.admissions.underWay }),
      events: events, hooks: hooks)
  }
}
