/// A kind of call, as faults name it.
public enum FaultCall: String, Sendable, Hashable, CaseIterable {
  /// `POST /v2/cloudimages/quickimport/action`, also under `/v2.1`.
  case submit
  /// The job query, in both of its forms.
  case job
  /// Lists of images.
  case list
  /// The details of one image.
  case image
  /// `PATCH` of an image.
  case change
  /// `DELETE` of an image.
  case delete
  /// Everything about tags of images.
  case tag
  /// The quota.
  case quota
  /// The list of operating systems.
  case system
  /// `POST /v3/auth/tokens`.
  case token
  /// The rest of IAM.
  case identity
  case object_head, object_get, object_put, object_delete
  /// `PUT` of an object that is made from another one.
  case object_copy
  /// `POST /bucket?delete`.
  case objects_delete
  /// The beginning of a multipart upload.
  case upload_start
  /// A part, sent or copied.
  case upload_part
  /// The list of an upload's parts.
  case upload_parts
  case upload_complete, upload_abort
  /// The uploads of a bucket.
  case upload_list
  /// The objects of a bucket, or the buckets.
  case object_list
  /// Buckets themselves.
  case bucket
  /// What no service answers.
  case other
  /// Not a call but an import that was accepted: its fate is decided once, when it is.
  case `import`

  /// Whether object storage answers the call.
  var isStorage: Bool {
    switch self {
    case .object_head, .object_get, .object_put, .object_delete, .object_copy, .objects_delete, .object_list,
      .upload_start, .upload_part, .upload_parts, .upload_complete, .upload_abort, .upload_list, .bucket:
      true
    default: false
    }
  }

  /// Method, decoded path segments and query as a request has them; `isCopy` tells whether it names an object to copy.
  init(method: String, segments: [String], query: String = "", isCopy: Bool = false) {
    switch segments.first {
    case "v3", "v3.0":
      self = method == "POST" && segments.dropFirst().elementsEqual(["auth", "tokens"]) ? .token : .identity
    case "v1", "v2", "v2.1": self = Self.imageService(method, Array(segments.dropFirst()))
    case nil: self = .object_list
    default:
      let names = Set(query.split(separator: "&").map { $0.prefix { $0 != "=" } })
      self =
        segments.count == 1
        ? Self.bucket(method, names) : Self.upload(method, names) ?? Self.object(method, isCopy: isCopy)
    }
  }

  private static func imageService(_ method: String, _ path: [String]) -> FaultCall {
    if path.contains("tags") { return .tag }
    switch (method, path.first ?? "", path.count) {
    case ("POST", "cloudimages", 3) where path[1] == "quickimport": return .submit
    case ("GET", "cloudimages", 3) where path[1] == "job": return .job
    case ("GET", _, 3) where path[1] == "jobs": return .job
    case ("GET", "cloudimages", 2) where path[1] == "quota": return .quota
    case ("GET", "cloudimages", 2) where path[1] == "os_version": return .system
    case ("GET", "cloudimages", 1), ("GET", "images", 1): return .list
    case ("GET", "images", 2): return .image
    case ("PATCH", _, 2): return .change
    case ("DELETE", "images", 2): return .delete
    default: return .other
    }
  }

  private static func bucket(_ method: String, _ query: Set<Substring>) -> FaultCall {
    switch method {
    case "GET": query.contains("uploads") ? .upload_list : .object_list
    case "POST" where query.contains("delete"): .objects_delete
    default: .bucket
    }
  }

  private static func upload(_ method: String, _ query: Set<Substring>) -> FaultCall? {
    if query.contains("uploads") { return method == "POST" ? .upload_start : nil }
    guard query.contains("uploadId") else { return nil }
    return switch method {
    case "PUT": .upload_part
    case "GET": .upload_parts
    case "POST": .upload_complete
    case "DELETE": .upload_abort
    default: nil
    }
  }

  private static func object(_ method: String, isCopy: Bool) -> FaultCall {
    switch method {
    case "HEAD": .object_head
    case "GET": .object_get
    case "PUT": isCopy ? .object_copy : .object_put
    case "DELETE": .object_delete
    default: .other
    }
  }
}
