/// The error codes of object storage that faults may order, with their status.
enum StorageCode {
  static let statuses = [
    "AccessDenied": 403, "InvalidAccessKeyId": 403, "SignatureDoesNotMatch": 403, "RequestTimeTooSkewed": 403,
    "AllAccessDisabled": 403, "VirtualHostDomainRequired": 403, "InvalidObjectState": 403,
    "InsufficientStorageSpace": 403, "TooManyWrongSignature": 400, "InvalidPart": 400, "InvalidPartOrder": 400,
    "EntityTooSmall": 400, "EntityTooLarge": 400, "BadDigest": 400, "NoSuchBucket": 404, "NoSuchKey": 404,
    "NoSuchUpload": 404, "InvalidRange": 416, "RequestTimeout": 408, "OperationAborted": 409, "TooManyRequests": 429,
    "InternalError": 500, "ServiceUnavailable": 503, "SlowDown": 503, "PermanentRedirect": 301,
    "TemporaryRedirect": 307, "AuthorizationHeaderMalformed": 400, "InvalidRequest": 400,
  ]

  /// The code that a status of the gateway stands for.
  static func code(ofStatus status: Int) -> String {
    switch status {
    case 403: "AccessDenied"
    case 404: "NoSuchKey"
    case 408: "RequestTimeout"
    case 409: "OperationAborted"
    case 429: "TooManyRequests"
    case 503: "ServiceUnavailable"
    default: "InternalError"
    }
  }

  /// What object storage says with a code.
  static func refusal(_ code: String, status: Int? = nil, _ reason: String? = nil) -> StorageRefusal {
    var refusal = StorageRefusal(
      status: status ?? statuses[code] ?? 500, code: code, message: reason ?? "Refused by a fault: \(code)")
    switch code {
    case "PermanentRedirect", "TemporaryRedirect":
      refusal.message = "The bucket you are attempting to access must be addressed using the specified endpoint"
      refusal.details = [("Endpoint", reason ?? "obs.elsewhere.example.com")]
    case "AuthorizationHeaderMalformed":
      let region = reason ?? "elsewhere"
      refusal.message = "The authorization header is malformed; the region is wrong; expecting '\(region)'"
      refusal.details = [("Region", region)]
    default: break
    }
    return refusal
  }

  /// The same as an answer: a redirection names the place in a header, too, which an answer to HEAD has as well.
  static func reply(_ code: String, _ reason: String?, requestID: String) -> Reply {
    let refusal = refusal(code, reason)
    let reply = refusal.reply(requestID: requestID)
    guard let endpoint = refusal.details.first(where: { $0.name == "Endpoint" })?.value else { return reply }
    return reply.with("Location", "https://\(endpoint)/")
  }
}
