import CloudAccess

/// Waits for an image whose job is not known: asks for the image itself until it is ready or dead.
struct ImageWait: Sendable {
  let client: ImageClient
  let policy: PollPolicy
  let events: any ImportEventSink
  let random: @Sendable () -> Double

  /// How often in a row an image must be gone before that counts: a list may lag behind.
  private static let absences = 3

  /// Waits as ``JobScheduler/wait(for:timeout:onProgress:)`` does, for an adopted import.
  func wait(
    for job: JobReference, timeout: Duration?, onProgress: JobScheduler.Progress?
  ) async throws -> ImportResult {
    let imageID = job.imageID ?? job.id
    let start = client.time.monotonic
    let limit = timeout ?? policy.timeout
    var answeredAt = start
    var answers = 0
    var failures = 0
    var absences = 0
    var last: JobStatus?
    while true {
      var pause: Duration
      do {
        let image = try await client.image(imageID)
        (failures, absences) = (0, 0)
        answeredAt = client.time.monotonic
        answers += 1
        let status = ImageWait.status(of: image)
        if status.state == .succeeded {
          try await onProgress?(status)
          return ImportResult(
            imageID: imageID, imageName: image.name, job: status, reference: job, waited: client.time.monotonic - start)
        }
        if status.state == .failed { throw ImageWait.dead(job, imageID, "is \(image.status)", status) }
        if last?.rawStatus != status.rawStatus {
          events.emit(.progress(job, status))
          try await onProgress?(status)
        }
        last = status
        pause = policy.pause(after: answers)
      } catch let error as CloudError {
        if error.kind == .not_found {
          absences += 1
          if absences >= ImageWait.absences { throw ImageWait.dead(job, imageID, "has vanished", last) }
          pause = policy.pause(after: 0)
        } else if [.authentication, .permission, .validation].contains(error.kind) {
          throw ImportError(unavailable: error, job: job)
        } else {
          failures += 1
          pause = policy.pause(afterFailures: failures, retryAfter: error.retryAfter)
          events.emit(.degraded(job, reason: error.message, lasting: client.time.monotonic - answeredAt, delay: pause))
        }
      }
      let left = start + limit - client.time.monotonic
      guard left > .zero else {
        let error = ImportError(detached: job, after: limit, last: last)
        events.emit(.detached(error))
        throw error
      }
      do {
        try await client.time.sleep(for: min(left, policy.jittered(pause, random())))
      } catch {
        throw ImportError(wrapping: error, job: job, request: job.request)
      }
    }
  }

  private static func dead(_ job: JobReference, _ imageID: String, _ fate: String, _ last: JobStatus?) -> ImportError {
    let name = job.imageName.map { Quoted.text($0) } ?? "without a name"
    return ImportError(
      kind: .job_failed, message: "The import of image \(name) failed: its image \(imageID) \(fate).",
      hint: "The reason was lost with the job id. Check the image file, then run the same again.", job: job,
      jobStatus: last, request: job.request, recordID: job.recordID)
  }

  /// What the status of an image says about the job that makes it.
  static func status(of image: ImageRecord) -> JobStatus {
    let word: JSONValue =
      switch image.status.lowercased() {
      case "active": "SUCCESS"
      case "killed", "deleted": "FAIL"
      case "queued": "INIT"
      default: "RUNNING"
      }
    return JobStatus(
      json: ["status": word, "entities": ["image_id": .string(image.id), "image_name": .string(image.name)]])
  }
}
