import CloudAccess
import Foundation
import ImageImport
import Logging
import Synchronization

/// What all services of a local cloud share: its account, clock, state, buckets.
final class CloudCore: Sendable {
  let configuration: LocalCloudConfiguration
  let credentials: CloudCredentials
  let clock: CloudClock
  let directory: DataDirectory
  let store: StateStore
  let tree: BucketTree
  let catalog: ObjectCatalog
  let logger: Logger
  private let reader: FileReader
  private let judge: ImportJudge
  private let state: Mutex<CloudState>

  init(_ configuration: LocalCloudConfiguration, logger: Logger) throws {
    self.configuration = configuration
    self.logger = logger
    directory = try DataDirectory(path: configuration.dataDirectory)
    credentials = try CloudCredentials.load(from: directory.credentials, region: configuration.region)
    store = try StateStore(path: directory.database)
    do {
      let snapshot = try store.load()
      clock = CloudClock(scale: configuration.clockScale, now: Date(), resuming: snapshot.moment)
      let timing = JobMachine.Timing(
        base: configuration.jobBaseDuration.inSeconds, perGiB: configuration.jobDurationPerGiB.inSeconds)
      state = Mutex(CloudState(snapshot, timing: timing, keepsKilled: configuration.keepsKilledImages))
      catalog = try ObjectCatalog(queue: store.queue)
    } catch {
      throw LocalCloudError("The state \(directory.database) cannot be read: \(error)", hint: StateStore.advice)
    }
    tree = BucketTree(root: directory.buckets)
    reader = FileReader(tree: tree, catalog: catalog)
    judge = ImportJudge(configuration)
  }

  /// Brings the state up to the present and works on it; `body` must not wait for anything.
  func withState<Result: Sendable>(_ body: (inout CloudState, Date) throws(Refusal) -> Result) throws(Refusal) -> Result
  {
    let now = clock.now
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
    let now = clock.now
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
    let real = Date()
    return (real, clock.cloud(at: real))
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
    if let evidence = reader.knownEvidence(bucket: bucket, key: key) {
      finish(reading, bucket, key, evidence, &state, now)
      return
    }
    reader.read(bucket: bucket, key: key) { [weak self] evidence in
      guard let self else { return }
      self.state.withLock { state in
        self.finish(reading, bucket, key, evidence, &state, self.clock.now)
      }
    }
  }

  private func finish(
    _ reading: CloudState.Reading, _ bucket: String, _ key: String, _ evidence: ImportJudge.Evidence,
    _ state: inout CloudState, _ now: Date
  ) {
    let verdict = judge.judge(evidence, bucket: bucket, key: key, isData: reading.isData, minDisk: reading.minDisk)
    state.finishReading(reading.jobID, verdict, now: now)
  }
}
