import CloudAccess

/// Waits for every job of the process: one heap of moments, one timer, a bounded number of questions in flight.
///
/// A loop for each job would ask as often as there are jobs and waiters. Here a job is asked for once however many wait for it, and
/// what a job does is decided by its ``JobPollStateMachine``; this actor only sleeps, asks and passes on.
public actor JobScheduler {
  /// Called with each change of a job's status.
  public typealias Progress = @Sendable (JobStatus) async throws -> Void

  enum Notice: Sendable {
    case progress(JobStatus)
    case finished(ImportResult)
  }

  struct Entry {
    let token: Int
    let reference: JobReference
    let started: Duration
    var machine: JobPollStateMachine
    var waiters: [Int: AsyncThrowingStream<Notice, any Error>.Continuation] = [:]

    /// The moment under which the heap holds the job; other moments in the heap are stale.
    var scheduled: Duration?
  }

  enum Question: Sendable {
    case job
    case images(name: String)
  }

  let client: ImageClient
  let time: any TimeSource
  let policy: PollPolicy
  let events: any ImportEventSink
  private let maximumInFlight: Int
  private let random: @Sendable () -> Double

  var entries: [String: Entry] = [:]
  private var heap = DueHeap<String>()
  private var waiting: ArraySlice<(id: String, token: Int, question: Question)> = []
  private var inFlight = 0
  private var timer: (due: Duration, task: Task<Void, Never>)?
  private var lastNumber = 0

  /// A scheduler over a client: at most `maximumInFlight` questions are under way at once, and `random` gives numbers from 0 to 1
  /// for the jitter.
  public init(
    client: ImageClient, time: (any TimeSource)? = nil, policy: PollPolicy = PollPolicy(),
    events: any ImportEventSink = NoEvents(), maximumInFlight: Int = 16,
    random: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
  ) {
    self.client = client
    self.time = time ?? client.time
    self.policy = policy
    self.events = events
    self.maximumInFlight = max(1, maximumInFlight)
    self.random = random
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
    for reference: JobReference, timeout: Duration? = nil, onProgress: Progress? = nil
  ) async throws -> ImportResult {
    if Task.isCancelled { throw ImportError(wrapping: CancellationError(), job: reference) }
    let (waiter, notices) = await subscribe(reference, limit: timeout)
    do {
      for try await notice in notices {
        switch notice {
        case .progress(let status): try await onProgress?(status)
        case .finished(let result):
          try await onProgress?(result.job)
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

  /// How many jobs are being waited for.
  public var jobCount: Int { entries.count }

  private func subscribe(
    _ reference: JobReference, limit: Duration?
  ) -> (waiter: Int, notices: AsyncThrowingStream<Notice, any Error>) {
    let now = time.monotonic
    let waiter = nextNumber()
    let (stream, continuation) = AsyncThrowingStream<Notice, any Error>.makeStream()
    var entry =
      entries[reference.id]
      ?? Entry(
        token: nextNumber(), reference: reference, started: now,
        machine: JobPollStateMachine(policy: policy, reference: reference, age: age(of: reference), now: now))
    entry.machine.subscribe(waiter, limit: limit, now: now)
    entry.waiters[waiter] = continuation
    entries[reference.id] = entry
    schedule(reference.id)
    arm()
    return (waiter, stream)
  }

  private func unsubscribe(_ waiter: Int, from id: String) {
    guard var entry = entries[id], entry.waiters.removeValue(forKey: waiter) != nil else { return }
    let actions = entry.machine.unsubscribe(waiter)
    entries[id] = entry
    perform(actions, for: id)
    arm()
  }

  private func age(of reference: JobReference) -> Duration? {
    reference.submittedAt.map { .seconds(max(0, time.now.timeIntervalSince($0))) }
  }

  private func nextNumber() -> Int {
    lastNumber += 1
    return lastNumber
  }

  // MARK: The heap and the timer

  private func schedule(_ id: String) {
    guard let due = entries[id]?.machine.nextDue, entries[id]?.scheduled != due else { return }
    entries[id]?.scheduled = due
    heap.insert(id, due: due)
  }

  /// Sets the timer to the earliest moment, or stops it when there is none.
  private func arm() {
    while let first = heap.first, entries[first.item]?.scheduled != first.due { _ = heap.popFirst() }
    guard let due = heap.first?.due else {
      timer?.task.cancel()
      timer = nil
      return
    }
    if timer?.due == due { return }
    timer?.task.cancel()
    let pause = due - time.monotonic
    timer = (
      due,
      Task { [time] in
        do { try await time.sleep(for: max(.zero, pause)) } catch { return }
        self.timerFired(due)
      }
    )
  }

  private func timerFired(_ due: Duration) {
    guard timer?.due == due else { return }
    timer = nil
    let now = time.monotonic
    while let first = heap.first, first.due <= now {
      _ = heap.popFirst()
      let id = first.item
      guard entries[id]?.scheduled == first.due else { continue }
      entries[id]?.scheduled = nil
      let actions = entries[id]?.machine.due(now: now) ?? []
      perform(actions, for: id)
      schedule(id)
    }
    arm()
  }

  // MARK: Questions

  func ask(_ question: Question, for id: String) {
    guard let token = entries[id]?.token else { return }
    waiting.append((id, token, question))
    startQuestions()
  }

  private func startQuestions() {
    while inFlight < maximumInFlight, let (id, token, question) = waiting.popFirst() {
      guard entries[id]?.token == token else { continue }
      inFlight += 1
      Task { [client] in
        switch question {
        case .job:
          let result = await JobScheduler.result { try await client.job(id, retry: .once) }
          self.answered(id, token) {
            $0.answered($1, now: $2, random: $3)
          } with: {
            result
          }
        case .images(let name):
          let result = await JobScheduler.result { try await client.images(ImageQuery(name: name)).all() }
          self.answered(id, token) {
            $0.lookedUp($1, now: $2, random: $3)
          } with: {
            result
          }
        }
      }
    }
  }

  /// Passes an answer to the state machine of its job, unless the job was forgotten meanwhile.
  private func answered<Answer>(
    _ id: String, _ token: Int,
    event: (inout JobPollStateMachine, Answer, Duration, Double) -> [JobPollStateMachine.Action],
    with result: () -> Result<Answer, CloudError>
  ) {
    inFlight -= 1
    defer {
      startQuestions()
      arm()
    }
    guard var entry = entries[id], entry.token == token else { return }
    let now = time.monotonic
    let actions =
      switch result() {
      case .success(let answer): event(&entry.machine, answer, now, random())
      case .failure(let error): entry.machine.queryFailed(error, now: now, random: random())
      }
    entries[id] = entry
    perform(actions, for: id)
    schedule(id)
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
