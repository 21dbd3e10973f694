import CloudAccess
import Foundation

/// The answer of the job query, decoded leniently: documents, examples and SDKs disagree on what is there when.
public struct JobStatus: Sendable, Hashable {
  public var id: String
  public var state: JobState

  /// The status as the cloud wrote it.
  public var rawStatus: String
  public var type: String?
  public var beginTime: Date?
  public var endTime: Date?

  /// From 0 to 1; nil where the cloud does not tell.
  public var progress: Double?

  /// What the job is at, where the cloud tells.
  public var currentTask: String?

  /// The image, from the job or from the first of its parts that has one.
  public var imageID: String?
  public var imageName: String?

  /// The code of a failure, from the job or from the first of its parts that has one.
  public var errorCode: String?
  public var failReason: String?
  public var subJobs: [SubJob]

  /// Everything under `entities`, or null.
  public var entities: JSONValue

  /// The whole answer.
  public var raw: JSONValue

  public init(json: JSONValue) {
    raw = json
    entities = json["entities"] ?? .null
    subJobs = (entities["sub_jobs_result"]?.arrayValue ?? []).map(SubJob.init(json:))
    id = json.text("job_id") ?? ""
    rawStatus = json.text("status") ?? ""
    state = JobState(rawStatus)
    type = json.text("job_type")
    beginTime = json.text("begin_time").flatMap(CloudDate.parse)
    endTime = json.text("end_time").flatMap(CloudDate.parse)
    progress = JobStatus.fraction(entities["process_percent"] ?? json["process_percent"])
    currentTask = entities.text("current_task")
    imageID = entities.text("image_id") ?? subJobs.lazy.compactMap(\.imageID).first
    imageName = entities.text("image_name") ?? subJobs.lazy.compactMap(\.imageName).first
    errorCode =
      json.text("error_code", "addition_error_code") ?? entities.text("error_code", "addition_error_code")
      ?? subJobs.lazy.compactMap(\.errorCode).first
    failReason =
      json["error"]?.text("message", "error_msg") ?? json.text("fail_reason", "addition_error_msg", "error")
      ?? entities.text(
        "fail_reason", "addition_error_msg", "error")
      ?? subJobs.lazy.compactMap(\.failReason).first
  }

  /// The same without what only a reader of the whole answer needs, to be kept for each of many jobs.
  var slim: JobStatus {
    guard !state.isFinal else { return self }
    var copy = self
    copy.raw = .null
    copy.entities = .null
    copy.subJobs = []
    return copy
  }

  /// One of the examples is a fraction (0.40), other clouds show percent (40): up to 1 it is a fraction, above it percent.
  private static func fraction(_ value: JSONValue?) -> Double? {
    let number = value?.doubleValue ?? value?.stringValue.flatMap { Double($0.trimmed.prefix { $0 != "%" }) }
    guard let number, number.isFinite, number >= 0 else { return nil }
    return min(1, number <= 1 ? number : number / 100)
  }
}
