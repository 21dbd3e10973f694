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
    var connector: CloudConnector?
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
  private let layer: TransportLayer?
  private let tape: SessionTape?
  private let isRehearsal: Bool
  private let trace: ImportTrace?
  private let opened = Mutex(Opened())

  /// `scale` is how much faster the cloud's time runs than this machine's; `requestsPerSecond` is the request budget and `concurrentImports` how
  /// many may be under way at once, nil for the usual ones.
  ///
  /// `trace` gives records the ids of their events. `layer` stands between the session and the network; `tape` is what the session is recorded on or played from. In a rehearsal `time`
  /// is one that jumps: requests are signed by the real one, nothing is left to chance, and nothing is asked for its own sake.
  init(
    choice: CloudChoice, scale: Double, events: any ImportEventSink, logger: Logger, environment: [String: String],
    ledger: LedgerAccess, requestsPerSecond: Double? = nil,
    concurrentImports: Int? = nil, hooks: any ImportHooks = NoHooks(), time: any TimeSource = SystemTime(),
    layer: TransportLayer? = nil, tape: SessionTape? = nil, isRehearsal: Bool = false, trace: ImportTrace? = nil
  ) {
    self.trace = trace
    self.layer = layer
    self.tape = tape
    self.isRehearsal = isRehearsal
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
    opened.withLock { state in
      if let connector = state.connector { return connector }
      let connector = CloudConnector(dialect: choice.dialect) { [self] in try await connect() }
      state.connector = connector
      return connector
    }
  }

  /// Whether anything was asked of the cloud yet.
  var isOpen: Bool { opened.withLock { $0.session != nil } }

  /// Connects, for a command that needs nothing but object storage; `signature` nil signs as the profile says.
  func objectStore(signature: ObjectStorageSignature?) async throws -> ObjectStore {
    try await ObjectStore(session: connector.service().client.session, signature: signature)
  }

  /// Closes connections and stops the local cloud.
  func shutdown() async {
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
      // Whether it measures is up to chance and to the ledger, so a replay could not do the same.
      probing: tape == nil && !isRehearsal ? MarkerProbe.Policy().scaled(by: scale) : nil)
    let isReplay = tape?.isReplay == true
    let usual = (isRehearsal ? PollPolicy(listsFrom: .max) : PollPolicy()).scaled(by: scale)
    let polling = isReplay ? usual.eager : usual
    let deletionInterval = Duration.seconds(5) / max(1, scale)
    switch choice {
    case .remote(let given, _):
      if given.verifyTLS, let file = given.caFile { try CertificateFile.check(file) }
      profile = given
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
    try tape?.connected(to: profile)
    let network = AsyncHTTPTransport(
      verifyTLS: profile.verifyTLS, caFile: profile.caFile, proxyEnvironment: environment)
    // What waited for its turn in a recorded run has its answer at the moment that this led to; nothing waits for it twice.
    let limiter = RequestLimiter(
      policy: RequestBudget.Policy(rate: requestsPerSecond ?? 5).scaled(by: requestsPerSecond == nil ? scale : 1),
      time: time)
    let isFixed = isRehearsal
    let chance: @Sendable () -> Double = { isFixed ? 0.5 : .random(in: 0..<1) }
    let random = tape?.random ?? chance
    let sessionTime: any TimeSource = isRehearsal ? SigningTime(time) : time
    let session = CloudSession(
      profile: profile, transport: layer?(network) ?? network, time: sessionTime, logger: logger,
      governor: isReplay ? nil : limiter,
      random: random)
    opened.withLock {
      $0.transport = network
      $0.session = session
    }
    let client = ImageClient(session: session, time: time, deletionInterval: deletionInterval)
    let scheduler = JobScheduler(
      client: client, time: time, policy: polling,
      admission: AdmissionGate.Policy(ceiling: isReplay ? 1_000_000 : concurrentImports ?? 40).scaled(by: scale),
      slots: store as? any AdmissionSlots, history: RecordedDurations(store: store),
      killedImages: store as? any KilledImageMemory, events: events,
      maximumInFlight: isReplay ? 1_000_000 : 16, random: random)
    let rules = RuleSet(dialect: choice.dialect)
    return ImportService(
      client: client, rules: rules,
      submitter: RecordingSubmitter(
        client: client, store: tape?.store(store) ?? store, policy: submission,
        admission: tape?.admission(scheduler) ?? scheduler, events: events, jitter: random,
        makeID: { [tape] in tape?.recordID($0, $1) ?? ULID.make(at: $0) }, trace: trace),
      scheduler: scheduler,
      preflight: Preflight(client: client, rules: rules, ownImports: { await scheduler.admissions.underWay }),
      events: events, hooks: hooks)
  }
}
