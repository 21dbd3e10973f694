import CloudAccess

/// An import that succeeded.
public struct ImportResult: Sendable {
  public var imageID: String
  public var imageName: String?

  /// The last answer of the job query.
  @Indirect public var job: JobStatus
  @Indirect public var reference: JobReference

  /// From the first look at the job to its end, on this machine's clock.
  public var waited: Duration

  /// From begin to end by the cloud's clock, where it told both.
  public var duration: Duration? {
    guard let begin = job.beginTime, let end = job.endTime, end >= begin else { return nil }
    return .seconds(end.timeIntervalSince(begin))
  }

  /// What came out other than expected, without being a failure.
  public var warnings: [String]

  /// Whether the same import was done before, and its image was found again.
  public var reused: Bool { reference.origin == .reused }

  /// Whether its answer was lost and the image was found by marker or name.
  public var adopted: Bool { reference.origin == .adopted }

  /// In what the image differs from the request.
  public var drift: [ImportDrift]

  /// The image, where a list showed it while its job was waited for.
  @Indirect var image: ImageRecord?

  public init(
    imageID: String, imageName: String?, job: JobStatus, reference: JobReference, waited: Duration = .zero,
    warnings: [String] = [], drift: [ImportDrift] = []
  ) {
    self.imageID = imageID
    self.imageName = imageName
    self.job = job
    self.reference = reference
    self.waited = waited
    self.warnings = warnings
    self.drift = drift
  }

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
