import CloudAccess
import Foundation

/// One submission as the ledger remembers it.
public struct ImportRecord: Sendable, Hashable {
  /// A ``ULID``; also the value of the marker tag.
  public var id: String
  public var scope: ImportScope

  /// What the profile was called; for people only.
  public var profile: String

  /// What makes two imports the same one.
  public var key: String
  public var progress: ImportRecordStateMachine

  /// The body as the script made it, without marker.
  public var request: ImportRequest

  /// Whether the marker tag went out with it.
  public var isMarked: Bool

  /// All by this machine's clock.
  public var createdAt: Date
  public var updatedAt: Date

  /// When its first byte may have left, at the last attempt.
  public var sentAt: Date?

  /// How often it was sent.
  public var attempts: Int

  /// The id under which the cloud's support finds the submission.
  public var requestID: String?

  /// The last answer of the job query, once it has ended.
  public var result: JSONValue?

  /// Where the run that began it stood in a trace: its events have the same ids. Nil where it was not traced.
  public var trace: TraceContext?

  public init(
    id: String, scope: ImportScope, profile: String, key: String,
    progress: ImportRecordStateMachine = ImportRecordStateMachine(), request: ImportRequest, isMarked: Bool,
    createdAt: Date, updatedAt: Date? = nil, sentAt: Date? = nil, attempts: Int = 0, requestID: String? = nil,
    result: JSONValue? = nil, trace: TraceContext? = nil
  ) {
    self.id = id
    self.scope = scope
    self.profile = profile
    self.key = key
    self.progress = progress
    self.request = request
    self.isMarked = isMarked
    self.createdAt = createdAt
    self.updatedAt = updatedAt ?? createdAt
    self.sentAt = sentAt
    self.attempts = attempts
    self.requestID = requestID
    self.result = result
    self.trace = trace
  }

  public var state: ImportRecordState { progress.state }
  public var jobID: String? { progress.jobID }
  public var imageID: String? { progress.imageID }
  public var name: String? { request.name }

  /// Makes a move and notes what came with it.
  public mutating func apply(
    _ event: ImportRecordEvent, at date: Date, requestID: String? = nil, result: JSONValue? = nil
  ) throws(ImportRecordStateMachine.IllegalMove) {
    guard try progress.apply(event) else { return }
    updatedAt = date
    if case .send = event {
      sentAt = date
      attempts += 1
    }
    if let requestID { self.requestID = requestID }
    if let result { self.result = result }
  }

  /// The record as a JSON object; absent parts are left out.
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "id": .string(id), "key": .string(key), "state": .string(state.rawValue), "cloud": .string(scope.cloud),
      "project_id": .string(scope.project), "region": .string(scope.region), "profile": .string(profile),
      "marked": .bool(isMarked), "attempts": .integer(Int64(attempts)), "request": request.jsonValue,
      "created_at": .string(Timestamp.iso8601(createdAt, milliseconds: true)),
      "updated_at": .string(Timestamp.iso8601(updatedAt, milliseconds: true)),
    ]
    members["name"] = name.map(JSONValue.string)
    members["job_id"] = jobID.map(JSONValue.string)
    members["image_id"] = imageID.map(JSONValue.string)
    members["code"] = progress.code.map(JSONValue.string)
    members["reason"] = progress.reason.map(JSONValue.string)
    members["resubmitted_as"] = progress.successor.map(JSONValue.string)
    members["request_id"] = requestID.map(JSONValue.string)
    members["sent_at"] = sentAt.map { .string(Timestamp.iso8601($0, milliseconds: true)) }
    if let trace { members.merge(trace.members) { own, _ in own } }
    return .object(members)
  }
}
