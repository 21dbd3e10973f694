import CloudAccess
import Foundation

/// Waits for every job of the process: one plan, one timer, a bounded number of questions in flight.
///
/// A loop for each job would ask as often as there are jobs and waiters. Here a job is asked for once however many wait for it, and what is
/// asked when is decided by a ``PollPlanner``; this actor only sleeps, asks and passes on. It also holds the ``AdmissionGate``,
/// since it is the one that sees imports end.
public actor JobScheduler {
  /// Called with each change of a job's status.
  public typealias Progress = @Sendable (JobStatus) async throws -> Void

  enum Notice: Sendable {
    case progress(JobStatus)
    case finished(ImportResult)
  }

  /// Somebody who waits for a job.
  enum Waiter {
    /// Wants to hear of every change.
    case listener(AsyncThrowingStream<Notice, any Error>.Continuation)

    /// Wants the end only, and to be told when the cloud has begun.
    case plain(CheckedContinuation<ImportResult, any Error>, began: (@Sendable () async -> Void)?)

    /// Is this scheduler, because imports wait for the end of the job.
    case gate
  }

  struct Entry {
    let reference: JobReference
    let started: Duration
    var waiters: [Int: Waiter] = [:]
  }

  let client: ImageClient
  let time: any TimeSource
  let policy: PollPolicy
  let events: any ImportEventSink
  let limiter: RequestLimiter
  let random: @Sendable () -> Double
  private let history: (any JobDurationHistory)?
  private let killedImages: (any KilledImageMemory)?

  var entries: [String: Entry] = [:]
  var planner: PollPlanner
  private var health: RegionHealth
  private var timer: (due: Duration, task: Task<Void, Never>)?
  private var idleWorkers: [CheckedContinuation<PollPlanner.Ask?, Never>] = []
  private var lastNumber = 0
  private var hasHistory = false

  // The part of JobScheduler+Admission.
  var gate: AdmissionGate
  var queued: [Int: (name: String?, continuation: CheckedContinuation<Void, any Error>)] = [:]
  /// Who will be told what they wait for when the quota is known.
  var untold: [(ticket: Int, name: String?, refusal: String?)] = []
  var tickets: [String: Int] = [:]
  var admitted: [Int: JobReference] = [:]
  var watched: [String: Int] = [:]

  // The part of JobScheduler+Slots.
  let slots: (any AdmissionSlots)?
  var turns = AdmissionTurns()

  /// A scheduler over a client; if its session is governed by a ``RequestLimiter``, that is the budget.
  ///
  /// `slots` are those that all processes share; without them only this one is counted. `history` knows how long imports took so far, and
  /// `killedImages` whether failed ones are listed; without them only this run teaches. At most `maximumInFlight` questions are under way
  /// at once, and `random` gives numbers from 0 to 1 for the jitter.
  public init(
    client: ImageClient, time: (any TimeSource)? = nil, policy: PollPolicy = PollPolicy(),
    admission: AdmissionGate.Policy = AdmissionGate.Policy(), slots: (any AdmissionSlots)? = nil,
    history: (any JobDurationHistory)? = nil, killedImages: (any KilledImageMemory)? = nil,
    events: any ImportEventSink = NoEvents(), maximumInFlight: Int = 16,
    random: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
  ) {
    let time = time ?? client.time
    self.client = client
    self.time = time
    self.policy = policy
    self.events = events
    self.history = history
    self.killedImages = killedImages
    self.random = random
    // Without one, as good as none.
    limiter =
      client.session.governor as? RequestLimiter ?? RequestLimiter(policy: RequestBudget.Policy(rate: 1e6), time: time)
    planner = PollPlanner(
      policy: policy, maximumInFlight: maximumInFlight, killedImages: client.session.profile.killedImages)
    health = RegionHealth(step: max(.milliseconds(20), .seconds(10) / policy.clockScale))
    gate = AdmissionGate(policy: admission)
    self.slots = slots
  }

  /// Waits until a job has ended.
  ///
  /// - Parameters:
  ///   - reference: the job.
  ///   - timeout: how long at most; nil takes the policy's. Reaching it leaves the job alone.
  ///   - onProgress: called with each change, the end included; the job is asked for meanwhile all the same. What it throws ends the wait.
  /// - Returns: the image and the last answer of the job query.
  /// - Throws: ``ImportError``: `job_failed`; `timeout` with the job, to be waited for again; `cancelled`; or why the job cannot be
  ///   asked for.
  public nonisolated func wait(
    for reference: JobReference, timeout: Duration? = nil, onProgress: @escaping Progress
  ) async throws -> ImportResult {
    if Task.isCancelled { throw ImportError(wrapping: CancellationError(), job: reference) }
    let (stream, continuation) = AsyncThrowingStream<Notice, any Error>.makeStream()
    let waiter = await nextNumber()
    await subscribe(waiter, .listener(continuation), to: reference, limit: timeout)
    do {
      for try await notice in stream {
        switch notice {
        case .progress(let status): try await onProgress(status)
        case .finished(let result):
          try await onProgress(result.job)
          return result
        }
      }
    } catch {
      await unsubscribe(waiter, from: reference.id)
      throw error
    }
    // The stream of a cancelled task just ends.
    await unsubscribe(waiter, from: reference.id)
    throw ImportError(wrapping: CancellationError(), job: reference, request: reference.request)
  }

  /// Waits until a job has ended, for somebody who does not want to hear of anything else; that costs a fraction of the memory.
  ///
  /// `onBegin` is called once, when the cloud is seen to work on the job.
  public func wait(
    for reference: JobReference, timeout: Duration? = nil, onBegin: (@Sendable () async -> Void)? = nil
  ) async throws -> ImportResult {
    let waiter = nextNumber()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        subscribe(waiter, .plain(continuation, began: onBegin), to: reference, limit: timeout)
      }
    } onCancel: {
      Task { await self.unsubscribe(waiter, from: reference.id) }
    }
  }

  /// How many jobs are being waited for.
  public var jobCount: Int { planner.count }

  func nextNumber() -> Int {
    lastNumber += 1
    return lastNumber
  }

  // MARK: Waiters

  func subscribe(_ number: Int, _ waiter: Waiter, to reference: JobReference, limit: Duration?) {
    let now = time.monotonic
    if !hasHistory { learn() }
    if entries[reference.id] == nil {
      entries[reference.id] = Entry(reference: reference, started: now)
      planner.add(reference, age: age(of: reference), now: now)
    }
    entries[reference.id]?.waiters[number] = waiter
    planner.subscribe(number, to: reference.id, limit: limit, now: now)
    pump()
  }

  func unsubscribe(_ number: Int, from id: String) {
    guard let waiter = entries[id]?.waiters.removeValue(forKey: number) else { return }
    if case .plain(let continuation, _) = waiter, let reference = entries[id]?.reference {
      continuation.resume(
        throwing: ImportError(wrapping: CancellationError(), job: reference, request: reference.request))
    }
    perform(planner.unsubscribe(number, from: id))
    pump()
  }

  private func age(of reference: JobReference) -> Duration? {
    reference.submittedAt.map { .seconds(max(0, time.now.timeIntervalSince($0))) }
  }

  /// Reads once how long imports took so far; the first questions need not wait for that.
  private func learn() {
    hasHistory = true
    guard history != nil || killedImages != nil else { return }
    Task { [history, killedImages] in
      guard let scope = await self.scope else { return }
      if let areListed = try? await killedImages?.areKilledImagesListed(in: scope) {
        self.planner.learn(areKilledImagesListed: areListed)
      }
      guard let finished = try? await history?.finishedImports(in: scope, limit: 200) else { return }
      self.take(finished)
    }
  }

  private var scope: ImportScope? {
    get async {
      guard let project = try? await client.session.projectID() else { return nil }
      return ImportScope(profile: client.session.profile, projectID: project)
    }
  }

  /// Has it remembered when the plan has found out whether killed images are listed.
  private func noteNews() {
    guard let news = planner.takeKilledImageNews(), let killedImages else { return }
    Task { [time] in
      guard let scope = await self.scope else { return }
      // Without it the next run finds it out anew.
      try? await killedImages.setKilledImagesListed(news, in: scope, at: time.now)
    }
  }

  private func take(_ finished: [(size: JobDurations.Size, duration: Duration)]) {
    for (size, duration) in finished { planner.learn(duration / policy.clockScale, size: size) }
  }

  // MARK: The timer

  /// Sends what is to be sent now and sets the timer for what comes next.
  func pump() {
    let now = time.monotonic
    noteNews()
    for ask in limiter.withBudget({ planner.asks(now: now, budget: &$0) }) { start(ask) }
    guard let due = [planner.nextDue, gate.nextDue].compactMap(\.self).min() else {
      timer?.task.cancel()
      timer = nil
      if entries.isEmpty { releaseWorkers() }
      return
    }
    // An early timer does no harm: it finds nothing due and is set again.
    if let timer, timer.due <= due { return }
    timer?.task.cancel()
    timer = (
      due,
      Task { [time] in
        do { try await time.sleep(for: max(.zero, due - time.monotonic)) } catch { return }
        self.timerFired(due)
      }
    )
  }

  private func timerFired(_ due: Duration) {
    guard timer?.due == due else { return }
    timer = nil
    let now = time.monotonic
    perform(planner.advance(now: now))
    if let due = gate.nextDue, due <= now { take(gate.due(now: now)) }
    pump()
  }

  // MARK: Questions

  /// Gives a question to a worker. Workers stay while there are jobs, so a question costs no task of its own.
  private func start(_ ask: PollPlanner.Ask) {
    if let worker = idleWorkers.popLast() {
      worker.resume(returning: ask)
    } else {
      Task { await self.work(ask) }
    }
  }

  private nonisolated func work(_ first: PollPlanner.Ask) async {
    var next: PollPlanner.Ask? = first
    while let ask = next {
      switch ask {
      case .job(let id, let token):
        let result = await JobScheduler.result { try await client.job(id, retry: .once, isPaidFor: true) }
        next = await answered(id, token, result)
      case .images(let id, let token, let name):
        let result = await JobScheduler.result { try await client.images(ImageQuery(name: name)).all() }
        next = await lookedUp(id, token, result)
      case .list(let sight, let since):
        let status = sight == .active ? "active" : "killed"
        let result = await JobScheduler.result { try await client.images(status, since: since) }
        next = await listed(sight, result)
      }
    }
  }

  private func answered(
    _ id: String, _ token: Int, _ result: Result<JobStatus, CloudError>
  ) async -> PollPlanner.Ask? {
    note(result)
    perform(planner.answered(id, token: token, result, now: time.monotonic, random: random()))
    return await nextAsk()
  }

  private func lookedUp(
    _ id: String, _ token: Int, _ result: Result<[ImageRecord], CloudError>
  ) async -> PollPlanner.Ask? {
    note(result)
    perform(planner.lookedUp(id, token: token, result, now: time.monotonic, random: random()))
    return await nextAsk()
  }

  private func listed(
    _ sight: ListPlan.Sight, _ result: Result<[SeenImage], CloudError>
  ) async -> PollPlanner.Ask? {
    // A cloud that does not know the status is not ill.
    if sight == .active { note(result) }
    let now = time.monotonic
    switch result {
    case .success(let images): perform(limiter.withBudget { planner.listed(images, sight, now: now, budget: $0) })
    case .failure(let error): planner.listFailed(sight, now: now, retryAfter: error.retryAfter)
    }
    return await nextAsk()
  }

  /// What the worker that brought an answer does next; nil when there is no job any more.
  private func nextAsk() async -> PollPlanner.Ask? {
    pump()
    if entries.isEmpty { return nil }
    return await withCheckedContinuation { continuation in
      idleWorkers.append(continuation)
      pump()
    }
  }

  private func releaseWorkers() {
    let workers = idleWorkers
    idleWorkers = []
    for worker in workers { worker.resume(returning: nil) }
  }

  /// Tells when the cloud begins to answer badly and when that is over.
  private func note<Answer>(_ result: Result<Answer, CloudError>) {
    let now = time.monotonic
    switch result {
    case .failure(let error) where JobPollStateMachine.isTrouble(error):
      guard case .degraded(let reason, let lasting)? = health.failed(error.message, now: now) else { return }
      events.emit(.degraded(nil, reason: reason, lasting: lasting, delay: error.retryAfter ?? policy.first))
    default:
      let wasDegraded = health.isDegraded
      if case .recovered(let lasting)? = health.succeeded(now: now) { events.emit(.recovered(after: lasting)) }
      if wasDegraded { planner.cloudRecovered(now: now, random: random) }
    }
  }

  private static func result<Answer>(_ body: () async throws -> Answer) async -> Result<Answer, CloudError> {
    do {
      return .success(try await body())
    } catch let error as CloudError {
      return .failure(error)
    } catch {
      return .failure(CloudError(kind: .service, message: "\(error)", retryable: true, delivery: .ambiguous))
    }
  }
}
