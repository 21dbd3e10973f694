import CloudAccess
import Foundation

/// An import under way in the cloud: enough to ask for it again, also from another process.
public struct JobReference: Sendable, Hashable {
  public var id: String

  /// The name the image was asked for; nil for a job picked up by its id.
  public var imageName: String?

  /// When it was submitted, by this machine's clock; nil for a job picked up by its id.
  public var submittedAt: Date?

  /// The id under which the cloud's support finds the submission.
  public var requestID: String?

  /// What was asked for; nil for a job picked up by its id.
  public var request: ImportRequest?

  public init(
    id: String, imageName: String? = nil, submittedAt: Date? = nil, requestID: String? = nil,
    request: ImportRequest? = nil
  ) {
    self.id = id
    self.imageName = imageName
    self.submittedAt = submittedAt
    self.requestID = requestID
    self.request = request
  }

  /// The job as a JSON object with the API's names.
  public var json: JSONValue {
    var members: [String: JSONValue] = ["job_id": .string(id)]
    members["image_name"] = imageName.map(JSONValue.string)
    members["request_id"] = requestID.map(JSONValue.string)
    members["submitted_at"] = submittedAt.map { .string(Timestamp.iso8601($0)) }
    return .object(members)
  }
}
