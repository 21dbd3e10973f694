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

  private let client: ImageClient
  private let store: any ImportRecordStore
  private let policy: Policy
  private let admission: (any ImportAdmission)?
  private let events: any ImportEventSink
  let drafts: ImportDrafts
  private let sending: RecordedSending
  private let settlement: RecordedSettlement
  private let recorder: WaitRecorder

  /// A submitter over a client and a store.
  ///
  /// `admission` lets imports through as there is room for them, `jitter` gives numbers from 0 to 1, `makeID` the id of a record of a key. Records carry the
  /// ids of `trace`.
  public init(
    client: ImageClient, store: any ImportRecordStore, policy: Policy = Policy(),
    admission: (any ImportAdmission)? = nil, events: any ImportEventSink = NoEvents(),
    jitter: @escaping @Sendable () -> Double = { Double.random(in: 0...1) },
    makeID: @escaping @Sendable (Date, _ key: String) -> String = { date, _ in ULID.make(at: date) },
    trace: ImportTrace? = nil
  ) {
    self.client = client
    self.store = store
    self.policy = policy
    self.admission = admission
    self.events = events
    let probe = policy.probing.map { MarkerProbe(client: client, store: store, policy: $0) }
    drafts = ImportDrafts(client: client, makeID: makeID, trace: trace)
    sending = RecordedSending(
      client: client, store: store, policy: policy.submission, admission: admission, events: events, jitter: jitter,
      probe: probe)
    settlement = RecordedSettlement(
      client: client, store: store, policy: policy.settlement, events: events, drafts: drafts)
    recorder = WaitRecorder(client: client, store: store, events: events, probe: probe)
  }

  private var time: any TimeSource { client.time }

  public func submit(_ request: ImportRequest, options: SubmitOptions) async throws -> JobReference {
    let scope = try await drafts.scope(for: request)
    let key = try drafts.key(for: request, in: scope, options)
    var refuted: Set<String> = []
    while true {
      if Task.isCancelled { throw ImportError(wrapping: CancellationError(), request: request) }
      let draft = drafts.draft(request, scope, key: key, options)
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
    let scope = try await drafts.scope(for: request)
    let key = try drafts.key(for: request, in: scope, options)
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

  // MARK: Sending and settling

  private func send(
    _ record: ImportRecord, _ options: SubmitOptions, ticket: Int? = nil
  ) async throws -> JobReference {
    try await sending.send(record, options, ticket: ticket) { lost, ticket in
      try await settle(lost, options, ticket: ticket)
    }
  }

  private func settle(
    _ record: ImportRecord, _ options: SubmitOptions, ticket: Int? = nil
  ) async throws -> JobReference {
    try await settlement.settle(record, options) { next in
      try await holding(next) { try await send(next, options, ticket: ticket) }
    }
  }

  // MARK: Afterwards

  public func recalled(_ job: JobReference) async -> JobReference { await recorder.recalled(job) }

  public func began(_ job: JobReference) async { await recorder.began(job) }

  public func ended(_ job: JobReference, _ result: Result<ImportResult, ImportError>) async {
    await recorder.ended(job, result)
  }
}
