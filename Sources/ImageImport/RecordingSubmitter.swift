import CloudAccess
import Foundation

/// Sends imports once, over a record store that remembers them.
///
/// Every step is on record before it is taken, so a process may end at any moment: the next run, or one beside it, finds the import where
/// it stands. What was certainly not sent is sent again; what the cloud works on is waited for; what may have been sent is looked for and
/// never sent again blindly.
public struct RecordingSubmitter: Submitter {
  /// Under which names and by which clockwork it works.
  public struct Policy: Sendable {
    public var submission: SubmissionPolicy
    public var settlement: SettlementPolicy

    /// How often the delay of markers is measured; see ``MarkerProbe``.
    public var probing: MarkerProbe.Policy?

    public init(
      submission: SubmissionPolicy = SubmissionPolicy(), settlement: SettlementPolicy = SettlementPolicy(),
      probing: MarkerProbe.Policy? = nil
    ) {
      self.submission = submission
      self.settlement = settlement
      self.probing = probing
    }
  }

  let client: ImageClient
  let store: any ImportRecordStore
  let policy: Policy
  let admission: (any ImportAdmission)?
  let events: any ImportEventSink
  let jitter: @Sendable () -> Double
  let makeID: @Sendable (Date, _ key: String) -> String
  private let probe: MarkerProbe?

  /// A submitter over a client and a store.
  ///
  /// `admission` lets imports through as there is room for them, `jitter` gives numbers from 0 to 1, `makeID` the id of a record of a key.
  public init(
    client: ImageClient, store: any ImportRecordStore, policy: Policy = Policy(),
    admission: (any ImportAdmission)? = nil, events: any ImportEventSink = NoEvents(),
    jitter: @escaping @Sendable () -> Double = { Double.random(in: 0...1) },
    makeID: @escaping @Sendable (Date, _ key: String) -> String = { date, _ in ULID.make(at: date) }
  ) {
    self.client = client
    self.store = store
    self.policy = policy
    self.admission = admission
    self.events = events
    self.jitter = jitter
    self.makeID = makeID
    probe = policy.probing.map { MarkerProbe(client: client, store: store, policy: $0) }
  }

  var time: any TimeSource { client.time }

  public func submit(_ request: ImportRequest, options: SubmitOptions) async throws -> JobReference {
    let scope = try await scope(for: request)
    let key = try key(for: request, in: scope, options)
    var refuted: Set<String> = []
    while true {
      if Task.isCancelled { throw ImportError(wrapping: CancellationError(), request: request) }
      let draft = draft(request, scope, key: key, options)
      let claim = try await store.claim(draft, reusing: !options.again, refuted: refuted)
      if claim.record.request.jsonValue != request.jsonValue {
        if case .takenOver(let record) = claim { await store.release(record.id) }
        throw ImportError(keyOf: claim.record, isNot: request)
      }
      if case .finished(let record) = claim {
        if let job = try await reuse(record) { return job }
        refuted.insert(record.id)
      } else if let job = try await proceed(claim, options) {
        return job
      }
    }
  }

  public func done(_ request: ImportRequest, options: SubmitOptions) async throws -> JobReference? {
    guard !options.again else { return nil }
    let scope = try await scope(for: request)
    let key = try key(for: request, in: scope, options)
    let filter = ImportRecordFilter(states: [.succeeded], key: key, scope: scope, limit: 1)
    guard let record = try await store.records(filter).last else { return nil }
    return try await reuse(record)
  }

  public func resume(_ recordID: String, options: SubmitOptions) async throws -> JobReference {
    var recordID = recordID
    while true {
      if Task.isCancelled { throw ImportError(wrapping: CancellationError()) }
      guard let claim = try await store.claim(id: recordID) else {
        throw RecordStoreError(
          .missing, "The ledger has no record \(recordID).", hint: "`slipway jobs list` shows what it has.")
      }
      if case .finished(let record) = claim {
        if let next = record.progress.successor {
          recordID = next
          continue
        }
        return try ended(record)
      }
      if let job = try await proceed(claim, options) { return job }
    }
  }

  /// Goes on from a claim; nil when the record must be claimed anew.
  private func proceed(_ claim: ImportClaim, _ options: SubmitOptions) async throws -> JobReference? {
    switch claim {
    case .started(let record): return try await holding(record) { try await send(record, options) }
    case .takenOver(let record): return try await holding(record) { try await takeOver(record, options) }
    case .underWay(let record): return await attach(record)
    case .busy(let record): return try await follow(record, options)
    case .finished: return nil
    }
  }

  /// Runs the steps of a record that this task drives, and lets go of it whatever happens.
  private func holding(
    _ record: ImportRecord, _ body: () async throws -> JobReference
  ) async throws -> JobReference {
    do {
      let job = try await body()
      await store.release(record.id)
      return job
    } catch {
      await store.release(record.id)
      throw error
    }
  }

  /// Where a record stands that nobody drove any more.
  private func takeOver(_ record: ImportRecord, _ options: SubmitOptions) async throws -> JobReference {
    switch record.state {
    case .planned:
      return try await send(try await store.apply(.intend, to: record.id, at: time.now), options)
    case .intent:
      return try await send(record, options)
    case .sent:
      let lost = try await store.apply(
        .lose(reason: "the run that sent it ended before the answer came."), to: record.id, at: time.now)
      return try await settle(lost, options)
    case .unknown, .notFound:
      return try await settle(record, options)
    case .accepted, .running, .adopted:
      return await attach(record)
    case .succeeded, .failed, .resubmitted, .givenUp:
      return try ended(record)
    }
  }

  /// Waits for a record that somebody else drives; nil when it must be claimed anew.
  private func follow(_ record: ImportRecord, _ options: SubmitOptions) async throws -> JobReference? {
    let pause = policy.settlement.attachInterval
    events.emit(
      .waiting(name: record.name, reason: "Another run is submitting this import (record \(record.id)).", delay: pause))
    while true {
      do {
        try await time.sleep(for: pause)
      } catch {
        throw ImportError(wrapping: error, request: record.request)
      }
      switch try await store.claim(id: record.id) {
      case .busy: continue
      case .underWay(let record): return await attach(record)
      case .takenOver(let record): return try await holding(record) { try await takeOver(record, options) }
      // One that was never sent says nothing about another try: its preflight may have looked at less, or the file was mended.
      case .finished(let record) where record.state == .failed && record.attempts == 0: return nil
      case .finished(let record) where record.state == .succeeded || record.state == .failed: return try ended(record)
      case .started, .finished, nil: return nil
      }
    }
  }

  private func attach(_ record: ImportRecord) async -> JobReference {
    let job = JobReference(record, origin: .attached) ?? JobReference(id: "", recordID: record.id)
    await admission?.underWay(job)
    events.emit(.attached(job))
    return job
  }

  /// The end of a record that this run did not see.
  private func ended(_ record: ImportRecord) throws -> JobReference {
    guard record.state == .succeeded, let job = JobReference(record, origin: .attached) else {
      if record.state == .givenUp {
        throw ImportError(
          kind: .cancelled, message: "The import on record \(record.id) was given up.", request: record.request,
          recordID: record.id)
      }
      throw ImportError(failedElsewhere: record)
    }
    return job
  }

  /// An import done before, if its image still exists; nil if not.
  private func reuse(_ record: ImportRecord) async throws -> JobReference? {
    guard let imageID = record.imageID else { return nil }
    do {
      let image = try await client.image(imageID)
      return image.isActive ? JobReference(record, origin: .reused) : nil
    } catch let error as CloudError {
      if error.kind == .not_found { return nil }
      throw ImportError(error, request: record.request)
    } catch {
      throw ImportError(wrapping: error, request: record.request)
    }
  }

  // MARK: Drafts

  private func scope(for request: ImportRequest) async throws -> ImportScope {
    do {
      return ImportScope(profile: client.session.profile, projectID: try await client.session.projectID())
    } catch {
      throw ImportError(wrapping: error, request: request)
    }
  }

  private func key(
    for request: ImportRequest, in scope: ImportScope, _ options: SubmitOptions
  ) throws(ImportError) -> String {
    guard let key = options.key else { return ImportKey.derived(from: request, in: scope) }
    if let fault = ImportKey.fault(of: key) {
      throw ImportError(kind: .argument, message: fault, hint: "Give a short name, such as web01-2024w03.")
    }
    return key
  }

  func draft(
    _ request: ImportRequest, _ scope: ImportScope, key: String, _ options: SubmitOptions
  ) -> ImportRecord {
    let now = time.now
    let id = makeID(now, key)
    return ImportRecord(
      id: id, scope: scope, profile: client.session.profile.name, key: key, request: request,
      isMarked: options.marksImage && ImportMarker.marked(request, with: id) != nil, createdAt: now)
  }

  // MARK: Sending

  func send(_ first: ImportRecord, _ options: SubmitOptions) async throws -> JobReference {
    try await check(first, options)
    guard let admission else { return try await send(first, options, ticket: nil) }
    let ticket: Int
    do {
      ticket = try await admission.admit(first.name, record: first.id)
    } catch {
      throw ImportError(wrapping: error, request: first.request)
    }
    do {
      let job = try await send(first, options, ticket: ticket)
      if job.jobID == nil { await admission.withdraw(ticket) } else { await admission.accepted(ticket, as: job) }
      return job
    } catch {
      await admission.withdraw(ticket)
      throw error
    }
  }

  /// The last look before sending; a record that it refuses has failed, so that the next run begins a new one.
  private func check(_ record: ImportRecord, _ options: SubmitOptions) async throws {
    guard let check = options.beforeSending else { return }
    do {
      try await check(record.request)
    } catch {
      var error = ImportError(wrapping: error, request: record.request)
      guard error.kind == .preflight else { throw error }
      error.recordID = record.id
      try await store.apply(
        .fail(code: error.code, reason: "not sent, preflight refused: \(error.message)"), to: record.id, at: time.now)
      throw error
    }
  }

  private func send(_ first: ImportRecord, _ options: SubmitOptions, ticket: Int?) async throws -> JobReference {
    var record = first
    let body =
      record.isMarked ? ImportMarker.marked(record.request, with: record.id) ?? record.request : record.request
    var machine = SubmissionStateMachine(policy: policy.submission)
    var action = machine.proceed()
    var refusal: CloudError?
    while true {
      switch action {
      case .send:
        // The turn first: a record that waits as sent would have to be looked for if the run ended now.
        do {
          try Task.checkCancellation()
          try await client.limiter?.pause(for: .submit)
        } catch {
          throw ImportError(wrapping: error, request: record.request)
        }
        // On disk before the first byte leaves: whoever finds an earlier state may send, whoever finds this one must look.
        record = try await store.apply(.send, to: record.id, at: time.now)
        let outcome = await post(body)
        refusal = if case .refused(let error) = outcome { error } else { nil }
        var isFreed = false
        if let ticket, let admission { isFreed = await admission.hasOthers(than: ticket) }
        action = machine.sent(outcome, othersUnderWay: isFreed, jitter: jitter())
      case .wait(let delay, let reason):
        record = try await store.apply(.withdraw, to: record.id, at: time.now)
        do {
          if let ticket, let refusal, let admission, AdmissionGate.Refusal(code: refusal.code) != nil {
            try await admission.admitAgain(ticket, record.name, after: refusal)
          } else {
            events.emit(.waiting(name: record.name, reason: reason, delay: delay))
            try await time.sleep(for: delay)
          }
        } catch {
          throw ImportError(wrapping: error, request: record.request)
        }
        action = machine.proceed()
      case .succeed(let jobID, let requestID):
        return await accepted(record, jobID: jobID, requestID: requestID)
      case .fail(let failure, let error):
        return try await failed(failure, error, record, options)
      }
    }
  }

  /// The POST, which a cancelled task lets finish for a moment: an answer thrown away would have to be settled later.
  private func post(_ body: ImportRequest) async -> SubmissionOutcome {
    let posting = Task { [client] in await client.submit(body, isPaidFor: true) }
    return await withTaskCancellationHandler {
      await posting.value
    } onCancel: {
      Task { [time] in
        try? await time.sleep(for: .seconds(3))
        posting.cancel()
      }
    }
  }

  private func accepted(_ record: ImportRecord, jobID: String, requestID: String?) async -> JobReference {
    var job = JobReference(
      id: jobID, imageName: record.name, submittedAt: record.sentAt, requestID: requestID, request: record.request,
      recordID: record.id, isMarked: record.isMarked)
    do {
      let stored = try await store.apply(
        .accept(jobID: jobID), to: record.id, at: time.now, requestID: requestID, result: nil)
      job.submittedAt = stored.sentAt
    } catch {
      // The record still says that it was sent, so the next run finds the image by its marker; this one has the job.
      events.emit(.warning(job, message: "The ledger could not take the job id \(jobID): \(error)"))
    }
    if record.isMarked { probe?.start(record, acceptedAt: time.monotonic) }
    return job
  }

  private func failed(
    _ failure: SubmissionStateMachine.Failure, _ cause: CloudError, _ record: ImportRecord, _ options: SubmitOptions
  ) async throws -> JobReference {
    var error = ImportError(cause, request: record.request)
    error.recordID = record.id
    error.isAmbiguous = false
    let name = record.name.map { Quoted.text($0) } ?? "without a name"
    switch failure {
    case .notSent:
      if cause.kind == .cancelled {
        try await store.apply(.withdraw, to: record.id, at: time.now)
      } else {
        try await store.apply(
          .fail(code: cause.code, reason: "not sent: \(cause.message)"), to: record.id, at: time.now)
      }
      throw error
    case .refused:
      error.message = "The cloud refused the import of image \(name): \(cause.message)"
      try await store.apply(
        .fail(code: cause.code, reason: cause.message), to: record.id, at: time.now, requestID: cause.requestID,
        result: nil)
      throw error
    case .ambiguous:
      let lost = try await store.apply(
        .lose(reason: cause.message), to: record.id, at: time.now, requestID: cause.requestID, result: nil)
      if Task.isCancelled { throw ImportError(unsettled: lost, "The wait for it was cancelled.", cause: cause) }
      return try await settle(lost, options)
    }
  }

  // MARK: Afterwards

  public func recalled(_ job: JobReference) async -> JobReference {
    guard job.recordID == nil, let projectID = try? await client.session.projectID() else { return job }
    let filter = ImportRecordFilter(
      scope: ImportScope(profile: client.session.profile, projectID: projectID), jobID: job.id)
    guard let record = try? await store.records(filter).last else { return job }
    var job = job
    job.recordID = record.id
    job.isMarked = record.isMarked
    job.imageName = job.imageName ?? record.name
    job.submittedAt = job.submittedAt ?? record.sentAt
    job.request = job.request ?? record.request
    return job
  }

  public func began(_ job: JobReference) async {
    guard let id = job.recordID, job.jobID != nil else { return }
    await note(.run, id, job)
  }

  public func ended(_ job: JobReference, _ result: Result<ImportResult, ImportError>) async {
    guard let id = job.recordID else { return }
    switch result {
    case .success(let result):
      probe?.end(id)
      await note(.succeed(imageID: result.imageID), id, job, result: result.job.raw)
    case .failure(let error) where error.kind == .job_failed:
      probe?.end(id)
      await note(
        .fail(code: error.code, reason: error.jobStatus?.failReason ?? error.message), id, job,
        result: error.jobStatus?.raw)
    case .failure(let error) where error.kind == .not_found:
      await note(.lose(reason: error.message), id, job)
    case .failure: break
    }
  }

  /// Records what a wait has seen; the wait's own result stands even where that fails.
  private func note(_ event: ImportRecordEvent, _ id: String, _ job: JobReference, result: JSONValue? = nil) async {
    do {
      try await store.apply(event, to: id, at: time.now, requestID: nil, result: result)
    } catch is ImportRecordStateMachine.IllegalMove {
      // Another run knows more.
    } catch let error as RecordStoreError where error.kind == .missing {
      // Somebody made the ledger forget it.
    } catch {
      events.emit(.warning(job, message: "The ledger could not be written: \(error)"))
    }
  }
}
