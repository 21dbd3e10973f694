import CloudAccess

/// An import that succeeded.
public struct ImportResult: Sendable {
  /// What it holds, outside of it: the frames of ten thousand suspended waits have room for several copies each.
  private struct Fields: Sendable {
    var imageID: String
    var imageName: String?
    var job: JobStatus
    var reference: JobReference
    var waited: Duration
    var warnings: [String]
    var drift: [ImportDrift]
    var image: ImageRecord?
  }

  @Indirect private var fields: Fields

  public var imageID: String { fields.imageID }
  public var imageName: String? { fields.imageName }

  /// The last answer of the job query.
  public var job: JobStatus { fields.job }
  public var reference: JobReference { fields.reference }

  /// From the first look at the job to its end, on this machine's clock.
  public var waited: Duration { fields.waited }

  /// What came out other than expected, without being a failure.
  public var warnings: [String] { fields.warnings }

  /// In what the image differs from the request.
  public internal(set) var drift: [ImportDrift] {
    get { fields.drift }
    set { fields.drift = newValue }
  }

  /// The image, where a list showed it while its job was waited for.
  var image: ImageRecord? { fields.image }

  public init(
    imageID: String, imageName: String?, job: JobStatus, reference: JobReference, waited: Duration = .zero,
    warnings: [String] = [], drift: [ImportDrift] = []
  ) {
    self.init(
      imageID: imageID, imageName: imageName, job: job, reference: reference, waited: waited, warnings: warnings,
      drift: drift, image: nil)
  }

  init(
    imageID: String, imageName: String?, job: JobStatus, reference: JobReference, waited: Duration = .zero,
    warnings: [String] = [], drift: [ImportDrift] = [], image: ImageRecord?
  ) {
    fields = Fields(
      imageID: imageID, imageName: imageName, job: job, reference: reference, waited: waited, warnings: warnings,
      drift: drift, image: image)
  }

  /// From begin to end by the cloud's clock, where it told both.
  public var duration: Duration? {
    guard let begin = job.beginTime, let end = job.endTime, end >= begin else { return nil }
    return .seconds(end.timeIntervalSince(begin))
  }

  /// Whether the same import was done before, and its image was found again.
  public var reused: Bool { reference.origin == .reused }

  /// Whether its answer was lost and the image was found by marker or name.
  public var adopted: Bool { reference.origin == .adopted }

  /// The result as a JSON object with the API's names.
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "image_id": .string(imageID), "status": .string(job.rawStatus), "reused": .bool(reused),
      "adopted": .bool(adopted),
    ]
    members["job_id"] = reference.jobID.map(JSONValue.string)
    members["record_id"] = reference.recordID.map(JSONValue.string)
    members["image_name"] = imageName.map(JSONValue.string)
    members["duration_seconds"] = duration.map { .number($0.inSeconds) }
    if !drift.isEmpty { members["drift"] = .array(drift.map(\.json)) }
    if !warnings.isEmpty { members["warnings"] = .array(warnings.map(JSONValue.string)) }
    return .object(members)
  }
}
