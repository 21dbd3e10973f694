import CloudAccess
import Foundation
import ImageImport

/// Records of the ledger as a cassette keeps them: all that a run may look at.
extension ImportRecord {
  var cassetteJSON: JSONValue {
    var members: [String: JSONValue] = [
      "id": .string(id), "scope": scope.cassetteJSON, "profile": .string(profile), "key": .string(key),
      "state": .string(state.rawValue), "request": request.jsonValue, "marked": .bool(isMarked),
      "created_at": Self.date(createdAt), "updated_at": Self.date(updatedAt), "attempts": .integer(Int64(attempts)),
    ]
    members["job_id"] = progress.jobID.map(JSONValue.string)
    members["image_id"] = progress.imageID.map(JSONValue.string)
    members["code"] = progress.code.map(JSONValue.string)
    members["reason"] = progress.reason.map(JSONValue.string)
    members["successor"] = progress.successor.map(JSONValue.string)
    members["sent_at"] = sentAt.map(Self.date)
    members["request_id"] = requestID.map(JSONValue.string)
    members["result"] = result
    if let trace { members.merge(trace.members) { own, _ in own } }
    return .object(members)
  }

  /// Nil for what no record can be.
  init?(cassette json: JSONValue?) {
    guard let json, let id = json["id"]?.stringValue, let scope = ImportScope(cassette: json["scope"]),
      let key = json["key"]?.stringValue, let state = ImportRecordState(rawValue: json["state"]?.stringValue ?? ""),
      let created = Self.date(json["created_at"]), let request = json["request"]
    else { return nil }
    let progress = ImportRecordStateMachine(
      state: state, jobID: json["job_id"]?.stringValue, imageID: json["image_id"]?.stringValue,
      code: json["code"]?.stringValue, reason: json["reason"]?.stringValue, successor: json["successor"]?.stringValue)
    var trace: TraceContext?
    if let id = json["trace_id"]?.stringValue, let span = json["span_id"]?.stringValue {
      trace = TraceContext(traceID: id, spanID: span, parentSpanID: json["parent_span_id"]?.stringValue)
    }
    self.init(
      id: id, scope: scope, profile: json["profile"]?.stringValue ?? "", key: key, progress: progress,
      request: ImportRequest(json: request), isMarked: json["marked"]?.boolValue ?? false, createdAt: created,
      updatedAt: Self.date(json["updated_at"]), sentAt: Self.date(json["sent_at"]),
      attempts: json["attempts"]?.intValue ?? 0, requestID: json["request_id"]?.stringValue, result: json["result"],
      trace: trace)
  }

  private static func date(_ date: Date) -> JSONValue { .string(Timestamp.iso8601(date, milliseconds: true)) }

  private static func date(_ json: JSONValue?) -> Date? { json?.stringValue.flatMap { Timestamp.iso8601($0) } }
}

extension ImportScope {
  var cassetteJSON: JSONValue { ["cloud": .string(cloud), "project": .string(project), "region": .string(region)] }

  init?(cassette json: JSONValue?) {
    guard let cloud = json?["cloud"]?.stringValue, let project = json?["project"]?.stringValue,
      let region = json?["region"]?.stringValue
    else { return nil }
    self.init(cloud: cloud, project: project, region: region)
  }
}
