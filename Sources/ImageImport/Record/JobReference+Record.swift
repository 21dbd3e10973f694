import CloudAccess

extension JobReference {
  /// The import of a record whose job or image is known; nil for any other.
  public init?(_ record: ImportRecord, origin: Origin) {
    guard let id = record.jobID ?? record.imageID else { return nil }
    self.init(
      id: id, imageName: record.name, submittedAt: record.sentAt, requestID: record.requestID, request: record.request,
      origin: origin, recordID: record.id, isMarked: record.isMarked)
    switch record.state {
    case .adopted:
      // A job that the cloud has forgotten is no help: the image alone tells.
      imageID = record.imageID
      self.id = record.imageID ?? id
      self.origin = .adopted
    case .succeeded:
      imageID = record.imageID
      result = JobStatus(json: record.result ?? .object(["status": "SUCCESS"]))
    default: break
    }
  }
}
