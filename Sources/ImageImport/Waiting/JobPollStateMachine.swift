import CloudAccess
import Foundation

/// Decides when a job is asked for and what its answers mean; holds no clock and does no I/O.
///
/// `pending → querying → (pending → querying | lookingUp)* → ended`. Waiters come and go; each has a time limit of its own, and
/// reaching it ends the wait, never the job. All moments are readings of one monotonic clock.
public struct JobPollStateMachine: Sendable {
  /// What the owner must do.
  public enum Action: Sendable, Equatable {
    /// Ask for the job once.
    case query

    /// List the images of this name.
    case lookUp(name: String)

    /// Tell every waiter how far the job is.
    case progress(JobStatus)

    /// Tell every waiter something unexpected that is no failure.
    case warn(String)

    /// Tell every waiter that the cloud answers badly.
    case degraded(reason: String, pause: Duration)

    /// End every wait.
    case end(Ending)

    /// End one wait, whose time limit is reached.
    case detach(waiter: Int, limit: Duration, last: JobStatus?)

    /// Nobody waits any more: forget the job.
    case forget
  }

  /// How a job ends.
  public indirect enum Ending: Sendable, Equatable {
    case succeeded(imageID: String, JobStatus, warnings: [String])
    case failed(JobStatus)

    /// The job succeeded, but no image could be found.
    case imageMissing(JobStatus)

    /// The cloud does not let the job be asked for.
    case unavailable(CloudError)
  }

  private enum State: Sendable {
    case pending(due: Duration)
    case querying
    indirect case lookingUp(JobStatus)
    case ended
  }

  private struct Waiter: Sendable {
    let number: Int
    var deadline: Duration
    var limit: Duration
  }

  /// How long such imports take; the intervals follow it.
  public var timing: JobTiming

  /// What the intervals are multiplied with where a list of all images shows most ends sooner.
  public var stretch = 1.0

  @Indirect private var policy: PollPolicy
  private let imageName: String?
  private let submittedAt: Date?
  private let recordID: String?
  private let isMarked: Bool

  /// The moment of the submission on the monotonic clock; nil for a job picked up by its id.
  private let submitted: Duration?
  private let began: Duration
  private var state: State

  /// In the order of their numbers. An array of one takes half of what a dictionary of one does, ten thousand times.
  private var waiters: [Waiter] = []

  /// The earliest of the waiters' time limits.
  private var deadline: Duration?
  private var sightings = 0
  private var failures = 0
  private var lookUps = 0

  /// How often the job succeeded without naming its image.
  private var nameless = 0
  @IndirectOptional private var unfinishedLookUp: JobStatus?
  private var warned: Set<String> = []
  @IndirectOptional private var last: JobStatus?
  private var warnings: [String] = []

  /// A job submitted some time ago; with an unknown age it is asked for at once.
  public init(
    policy: PollPolicy, reference: JobReference, age: Duration?, now: Duration, timing: JobTiming? = nil
  ) {
    self.init(policy: Indirect(wrappedValue: policy), reference: reference, age: age, now: now, timing: timing)
  }

  /// With a policy that many jobs share.
  init(policy: Indirect<PollPolicy>, reference: JobReference, age: Duration?, now: Duration, timing: JobTiming?) {
    _policy = policy
    let policy = policy.wrappedValue
    let timing = timing ?? JobTiming(guess: policy.guess)
    self.timing = timing
    began = now - (age ?? .zero)
    imageName = reference.imageName
    submittedAt = reference.submittedAt
    recordID = reference.recordID
    isMarked = reference.isMarked && reference.recordID != nil
    submitted = age.map { now - $0 }
    state = .pending(due: max(now, submitted.map { $0 + policy.firstPause(timing) } ?? now))
  }

  /// When ``due(now:)`` must be called next; nil while an answer is awaited and nobody's time limit comes.
  public var nextDue: Duration? {
    if case .pending(let due) = state { return min(due, deadline ?? due) }
    if case .ended = state { return nil }
    return deadline
  }

  /// How long the job has been under way, as far as it is known.
  public func age(_ now: Duration) -> Duration { now - began }

  /// Whether it is known when the job was submitted.
  public var hasAge: Bool { submitted != nil }

  /// Whether the last questions failed.
  public var isFailing: Bool { failures > 0 }

  /// The pause between two questions at this age.
  public func interval(_ now: Duration) -> Duration {
    policy.pause(age: age(now), timing: timing, remaining: nil, stretch: 1)
  }

  /// Someone waits for the job.
  ///
  /// Valid in every state but `ended`.
  public mutating func subscribe(_ waiter: Int, limit: Duration?, now: Duration) {
    let limit = limit ?? policy.timeout
    waiters.removeAll { $0.number == waiter }
    let place = waiters.firstIndex { $0.number > waiter } ?? waiters.endIndex
    waiters.insert(Waiter(number: waiter, deadline: now + limit, limit: limit), at: place)
    deadline = min(deadline ?? now + limit, now + limit)
  }

  /// Someone no longer waits.
  public mutating func unsubscribe(_ waiter: Int) -> [Action] {
    guard let place = waiters.firstIndex(where: { $0.number == waiter }) else { return [] }
    waiters.remove(at: place)
    deadline = waiters.lazy.map(\.deadline).min()
    guard waiters.isEmpty else { return [] }
    state = .ended
    return [.forget]
  }

  /// The moment of ``nextDue`` has come; too early a call does nothing.
  public mutating func due(now: Duration) -> [Action] {
    if case .ended = state { return [] }
    var actions: [Action] = []
    if let deadline, deadline <= now {
      for waiter in waiters where waiter.deadline <= now {
        actions.append(.detach(waiter: waiter.number, limit: waiter.limit, last: last))
      }
      waiters.removeAll { $0.deadline <= now }
      self.deadline = waiters.lazy.map(\.deadline).min()
    }
    if waiters.isEmpty {
      state = .ended
      return actions + [.forget]
    }
    if case .pending(let due) = state, due <= now {
      if let status = unfinishedLookUp, let name = name(for: status) {
        state = .lookingUp(status)
        return actions + [.lookUp(name: name)]
      }
      state = .querying
      actions.append(.query)
    }
    return actions
  }

  /// The job query was answered; `random`, from 0 to 1, is for the jitter.
  ///
  /// Valid in `querying`; in `ended` it is ignored.
  public mutating func answered(_ status: JobStatus, now: Duration, random: Double) -> [Action] {
    guard case .querying = state else { return [] }
    failures = 0
    let isNews = last.map { $0.state != status.state || $0.progress != status.progress } ?? true
    last = status.slim
    switch status.state {
    case .succeeded:
      if let imageID = status.imageID { return end(.succeeded(imageID: imageID, status, warnings: warnings)) }
      guard let name = name(for: status) else { return end(.imageMissing(status)) }
      nameless += 1
      if hasOnlyName, nameless < policy.lookUpAttempts {
        // A name may be several images', and the job's next answer may be whole.
        state = .pending(due: now + policy.jittered(policy.pause(after: nameless), random))
        guard nameless == 1 else { return [] }
        return [.progress(status), warning("The job succeeded without naming its image; it is asked again.")]
      }
      state = .lookingUp(status)
      return [
        .progress(status), warning("The job succeeded without naming its image; it is looked up by name."),
        .lookUp(name: name),
      ]
    case .failed:
      return end(.failed(status))
    case .initializing, .running, .unknown:
      var pause = policy.pause(
        age: age(now), timing: timing, remaining: remaining(status, now), stretch: stretch)
      if sightings > 0 {
        // Its image is there, so the end cannot be far.
        pause = min(pause, policy.minimum * Double(1 << min(sightings - 1, 16)))
        sightings += 1
      }
      state = .pending(due: now + policy.jittered(pause, random))
      var actions: [Action] = isNews ? [.progress(status)] : []
      if case .unknown(let text) = status.state, warned.insert(text).inserted {
        actions.append(warning("The job has the unknown status \(Quoted.text(text)), which is taken for running."))
      }
      return actions
    }
  }

  /// An image that can be the job's is active: whether the job has ended should be asked at once.
  ///
  /// - Returns: whether the next question is due now; not while one is under way.
  public mutating func imageSeen(now: Duration) -> Bool {
    sightings = max(1, sightings)
    guard case .pending(let due) = state, failures == 0, unfinishedLookUp == nil else { return false }
    state = .pending(due: min(due, now))
    return true
  }

  /// The cloud answers again: a pause that was due to its silence is cut short.
  public mutating func cloudRecovered(now: Duration, random: Double) -> Bool {
    guard failures > 0, case .pending(let due) = state else { return false }
    let sooner = now + policy.minimum * random
    guard sooner < due else { return false }
    state = .pending(due: sooner)
    return true
  }

  /// The job query failed, after whatever the session itself tried.
  ///
  /// Valid in `querying` and `lookingUp`; in `ended` it is ignored.
  public mutating func queryFailed(_ error: CloudError, now: Duration, random: Double) -> [Action] {
    switch state {
    case .pending, .ended: return []
    case .querying, .lookingUp: break
    }
    if case .lookingUp(let status) = state { unfinishedLookUp = status }
    failures += 1
    let pause = policy.jittered(policy.pause(afterFailures: failures, retryAfter: error.retryAfter), random)
    switch error.kind {
    case .network, .timeout, .service, .throttled, .cancelled, .quota, .conflict: break
    case .not_found, .validation:
      if JobPollStateMachine.isTransient(error) { break }
      guard let submitted, now - submitted < policy.unknownJobGrace else { return end(.unavailable(error)) }
      // Eventually consistent: a job just submitted may not be known everywhere yet.
      failures = 0
      state = .pending(due: now + policy.jittered(policy.first, random))
      return []
    case .authentication, .permission:
      if JobPollStateMachine.isTransient(error) { break }
      return end(.unavailable(error))
    }
    state = .pending(due: now + pause)
    return [.degraded(reason: error.message, pause: pause)]
  }

  /// Whether nothing but its name tells the image of a record.
  private var hasOnlyName: Bool { recordID != nil && !isMarked }

  /// The images of the name were listed.
  ///
  /// A name may belong to several images. One with another record's marker is never taken, and where a marker went out only the image that has
  /// it is; if none shows up, or several that only their name tells, the image is missing, and whoever has the record settles it: the ledger
  /// knows whose the others are.
  ///
  /// Valid in `lookingUp`; in `ended` it is ignored.
  public mutating func lookedUp(_ images: [ImageRecord], now: Duration, random: Double) -> [Action] {
    guard case .lookingUp(let status) = state else { return [] }
    failures = 0
    lookUps += 1
    let earliest = submittedAt.map { $0 - JobPollStateMachine.clockSlack }
    let candidates = images.filter { image in
      guard !image.id.isEmpty, image.status != "killed", image.status != "deleted" else { return false }
      let marker = ImportMarker.value(of: image)
      guard marker == recordID || (marker == nil && !isMarked) || recordID == nil else { return false }
      guard let earliest, let created = image.createdAt else { return true }
      return created >= earliest
    }
    if hasOnlyName, candidates.count > 1, !candidates.contains(where: { ImportMarker.value(of: $0) == recordID }) {
      return end(.imageMissing(status))
    }
    let oldestFirst = candidates.sorted { ($0.createdAt ?? .distantFuture) < ($1.createdAt ?? .distantFuture) }
    if let found = oldestFirst.first {
      var actions: [Action] = []
      if candidates.count > 1 {
        let others = oldestFirst.dropFirst().map(\.id).joined(separator: ", ")
        actions.append(
          warning("\(candidates.count) images have this name; the oldest is taken, the others are \(others)."))
      }
      return actions + end(.succeeded(imageID: found.id, status, warnings: warnings))
    }
    guard lookUps < policy.lookUpAttempts else { return end(.imageMissing(status)) }
    unfinishedLookUp = status
    state = .pending(due: now + policy.jittered(policy.pause(after: lookUps), random))
    return []
  }

  /// How far the clocks of this machine and the cloud may be apart when an image is matched by its creation time.
  private static let clockSlack: TimeInterval = 120

  /// Whether a failure says that the cloud answers badly, and nothing about the job that was asked for.
  static func isTrouble(_ error: CloudError) -> Bool {
    switch error.kind {
    case .network, .timeout, .service, .throttled, .quota, .conflict: true
    case .cancelled: false
    case .not_found, .validation, .authentication, .permission: isTransient(error)
    }
  }

  /// What never fails a job, whatever it is called: an early end of the answer, throttling, trouble inside the cloud.
  private static func isTransient(_ error: CloudError) -> Bool {
    error.retryable || error.status.map { $0 == 408 || $0 == 429 || $0 >= 500 } ?? false
  }

  private func name(for status: JobStatus) -> String? { imageName ?? status.imageName }

  /// How long the job still takes if it goes on as it did; nil without a percentage worth trusting.
  private func remaining(_ status: JobStatus, _ now: Duration) -> Duration? {
    guard let submitted, let progress = status.progress, progress >= 0.05, progress < 1 else { return nil }
    return (now - submitted) * ((1 - progress) / progress)
  }

  private mutating func warning(_ text: String) -> Action {
    warnings.append(text)
    return .warn(text)
  }

  private mutating func end(_ ending: Ending) -> [Action] {
    state = .ended
    waiters = []
    return [.end(ending)]
  }
}
