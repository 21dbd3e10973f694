import CloudAccess

extension UploadEvent {
  /// The event's name in JSON.
  public var name: String {
    switch self {
    case .started: "upload_started"
    case .resumed: "upload_resumed"
    case .restarted: "upload_restarted"
    case .progress: "upload_progress"
    case .troubled: "upload_troubled"
    case .completing: "upload_completing"
    }
  }

  /// The event as one JSON object for `--output json`; sizes are bytes.
  public var json: JSONValue {
    var members: [String: JSONValue] = [:]
    func bytes(_ count: UInt64) -> JSONValue { .integer(Int64(clamping: count)) }
    switch self {
    case .started(let size): members["size"] = size.map(bytes)
    case .resumed(let parts, let stored):
      members = ["stored_parts": .integer(Int64(parts)), "stored_bytes": bytes(stored)]
    case .restarted(let why): members["reason"] = .string(why.rawValue)
    case .progress(let progress): members = progress.json.objectValue ?? [:]
    case .troubled(let part, let error, let parallel):
      members = ["part": .integer(Int64(part)), "message": .string(error.cloudError.message)]
      members["code"] = error.cloudError.code.map(JSONValue.string)
      members["parallel"] = .integer(Int64(parallel))
    case .completing(let parts): members["parts"] = .integer(Int64(parts))
    }
    members["event"] = .string(name)
    return .object(members)
  }
}

extension UploadProgress {
  /// Under the names that scripts see; absent parts are left out.
  public var json: JSONValue {
    func bytes(_ count: UInt64) -> JSONValue { .integer(Int64(clamping: count)) }
    var members: [String: JSONValue] = [
      "done_bytes": bytes(done), "stored_bytes": bytes(stored), "stored_parts": .integer(Int64(parts)),
      "parallel": .integer(Int64(underWay)),
    ]
    members["size"] = total.map(bytes)
    members["fraction"] = fraction.map(JSONValue.number)
    members["bytes_per_second"] = bytesPerSecond.map { .integer(Int64($0)) }
    members["remaining_seconds"] = remaining.map { .number($0.inSeconds) }
    return .object(members)
  }
}

extension UploadResult {
  /// Under the names that scripts see; sizes are bytes.
  public var json: JSONValue {
    func bytes(_ count: UInt64) -> JSONValue { .integer(Int64(clamping: count)) }
    var members: [String: JSONValue] = [
      "bucket": .string(bucket), "key": .string(key), "size": bytes(size), "parts": .integer(Int64(parts)),
      "sent_bytes": bytes(sentBytes), "resumed_bytes": bytes(resumedBytes), "was_there": .bool(wasThere),
      "seconds": .number(duration.inSeconds),
    ]
    members["etag"] = etag.map(JSONValue.string)
    return .object(members)
  }
}
