import CloudAccess
import Foundation

/// Finds out what became of a submission whose answer was lost, and never sends anything itself.
struct RecordedSettlement: Sendable {
  /// Sends a new record that stands for one whose image is proven not to be there.
  typealias Resending = (ImportRecord) async throws -> JobReference

  let client: ImageClient
  let store: any ImportRecordStore
  let policy: SettlementPolicy
  let events: any ImportEventSink
  let drafts: ImportDrafts

  private var time: any TimeSource { client.time }

  /// Looks for the image until it is found or its absence is settled; see ``SettlementStateMachine``.
  func settle(
    _ record: ImportRecord, _ options: SubmitOptions, again: Resending
  ) async throws -> JobReference {
    let start = time.monotonic
    let age = Duration.seconds(max(0, time.now.timeIntervalSince(record.sentAt ?? record.createdAt)))
    let proof = try await proof(for: record, options)
    var machine = SettlementStateMachine(policy: policy, age: age, settled: proof)
    var action = machine.begin()
    var askedAt = Duration.zero
    while true {
      switch action {
      case .wait(let delay):
        if delay > .zero { try await pause(delay, record) }
        action = machine.due()
      case .look:
        if Task.isCancelled {
          throw ImportError(unsettled: record, "The search for it was cancelled.", cause: .cancelled)
        }
        askedAt = time.monotonic - start
        do {
          action = machine.looked(try await look(for: record), now: askedAt)
        } catch let error as CloudError {
          action = machine.lookFailed(error, now: askedAt)
        }
      case .adopt(let imageID, let others):
        let adopted = try await store.apply(.adopt(imageID: imageID), to: record.id, at: time.now)
        let job = JobReference(adopted, origin: .adopted) ?? JobReference(id: imageID, recordID: record.id)
        events.emit(.adopted(job, others: others))
        return job
      case .fail(let imageID):
        let error = ImportError(dead: record, image: imageID, "is killed")
        try await store.apply(.fail(code: nil, reason: error.message), to: record.id, at: time.now)
        throw error
      case .notFound:
        let missing = try await store.apply(.findNothing, to: record.id, at: time.now)
        return try await decide(missing, isProven: proof != nil, options, again)
      case .unsettled(let error):
        throw ImportError(unsettled: record, "The cloud could not be asked: \(error.message)", cause: error)
      }
    }
  }

  /// How long after its sending the absence of a record's image is proof; nil where it is none, or where none is asked for.
  private func proof(for record: ImportRecord, _ options: SubmitOptions) async throws -> Duration? {
    guard case .resubmit = options.onNotFound, record.isMarked else { return nil }
    return policy.proof(from: try await store.visibility(in: record.scope))
  }

  private func pause(_ delay: Duration, _ record: ImportRecord) async throws {
    events.emit(
      .settling(
        name: record.name, recordID: record.id,
        reason:
          "It is unknown whether the cloud started the import: \(record.progress.reason ?? "its answer was lost.")",
        delay: delay))
    do {
      try await time.sleep(for: delay)
    } catch {
      throw ImportError(unsettled: record, "The search for it was cancelled.", cause: .cancelled)
    }
  }

  private func look(for record: ImportRecord) async throws -> [ImageRecord] {
    var search = SettlementSearch(record: record, slack: policy.clockSlack)
    if let query = search.byMarker {
      let found = search.marked(try await client.images(query).all())
      if !found.isEmpty { return found }
    }
    guard let query = search.byName else { return [] }
    let images = try await client.images(query).all()
    // After the list: whoever made an image that it shows was on record before.
    let same = try await store.records(ImportRecordFilter(name: record.name, scope: record.scope))
    let others = same.filter { $0.id != record.id }
    search.claimed = Set(others.compactMap(\.imageID))
    search.rivals = others.filter { !$0.state.isFinal && $0.imageID == nil }
    return search.named(images)
  }

  private func decide(
    _ record: ImportRecord, isProven: Bool, _ options: SubmitOptions, _ again: Resending
  ) async throws -> JobReference {
    let absent = "No image of it appeared within \(policy.settlingTime.brief)."
    switch options.onNotFound {
    case .fail:
      throw ImportError(unsettled: record, absent)
    case .resubmit:
      if isProven { return try await resubmit(record, options, again) }
      let known = try await store.visibility(in: record.scope)
      let why =
        !record.isMarked
        ? "It carries no marker, so its absence proves nothing and it was not sent again."
        : known.lags.count < MarkerVisibility.leastSamples
          ? "It was not sent again: only \(known.lags.count) of the \(MarkerVisibility.leastSamples) measurements needed show how soon this cloud lists a marker."
          : "It was not sent again: this cloud lists markers too late for their absence to prove anything."
      throw ImportError(unsettled: record, "\(absent) \(why)")
    case .ask(let ask):
      switch try await ask(record) {
      case .fail: throw ImportError(unsettled: record, absent)
      case .resubmit: return try await resubmit(record, options, again)
      case .giveUp:
        try await store.apply(.giveUp(reason: "given up when asked"), to: record.id, at: time.now)
        throw ImportError(
          kind: .cancelled, message: "The import of image \(Quoted.text(record.name ?? "")) was given up: \(absent)",
          request: record.request, recordID: record.id)
      }
    }
  }

  private func resubmit(
    _ record: ImportRecord, _ options: SubmitOptions, _ again: Resending
  ) async throws -> JobReference {
    let draft = drafts.draft(record.request, record.scope, key: record.key, options)
    return try await again(try await store.resubmit(record.id, as: draft, at: time.now))
  }
}

extension CloudError {
  fileprivate static let cancelled = CloudError(
    kind: .cancelled, message: "the run was interrupted.", delivery: .ambiguous)
}
