import CloudAccess
import Foundation

extension DryRunTransport {
  /// What a request is about, by its method and address alone.
  struct Call {
    enum Kind {
      case token, submission, quota, read, unknown
      case job(String)
      case image(String)
      case imageTags(String)
      case imageList([(String, String)])
      case deletion(String)
      case tagChange(String)
    }

    struct Object {
      var bucket: String
      var key: String
      var query: String
    }

    let kind: Kind
    /// Whether it goes to the image service, as far as its path tells.
    let isImageService: Bool
    /// Set for requests to object storage, which are told by how they are signed.
    let object: Object?

    init(_ request: HTTPRequest, isPathStyle: Bool) {
      let url = URLParts(request.url)
      if let authorization = request.header("Authorization"),
        authorization.hasPrefix("OBS ") || authorization.hasPrefix("AWS")
      {
        object = Self.object(url, isPathStyle: isPathStyle)
        (kind, isImageService) = (.unknown, false)
        return
      }
      object = nil
      let parts = url.path.split(separator: "/").map { PercentEncoding.decode($0) }
      let path = Self.path(parts)
      isImageService = path.contains { ["cloudimages", "images", "jobs"].contains($0) }
      kind = Self.kind(request.method, path, url.query)
    }

    /// The parts from the version on; what an endpoint has before them does not count.
    private static func path(_ parts: [String]) -> [String] {
      let versions: Set = ["v1", "v2", "v3"]
      return parts.firstIndex(where: versions.contains).map { Array(parts[parts.index(after: $0)...]) } ?? parts
    }

    private static func kind(_ method: String, _ path: [String], _ query: String) -> Kind {
      let count = path.count
      switch method {
      case "POST" where path == ["auth", "tokens"]: return .token
      case "POST" where path == ["cloudimages", "quickimport", "action"]: return .submission
      case "POST" where count == 5 && path[1] == "images" && path[3] == "tags" && path[4] == "action":
        return .tagChange(path[2])
      case "DELETE" where count == 2 && path[0] == "images": return .deletion(path[1])
      case "GET" where path == ["cloudimages"]:
        return .imageList(PercentEncoding.queryPairs(query, plusIsSpace: true))
      case "GET" where path == ["cloudimages", "quota"]: return .quota
      case "GET" where count == 2 && path[0] == "images": return .image(path[1])
      case "GET" where count == 3 && path[1] == "jobs": return .job(path[2])
      case "GET" where count == 4 && path[1] == "images" && path[3] == "tags": return .imageTags(path[2])
      case "GET", "HEAD": return .read
      default: return .unknown
      }
    }

    private static func object(_ url: URLParts, isPathStyle: Bool) -> Object {
      let path = PercentEncoding.decode(url.path.dropFirst())
      if isPathStyle || url.isAddress {
        guard let slash = path.firstIndex(of: "/") else { return Object(bucket: path, key: "", query: url.query) }
        return Object(
          bucket: String(path[..<slash]), key: String(path[path.index(after: slash)...]), query: url.query)
      }
      let bucket = url.host.firstRange(of: ".obs.").map { String(url.host[..<$0.lowerBound]) }
      return Object(
        bucket: bucket ?? String(url.host.prefix { $0 != "." }), key: path, query: url.query)
    }
  }
}
