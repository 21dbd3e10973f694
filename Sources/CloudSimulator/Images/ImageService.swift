import CloudAccess
import Foundation
import ImageImport

/// The image service: routes below `/v1`, `/v2` and `/v2.1`.
struct ImageService: Sendable {
  let core: CloudCore
  let gateway: Gateway
  let rules: RuleSet

  init(core: CloudCore, gateway: Gateway) {
    self.core = core
    self.gateway = gateway
    rules = RuleSet(dialect: core.configuration.dialect)
  }

  /// Answers a request of an admitted caller; paths that do not exist are refused before the credentials are looked at.
  func respond(_ exchange: Exchange) async throws -> Reply {
    let path = exchange.segments
    switch path[0] {
    case "v2": return try await version2(exchange, Array(path.dropFirst()))
    case "v2.1" where core.configuration.hasSafeMode && exchange.method == "POST":
      guard path.dropFirst().elementsEqual(["cloudimages", "quickimport", "action"]) else { throw Refusal.unknownAPI }
      return try await submit(exchange)
    case "v1": return try await version1(exchange, Array(path.dropFirst()))
    default: throw Refusal.unknownAPI
    }
  }

  private func version1(_ exchange: Exchange, _ path: [String]) async throws -> Reply {
    let method = exchange.method
    if path.count == 3, path[1] == "jobs", method == "GET" {
      return try await job(exchange, project: path[0], id: path[2])
    }
    guard path.first == "cloudimages" else { throw Refusal.unknownAPI }
    switch (method, path.count > 1 ? path[1] : "", path.count) {
    case ("GET", "job", 3) where core.configuration.hasJobProgress:
      return try await job(exchange, project: nil, id: path[2])
    case ("GET", "quota", 2):
      _ = try await gateway.admit(exchange)
      return try quota()
    case ("GET", "os_version", 2) where core.configuration.offersOSVersions:
      _ = try await gateway.admit(exchange)
      return OSVersionList(dialect: core.configuration.dialect)
        .reply(tags: exchange.query.filter { $0.name == "tag" }.map(\.value))
    case ("PUT", "tags", 2): return try await putTag(exchange)
    case ("GET", "tags", 2): return try await listTags(exchange)
    default: throw Refusal.unknownAPI
    }
  }

  private func version2(_ exchange: Exchange, _ path: [String]) async throws -> Reply {
    switch (exchange.method, path.count) {
    case ("POST", 3) where path == ["cloudimages", "quickimport", "action"]: return try await submit(exchange)
    case ("GET", 1) where path[0] == "cloudimages": return try await list(exchange)
    case ("PATCH", 2) where path[0] == "cloudimages" || path[0] == "images":
      return try await patch(exchange, id: path[1])
    case ("GET", 1) where path[0] == "images": return try await nativeList(exchange)
    case ("GET", 2) where path[0] == "images": return try await detail(exchange, id: path[1])
    case ("DELETE", 2) where path[0] == "images": return try await delete(exchange, id: path[1])
    case (_, 4) where path[0] == "images" && path[2] == "tags":
      return try await nativeTag(exchange, id: path[1], tag: path[3])
    case ("GET", 3) where path[1] == "images" && path[2] == "tags":
      return try await projectTags(exchange, project: path[0])
    case (_, 4...5) where path[1] == "images" && path[3] == "tags":
      return try await imageTags(exchange, project: path[0], id: path[2], rest: path.count > 4 ? path[4] : nil)
    default: throw Refusal.unknownAPI
    }
  }

  /// - Throws: IMG.0030 when the path names another project than the caller's.
  func checkProject(_ project: String) throws(Refusal) {
    guard project == core.credentials.project_id else {
      throw .image("IMG.0030", "The project ID \(project) does not match the token.")
    }
  }

  /// - Throws: IMG.0027 with 404 when no image of that id shows.
  func image(_ id: String, _ state: CloudState, _ now: Date) throws(Refusal) -> ImageState {
    guard let image = state.images[id], image.isVisible(at: now, core.configuration.imageVisibility) else {
      throw .service(status: 404, code: "IMG.0027", message: "The image \(id) does not exist.")
    }
    return image
  }

  func rendering(_ now: Date) -> ImageRendering {
    ImageRendering(
      owner: core.credentials.project_id, tagSeparator: core.configuration.tagSeparator,
      tagVisibility: core.configuration.tagVisibility, now: now)
  }
}
