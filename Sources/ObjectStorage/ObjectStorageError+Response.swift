import CloudAccess
import Foundation

extension ObjectStorageError {
  /// The error an answer other than 2xx stands for. Answers to HEAD have no body, so the status alone must do.
  init(response: HTTPResponse, method: String, bucket: String, key: String?, now: Date) {
    let body = XMLElement(parsing: response.body)
    let thing = key.map { "the object \(bucket):\($0)" } ?? "the bucket \(bucket)"
    let offset = CloudError.clockOffset(of: response, now: now)
    let code = body?.text(of: "Code") ?? Self.code(ofStatus: response.status, key: key, clockOffset: offset)
    let said = body?.text(of: "Message").map { ": \($0)" } ?? "."
    var error = CloudError(
      kind: Self.kind(code: code, status: response.status),
      message: "\(method) of \(thing) was answered with status \(response.status)\(said)", code: code,
      status: response.status,
      requestID: CloudError.requestID(in: response) ?? body?.text(of: "RequestId"),
      hint: Self.hint(code: code, bucket: bucket, key: key), retryable: Self.isRetryable(code, response.status),
      delivery: .answered)
    if error.retryable { error.retryAfter = RetryAfter.pause(in: response, text: nil, now: now) }
    if code == "RequestTimeTooSkewed", let offset {
      error.hint = "this machine's clock is \(Int(abs(offset))) s \(offset > 0 ? "behind" : "ahead of") the cloud's"
    }
    self.init(cloudError: error, bucket: bucket, key: key)
    explainPlace(response, body)
    explainSilence(response, method)
  }

  /// The bucket lives in another region, as a redirection or the refusal of a signature says.
  private mutating func explainPlace(_ response: HTTPResponse, _ body: XMLElement?) {
    let isRedirection = [301, 302, 307, 308].contains(response.status)
    let region =
      body?.text(of: "Region") ?? response.header("x-obs-bucket-location") ?? response.header("x-amz-bucket-region")
    // HEAD has no code: that a region is named says as much.
    let isForeign = response.status == 400 && region != nil
    guard isRedirection || isForeign || cloudError.code == "AuthorizationHeaderMalformed" else { return }
    rightRegion = region
    if isRedirection {
      rightEndpoint = body?.text(of: "Endpoint") ?? response.header("Location").map { Self.host(of: $0) }
    }
    cloudError.kind = .validation
    let place = rightEndpoint ?? rightRegion.map { "the region \($0)" } ?? "no other"
    cloudError.message = "The bucket \(bucket) does not live at this endpoint; the service names \(place)."
    let setting = rightEndpoint.map { "https://\($0)" } ?? "that of its region"
    cloudError.hint =
      "use a bucket in the region of the image service, or set the endpoint of object storage "
      + "(object_store_endpoint_override in the cloud's entry) to \(setting)"
  }

  /// Answers to HEAD say nothing but a status, which may mean several things; so may a code.
  private mutating func explainSilence(_ response: HTTPResponse, _ method: String) {
    guard let key else { return }
    let isMarked = ["x-obs-delete-marker", "x-amz-delete-marker"].contains {
      response.header($0)?.lowercased() == "true"
    }
    if isMarked, response.status == 404 || response.status == 405 {
      isDeleteMarker = true
      cloudError.message = "The object \(bucket):\(key) was deleted: its newest version is a delete marker."
      cloudError.hint = "remove the delete marker to have the version before it back, or upload the file again"
    } else if method == "HEAD", response.status == 403, cloudError.code == "AccessDenied" {
      cloudError.hint =
        "the access key may not read this; or it is not there, and the access key may not list the bucket either: "
        + "check the key, the bucket's policy and the user's roles"
    } else if response.status == 400, rightRegion == nil, method == "HEAD" || cloudError.code == "InvalidRequest" {
      cloudError.hint =
        "objects that are encrypted with a key of the customer (SSE-C) answer so, which the image service cannot read "
        + "either; or the request was signed for another region"
    }
  }

  private static func host(of location: String) -> String {
    let rest = location.utf8Range(of: "://").map { location[$0.upperBound...] } ?? location[...]
    return String(rest.prefix { $0 != "/" && $0 != "?" })
  }

  private static func code(ofStatus status: Int, key: String?, clockOffset: TimeInterval?) -> String? {
    switch status {
    // A clock that is so wrong is refused whatever the rights are.
    case 403: abs(clockOffset ?? 0) > 900 ? "RequestTimeTooSkewed" : "AccessDenied"
    case 404: key == nil ? "NoSuchBucket" : "NoSuchKey"
    case 412: "PreconditionFailed"
    case 416: "InvalidRange"
    default: nil
    }
  }

  private static func kind(code: String?, status: Int) -> CloudError.Kind {
    switch code {
    case "InvalidAccessKeyId", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "TooManyWrongSignature":
      return .authentication
    case "TooManyRequests", "SlowDown": return .throttled
    case "PreconditionFailed", "OperationAborted": return .conflict
    case "InvalidObjectState": return .conflict
    default: break
    }
    switch status {
    case 401: return .authentication
    case 403: return .permission
    case 404: return .not_found
    case 408: return .service
    case 409, 412: return .conflict
    case 429: return .throttled
    case 400..<500: return .validation
    default: return .service
    }
  }

  private static func isRetryable(_ code: String?, _ status: Int) -> Bool {
    switch code {
    case "RequestTimeout", "OperationAborted", "TooManyRequests", "InternalError", "ServiceUnavailable", "SlowDown":
      true
    default: [408, 429, 500, 502, 503, 504].contains(status)
    }
  }

  private static func hint(code: String?, bucket: String, key: String?) -> String? {
    switch code {
    case "NoSuchBucket": "check the bucket's name; it must lie in the region of the image service"
    case "NoSuchKey": "check the key, case and folders included"
    case "AccessDenied": "the access key may not read this; check the bucket's policy and the user's roles"
    case "AllAccessDisabled": "the bucket or account is disabled"
    case "InvalidAccessKeyId": "check the access key; a temporary one needs its security token"
    case "SignatureDoesNotMatch": "check the secret key"
    case "TooManyWrongSignature": "stop trying with this key; its secret is wrong"
    case "VirtualHostDomainRequired": "address buckets in the host, not in the path"
    case "InvalidObjectState": "the object is archived; restore it before the import"
    default: nil
    }
  }
}
