import CloudAccess
import Foundation

/// Sends one import, with each step on record before it is taken.
///
/// The record becomes `sent` before the first byte leaves and goes back to `intent` only where the cloud certainly did not take it, so that
/// whoever finds it later knows whether it may be sent. Nothing here ever sends again what may have arrived.
struct RecordedSending: Sendable {
  /// Finds out what became of a record whose answer was lost; `ticket` is its place among those under way, which it keeps meanwhile.
  typealias Settling = (_ record: ImportRecord, _ ticket: Int?) async throws -> JobReference

  let client: ImageClient
  let store: any ImportRecordStore
  let policy: SubmissionPolicy
  let admission: (any ImportAdmission)?
  let events: any ImportEventSink
  let jitter: @Sendable () -> Double
  let probe: MarkerProbe?

  private var time: any TimeSource { client.time }

  /// Sends a record whose state is `intent`, when its turn comes, and as often as the cloud certainly did not take it.
  ///
  /// `lost` finds out what became of it where the answer was lost. A record that stands for such a one is sent in its place, by the `ticket`
  /// that it has: two places for one import would be more than a cloud with room for one can give.
  func send(
    _ first: ImportRecord, _ options: SubmitOptions, ticket: Int? = nil, lost: Settling
  ) async throws -> JobReference {
    try await check(first, options)
    if let ticket { return try await send(first, ticket: ticket, lost) }
    guard let admission else { return try await send(first, ticket: nil, lost) }
    let ticket: Int
    do {
      ticket = try await admission.admit(first.name, record: first.id)
    } catch {
      throw ImportError(wrapping: error, request: first.request)
    }
    do {
      let job = try await send(first, ticket: ticket, lost)
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

  private func send(_ first: ImportRecord, ticket: Int?, _ lost: Settling) async throws -> JobReference {
    var record = first
    let body =
      record.isMarked ? ImportMarker.marked(record.request, with: record.id) ?? record.request : record.request
    var machine = SubmissionStateMachine(policy: policy)
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
        return try await failed(failure, error, record) { try await lost($0, ticket) }
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
    _ failure: SubmissionStateMachine.Failure, _ cause: CloudError, _ record: ImportRecord,
    _ settle: (ImportRecord) async throws -> JobReference
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
      return try await settle(lost)
    }
  }
}
