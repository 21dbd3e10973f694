import CloudAccess
import Foundation

/// Records what waits see of imports that the cloud has accepted, and recalls what is on record about a job.
struct WaitRecorder: Sendable {
  let client: ImageClient
  let store: any ImportRecordStore
  let events: any ImportEventSink
  let probe: MarkerProbe?

  /// The job with what is on record about it, for one that is known by its id only.
  func recalled(_ job: JobReference) async -> JobReference {
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

  /// The cloud has begun to work on it.
  func began(_ job: JobReference) async {
    guard let id = job.recordID, job.jobID != nil else { return }
    await note(.run, id, job)
  }

  /// Its wait is over; only an end of the import itself is recorded.
  func ended(_ job: JobReference, _ result: Result<ImportResult, ImportError>) async {
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
      try await store.apply(event, to: id, at: client.time.now, requestID: nil, result: result)
    } catch is ImportRecordStateMachine.IllegalMove {
      // Another run knows more.
    } catch let error as RecordStoreError where error.kind == .missing {
      // Somebody made the ledger forget it.
    } catch {
      events.emit(.warning(job, message: "The ledger could not be written: \(error)"))
    }
  }
}
