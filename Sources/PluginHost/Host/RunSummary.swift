import CloudAccess
import Foundation

/// How a run went, import by import.
struct RunSummary: Sendable {
  struct Entry: Sendable {
    enum Status: String, Sendable { case running, succeeded, failed, detached }

    var name: String?
    var status = Status.running
    var image: JSONValue = .null
    /// When it was asked for, sent and over.
    var began: Date
    var submitted: Date?
    var ended: Date?
    var jobID: String?
    var imageID: String?
    var error: JSONValue = .null
    /// Seconds that the job took by the cloud's clock.
    var duration: Double?
    var isReused = false
  }

  var began: Date
  var ended: Date
  var entries: [Entry]
  /// Imports beyond the limit, which are only counted.
  var uncounted = 0

  var json: JSONValue {
    func count(_ status: Entry.Status) -> JSONValue { .integer(Int64(entries.count { $0.status == status })) }
    return .object([
      "began": .number(began.timeIntervalSince1970), "ended": .number(ended.timeIntervalSince1970),
      "duration": .number(ended.timeIntervalSince(began)), "count": .integer(Int64(entries.count + uncounted)),
      "succeeded": count(.succeeded), "failed": count(.failed), "detached": count(.detached),
      "running": count(.running),
      "images": .array(entries.map(Self.json)),
    ])
  }

  private static func json(_ entry: Entry) -> JSONValue {
    var members: [String: JSONValue] = [
      "status": .string(entry.status.rawValue), "began": .number(entry.began.timeIntervalSince1970),
      "image": entry.image,
      "error": entry.error, "reused": .bool(entry.isReused),
    ]
    members["name"] = entry.name.map(JSONValue.string)
    members["submitted"] = entry.submitted.map { .number($0.timeIntervalSince1970) }
    members["ended"] = entry.ended.map { .number($0.timeIntervalSince1970) }
    members["job_id"] = entry.jobID.map(JSONValue.string)
    members["image_id"] = entry.imageID.map(JSONValue.string)
    members["job_duration"] = entry.duration.map(JSONValue.number)
    return .object(members)
  }
}
