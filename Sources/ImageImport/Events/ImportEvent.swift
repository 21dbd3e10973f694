import CloudAccess

/// Something that happened to an import.
public indirect enum ImportEvent: Sendable {
  case validated(ImportRequest, ValidationReport)

  /// What the checks against the cloud found, before the import is sent.
  case preflighted(ImportRequest, ValidationReport)
  case submitted(JobReference)

  /// The import was under way already; it is waited for instead of sent.
  case attached(JobReference)

  /// The answer to a submission was lost, and its image was found; `others` are images that look the same.
  case adopted(JobReference, others: [String])

  /// A submission whose answer was lost is looked for.
  case settling(name: String?, recordID: String, reason: String, delay: Duration)
  case progress(JobReference, JobStatus)
  case succeeded(ImportResult)
  case failed(ImportError)

  /// A wait ended before its job did; the error carries the job, which goes on.
  case detached(ImportError)

  /// A submission waits for room in the cloud: for so long, or without a delay until another import has ended.
  case waiting(name: String?, reason: String, delay: Duration?)

  /// The cloud has been answering badly for so long; nothing is lost, but it takes longer. Without a job it concerns all.
  case degraded(JobReference?, reason: String, lasting: Duration, delay: Duration)

  /// The cloud answers well again, after so long.
  case recovered(after: Duration)

  /// Something unexpected that is no failure, such as an unknown job status.
  case warning(JobReference, message: String)

  /// So many imports are about to begin, each of which has events of its own.
  case batchBegan(count: Int)

  /// A batch is over; imports that never began have no events.
  case batchEnded(count: Int, notBegun: Int)

  /// The event's name in JSON.
  public var name: String {
    switch self {
    case .validated: "validated"
    case .preflighted: "preflighted"
    case .submitted: "submitted"
    case .attached: "attached"
    case .adopted: "adopted"
    case .settling: "settling"
    case .progress: "progress"
    case .succeeded: "succeeded"
    case .failed: "failed"
    case .detached: "detached"
    case .waiting: "waiting"
    case .degraded: "degraded"
    case .recovered: "recovered"
    case .warning: "warning"
    case .batchBegan: "batch_began"
    case .batchEnded: "batch_ended"
    }
  }

  /// The event as one JSON object: `event` names it, the rest are the API's own field names.
  public var json: JSONValue {
    var members: [String: JSONValue] = [:]
    switch self {
    case .validated(let request, let report), .preflighted(let request, let report):
      members = report.json.objectValue ?? [:]
      members["image_name"] = request.name.map(JSONValue.string)
    case .submitted(let job), .attached(let job):
      members = job.json.objectValue ?? [:]
    case .adopted(let job, let others):
      members = job.json.objectValue ?? [:]
      if !others.isEmpty { members["other_image_ids"] = .array(others.map(JSONValue.string)) }
    case .settling(let name, let recordID, let reason, let delay):
      members = [
        "record_id": .string(recordID), "reason": .string(reason), "delay_seconds": .number(delay.inSeconds),
      ]
      members["image_name"] = name.map(JSONValue.string)
    case .progress(let job, let status):
      members = job.json.objectValue ?? [:]
      members["status"] = .string(status.rawStatus)
      members["progress"] = status.progress.map(JSONValue.number)
      members["image_id"] = status.imageID.map(JSONValue.string)
      members["current_task"] = status.currentTask.map(JSONValue.string)
    case .succeeded(let result):
      members = result.json.objectValue ?? [:]
    case .failed(let error), .detached(let error):
      members = error.json.objectValue ?? [:]
    case .waiting(let name, let reason, let delay):
      members = ["reason": .string(reason)]
      members["delay_seconds"] = delay.map { .number($0.inSeconds) }
      members["image_name"] = name.map(JSONValue.string)
    case .recovered(let lasting):
      members = ["lasting_seconds": .number(lasting.inSeconds)]
    case .degraded(let job, let reason, let lasting, let delay):
      members = job?.json.objectValue ?? [:]
      members["reason"] = .string(reason)
      members["lasting_seconds"] = .number(lasting.inSeconds)
      members["delay_seconds"] = .number(delay.inSeconds)
    case .warning(let job, let message):
      members = job.json.objectValue ?? [:]
      members["message"] = .string(message)
    case .batchBegan(let count):
      members = ["count": .integer(Int64(count))]
    case .batchEnded(let count, let notBegun):
      members = ["count": .integer(Int64(count)), "not_begun": .integer(Int64(notBegun))]
    }
    members["event"] = .string(name)
    return .object(members)
  }
}
