import CloudAccess
import Foundation

/// An import under way in the cloud: enough to ask for it again, also from another process.
///
/// Most have a job. One that was adopted after its answer was lost has only its image, and one that was done before has its end.
public struct JobReference: Sendable, Hashable {
  /// How this run came by it.
  public enum Origin: String, Sendable, Hashable {
    /// This run sent it, or it was picked up by its id.
    case submitted

    /// An earlier run, or one beside this one, sent it.
    case attached

    /// Its answer was lost; the image was found.
    case adopted

    /// It was done before.
    case reused
  }

  /// What it holds, outside of it: ten thousand suspended waits hold several copies each.
  private struct Fields: Sendable, Hashable {
    var id: String
    var imageName: String?
    var submittedAt: Date?
    var requestID: String?
    @IndirectOptional var request: ImportRequest?
    var origin: Origin
    var recordID: String?
    var isMarked = false
    var imageID: String?
    @IndirectOptional var result: JobStatus?
  }

  @Indirect private var fields: Fields

  /// The job's id; for an import without a known job the image's.
  public var id: String {
    get { fields.id }
    set { fields.id = newValue }
  }

  /// The name the image was asked for; nil for a job picked up by its id.
  public var imageName: String? {
    get { fields.imageName }
    set { fields.imageName = newValue }
  }

  /// When it was submitted, by this machine's clock; nil for a job picked up by its id.
  public var submittedAt: Date? {
    get { fields.submittedAt }
    set { fields.submittedAt = newValue }
  }

  /// The id under which the cloud's support finds the submission.
  public var requestID: String? {
    get { fields.requestID }
    set { fields.requestID = newValue }
  }

  /// What was asked for; nil for a job picked up by its id.
  public var request: ImportRequest? {
    get { fields.request }
    set { fields.request = newValue }
  }

  public var origin: Origin {
    get { fields.origin }
    set { fields.origin = newValue }
  }

  /// The import's record in the ledger.
  public var recordID: String? {
    get { fields.recordID }
    set { fields.recordID = newValue }
  }

  /// Whether its image carries the marker, the record's id.
  public var isMarked: Bool {
    get { fields.isMarked }
    set { fields.isMarked = newValue }
  }

  /// The image, where it is known without a job: adopted or reused.
  public var imageID: String? {
    get { fields.imageID }
    set { fields.imageID = newValue }
  }

  /// The last answer of the job query, for an import done before.
  public var result: JobStatus? {
    get { fields.result }
    set { fields.result = newValue }
  }

  public init(
    id: String, imageName: String? = nil, submittedAt: Date? = nil, requestID: String? = nil,
    request: ImportRequest? = nil, origin: Origin = .submitted, recordID: String? = nil, isMarked: Bool = false,
    imageID: String? = nil, result: JobStatus? = nil
  ) {
    fields = Fields(
      id: id, imageName: imageName, submittedAt: submittedAt, requestID: requestID, request: request, origin: origin,
      recordID: recordID, isMarked: isMarked, imageID: imageID, result: result)
  }

  /// The cloud's job; nil where only the image is known.
  public var jobID: String? { id == imageID ? nil : id }

  /// What messages call it.
  var noun: String { jobID.map { "job \($0)" } ?? "import of image \(id)" }

  /// What a message says about a wait that ended before its job.
  var goesOn: String {
    guard let jobID else { return "It goes on in the cloud: run the same again to wait for it." }
    return "The job goes on in the cloud: run the same again, or wait for it by its id, \(jobID)."
  }

  /// The job as a JSON object with the API's names.
  public var json: JSONValue {
    var members: [String: JSONValue] = [:]
    members["job_id"] = jobID.map(JSONValue.string)
    members["image_id"] = imageID.map(JSONValue.string)
    members["record_id"] = recordID.map(JSONValue.string)
    members["image_name"] = imageName.map(JSONValue.string)
    members["request_id"] = requestID.map(JSONValue.string)
    members["submitted_at"] = submittedAt.map { .string(Timestamp.iso8601($0)) }
    return .object(members)
  }
}
