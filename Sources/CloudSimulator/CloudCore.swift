import CloudAccess
import Foundation
import ImageImport
import Logging
import Synchronization

/// What all services of a local cloud share: its account, clock, state, buckets.
final class CloudCore: Sendable {
  let credentials: CloudCredentials
  let time: any TimeSource
  let directory: DataDirectory
  let store: StateStore
  let tree: BucketTree
  let catalog: ObjectCatalog
  let uploads: UploadTable
  let index: KeyIndex
  let logger: Logger
  private let reader: FileReader
  private let state: Mutex<CloudState>
  private let settings: Mutex<LocalCloudConfiguration>
  private let clock: Mutex<CloudClock>
  private let plan: Mutex<FaultPlan>
  private let calls = Mutex<[FaultCall: Int]>([:])
  private let received = Mutex<[FaultCall: Int]>([:])

  init(_ configuration: LocalCloudConfiguration, time: any TimeSource, logger: Logger) throws {
    settings = Mutex(configuration)
    self.time = time
    self.logger = logger
    directory = try DataDirectory(path: configuration.dataDirectory)
    credentials = try CloudCredentials.load(from: directory.credentials, region: configuration.region)
    store = try StateStore(path: directory.database)
    do {
      let snapshot = try store.load()
      let clock = CloudClock(scale: configuration.clockScale, now: time.now, resuming: snapshot.moment)
      self.clock = Mutex(clock)
      var plan = FaultPlan(seed: configuration.faultSeed)
      for fault in configuration.faults { plan.add(fault, at: clock.cloud(at: time.now)) }
      self.plan = Mutex(plan)
      state = Mutex(CloudState(snapshot, keepsKilled: configuration.keepsKilledImages))
      tree = BucketTree(root: directory.buckets)
      index = KeyIndex(tree: tree)
      catalog = try ObjectCatalog(queue: store.queue)
      uploads = try UploadTable(queue: store.queue, directory: directory.multipart)
      try uploads.recover(tree, catalog)
    } catch {
      throw LocalCloudError("The state \(directory.database) cannot be read: \(error)", hint: StateStore.advice)
    }
    reader = FileReader(tree: tree, catalog: catalog)
  }

  /// How the cloud behaves now; `configure` changes it.
  var configuration: LocalCloudConfiguration { settings.withLock { $0 } }

  /// Changes how the cloud behaves from now on.
  func configure(_ change: (inout LocalCloudConfiguration) throws(FaultError) -> Void) throws(FaultError) {
    let outcome = settings.withLock { settings -> Result<Void, FaultError> in
      // A change that fails half-way changes nothing.
      var changed = settings
      do throws(FaultError) {
        try change(&changed)
      } catch {
        return .failure(error)
      }
      settings = changed
      return .success(())
    }
    try outcome.get()
    let keepsKilled = configuration.keepsKilledImages
    state.withLock { $0.keepsKilled = keepsKilled }
  }

  private static func timing(_ configuration: LocalCloudConfiguration) -> JobMachine.Timing {
    JobMachine.Timing(
      base: configuration.jobBaseDuration.inSeconds, perGiB: configuration.jobDurationPerGiB.inSeconds)
  }

  // MARK: Time

  /// Cloud time now.
  var now: Date {
    let real = time.now
    return clock.withLock { $0.cloud(at: real) }
  }

  /// Whether `time` is another clock than that of this machine.
  var hasOwnTime: Bool { !(time is SystemTime) }

  /// Waits inside a call. The caller's exchange holds a clock that stands still meanwhile, so it is let go for the pause.
  func pause(_ duration: Duration) async throws {
    time.release()
    defer { time.hold() }
    try await time.sleep(for: duration)
  }

  /// Lets cloud time jump ahead.
  func advanceClock(by duration: Duration) {
    clock.withLock { $0.advance(by: duration.inSeconds) }
  }

  // MARK: Faults

  /// Counts a call and says what strikes it; `name` is asked only when a fault wants the image's name.
  func faults(for facts: FaultFacts, name: () -> String?) -> [FaultEffect] {
    calls.withLock { $0[facts.call, default: 0] += 1 }
    guard let needsNames = plan.withLock({ $0.entries.isEmpty ? nil : $0.needsNames }) else { return [] }
    var facts = facts
    if needsNames { facts.name = name() }
    let now = now
    return plan.withLock { $0.decide(facts, at: now) }
  }

  /// What faults decide about an import that is accepted now: once, however often its file is read.
  func order(forImageNamed name: String) -> JobOrder? {
    let order = JobOrder(faults(for: FaultFacts(call: .import, name: name)) { name })
    return order.isEmpty ? nil : order
  }

  /// Looks at the plan or changes it, at a moment of cloud time.
  func withPlan<Result: Sendable>(_ body: (inout FaultPlan, Date) -> Result) -> Result {
    let now = now
    return plan.withLock { body(&$0, now) }
  }

  /// How many calls of each kind came.
  var callCounts: [FaultCall: Int] { calls.withLock { $0 } }

  /// Counts bytes of a body that object storage received, whatever becomes of them.
  func countReceived(_ bytes: Int, by call: FaultCall) { received.withLock { $0[call, default: 0] += bytes } }

  /// How many bytes of bodies object storage received, by the kind of call.
  var receivedBytes: [FaultCall: Int] { received.withLock { $0 } }

  /// The name of the image a job makes.
  func imageName(ofJob id: String) -> String? { state.withLock { $0.jobs[id]?.imageName } }

  /// Jobs and images, oldest first.
  func inventory() -> (jobs: [JobRecord], images: [ImageState]) {
    let now = now
    return state.withLock { state in
      advance(&state, to: now)
      return (
        state.jobs.values.sorted { ($0.created, $0.id) < ($1.created, $1.id) },
        state.order.compactMap { state.images[$0.id] }
      )
    }
  }

  /// Makes every token void.
  func revokeTokens() { state.withLock { $0.revokeTokens() } }

  // MARK: State

  /// Brings the state up to the present and works on it; `body` must not wait for anything.
  func withState<Result: Sendable>(_ body: (inout CloudState, Date) throws(Refusal) -> Result) throws(Refusal) -> Result
  {
    let now = now
    let outcome = state.withLock { state -> Swift.Result<Result, Refusal> in
      advance(&state, to: now)
      do throws(Refusal) {
        return .success(try body(&state, now))
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  /// Looks at the tokens alone, which the passing of cloud time does not change.
  func token(_ token: String, now: Date) -> TokenTable.Entry? {
    let tokens = state.withLock { $0.tokens }
    return tokens.entry(for: token, now: now)
  }

  /// Lets happen what is due, and writes what changed; what cannot be written waits for the next time.
  func tick() throws {
    let now = now
    var batch = state.withLock { state in
      advance(&state, to: now)
      return state.takeChanges()
    }
    guard !batch.isEmpty else { return }
    batch.moment = moment()
    do {
      try store.write(batch)
    } catch {
      let failed = batch
      state.withLock { $0.putBack(failed) }
      throw error
    }
  }

  /// Writes the last changes and closes the database.
  func close() throws {
    var batch = state.withLock { $0.takeChanges() }
    batch.moment = moment()
    try store.write(batch)
    try store.close()
  }

  private func moment() -> (real: Date, cloud: Date) {
    let real = time.now
    return (real, clock.withLock { $0.cloud(at: real) })
  }

  /// Files that were read before give their verdict at once; others are read on their own thread.
  private func advance(_ state: inout CloudState, to now: Date) {
    guard let next = state.nextDue, next <= now else { return }
    var readings = state.advance(to: now)
    while !readings.isEmpty {
      for reading in readings { begin(reading, &state, now) }
      readings = state.advance(to: now)
    }
  }

  private func begin(_ reading: CloudState.Reading, _ state: inout CloudState, _ now: Date) {
    let location = ImageLocation(reading.source)
    let (bucket, key) = (location?.bucket ?? reading.source, location?.key ?? "")
    // On a clock that may jump a reading takes no time: how a job stands must not depend on how fast this machine is.
    if let evidence = hasOwnTime
      ? reader.evidence(bucket: bucket, key: key) : reader.knownEvidence(bucket: bucket, key: key)
    {
      finish(reading, bucket, key, evidence, &state, now)
      return
    }
    reader.read(bucket: bucket, key: key) { [weak self] evidence in
      guard let self else { return }
      self.state.withLock { state in
        self.finish(reading, bucket, key, evidence, &state, self.now)
      }
    }
  }

  private func finish(
    _ reading: CloudState.Reading, _ bucket: String, _ key: String, _ evidence: ImportJudge.Evidence,
    _ state: inout CloudState, _ now: Date
  ) {
    let configuration = configuration
    var verdict = ImportJudge(configuration).judge(
      evidence, bucket: bucket, key: key, isData: reading.isData, minDisk: reading.minDisk)
    var timing = Self.timing(configuration)
    if let order = state.jobs[reading.jobID]?.order {
      if let failure = order.failure { verdict = .bad(failure) }
      if let seconds = order.seconds { timing = JobMachine.Timing(base: seconds, perGiB: 0) }
    }
    state.finishReading(reading.jobID, verdict, now: now, timing: timing)
  }
}
