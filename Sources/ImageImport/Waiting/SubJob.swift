import CloudAccess

/// A part of a job with a result of its own.
public struct SubJob: Sendable, Hashable {
  public var id: String
  public var state: JobState
  public var type: String?
  public var imageID: String?
  public var imageName: String?
  public var errorCode: String?
  public var failReason: String?

  /// From an entry of `entities.sub_jobs_result`; whatever is missing stays empty.
  public init(json: JSONValue) {
    id = json.text("job_id") ?? ""
    state = JobState(json.text("status") ?? "")
    type = json.text("job_type")
    imageID = json["entities"]?.text("image_id")
    imageName = json["entities"]?.text("image_name")
    errorCode = json.text("error_code", "addition_error_code")
    failReason = json.text("fail_reason", "addition_error_msg")
  }
}
