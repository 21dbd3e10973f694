import CloudAccess

extension ImportError {
  /// The error as a JSON object with the names scripts see; absent parts are left out.
  public var json: JSONValue {
    var members: [String: JSONValue] = [
      "kind": .string(kind.rawValue), "message": .string(message), "retryable": .bool(retryable),
    ]
    members["code"] = code.map(JSONValue.string)
    members["http_status"] = status.map { .integer(Int64($0)) }
    members["request_id"] = requestID.map(JSONValue.string)
    members["hint"] = hint.map(JSONValue.string)
    members["cause"] = cause.map(JSONValue.string)
    if isAmbiguous { members["ambiguous"] = true }
    members["job_id"] = (job?.jobID).map(JSONValue.string)
    members["record_id"] = (recordID ?? job?.recordID).map(JSONValue.string)
    members["image_name"] = (job?.imageName ?? request?.name).map(JSONValue.string)
    if let jobStatus {
      members["status"] = .string(jobStatus.rawStatus)
      members["error_code"] = jobStatus.errorCode.map(JSONValue.string)
      members["fail_reason"] = jobStatus.failReason.map(JSONValue.string)
      if jobStatus.entities != .null { members["entities"] = jobStatus.entities }
    }
    if let report {
      members["errors"] = .array(report.errors.map(\.json))
      members["warnings"] = .array(report.warnings.map(\.json))
    }
    return .object(members)
  }
}
