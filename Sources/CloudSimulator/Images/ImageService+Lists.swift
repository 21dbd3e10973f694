import CloudAccess
import Foundation

extension ImageService {
  private func view(_ now: Date) -> CloudState.View {
    CloudState.View(
      owner: core.credentials.project_id, now: now, imageVisibility: core.configuration.imageVisibility,
      tagVisibility: core.configuration.tagVisibility)
  }

  /// The images of one page, by the filters of the request.
  private func page(_ exchange: Exchange, defaultLimit: Int) throws(Refusal) -> (CloudState.Page, ImageListQuery, Date)
  {
    let query: ImageListQuery
    do {
      query = try ImageListQuery(items: exchange.query, defaultLimit: defaultLimit)
    } catch {
      throw .image(
        "IMG.0105", "The parameter \(error.name) is wrong: expected \(error.expected), found '\(error.value)'.")
    }
    return try core.withState { (state, now) throws(Refusal) -> (CloudState.Page, ImageListQuery, Date) in
      guard let page = state.list(query, view(now)) else {
        throw .image("IMG.0027", "The marker \(query.marker ?? "") names no image.")
      }
      return (page, query, now)
    }
  }

  /// `GET /v2/cloudimages`.
  func list(_ exchange: Exchange) async throws -> Reply {
    _ = try await gateway.admit(exchange)
    let (page, _, now) = try page(exchange, defaultLimit: 500)
    let rendering = rendering(now)
    return .json(
      JSONText.object(capacity: 64 + page.images.count * 1300) { text in
        text.array("images") { text in
          for image in page.images { image.write(to: &text, rendering) }
        }
      })
  }

  /// `GET /v2/images`: pages of 25 with a link to the next.
  func nativeList(_ exchange: Exchange) async throws -> Reply {
    _ = try await gateway.admit(exchange)
    let (page, _, now) = try page(exchange, defaultLimit: 25)
    let rendering = rendering(now)
    let filters = exchange.query.filter { $0.name != "marker" }
    return .json(
      JSONText.object(capacity: 256 + page.images.count * 1300) { text in
        text.array("images") { text in
          for image in page.images { image.write(to: &text, rendering) }
        }
        text.member("first", Self.link(filters))
        if page.hasMore, let last = page.images.last {
          var next = filters
          next.append(("marker", last.id))
          text.member("next", Self.link(next))
        }
        text.member("schema", "/v2/schemas/images")
      })
  }

  private static func link(_ query: [(name: String, value: String)]) -> String {
    let text = query.map { PercentEncoding.encode($0.name) + "=" + PercentEncoding.encode($0.value) }.joined(
      separator: "&")
    return text.isEmpty ? "/v2/images" : "/v2/images?" + text
  }

  /// `GET /v2/images/{id}`.
  func detail(_ exchange: Exchange, id: String) async throws -> Reply {
    _ = try await gateway.admit(exchange)
    let (image, now) = try core.withState { (state, now) throws(Refusal) -> (ImageState, Date) in
      (try self.image(id, state, now), now)
    }
    var text = JSONText(capacity: 1500)
    image.write(to: &text, rendering(now))
    return .json(text.bytes)
  }

  /// `GET /v1/cloudimages/quota`.
  func quota() throws -> Reply {
    let limit = core.configuration.imageQuota
    let used = try core.withState { (state, _) throws(Refusal) in state.usedQuota }
    return .json { text in
      text.object("quotas") { text in
        text.array("resources") { text in
          for (type, used, quota) in [("image", used, limit), ("image_shared", 0, 50), ("image_member", 0, 256)] {
            text.object { text in
              text.member("type", type)
              text.member("used", used)
              text.member("quota", quota)
              text.member("min", 1)
              text.member("max", max(1000, quota))
            }
          }
        }
      }
    }
  }

  /// `GET /v1/cloudimages/tags`: the tags of the images that the filters let through.
  func listTags(_ exchange: Exchange) async throws -> Reply {
    _ = try await gateway.admit(exchange)
    var all = exchange.query.filter { $0.name != "limit" && $0.name != "page" && $0.name != "marker" }
    all.append(("limit", "1000000"))
    let query: ImageListQuery
    do {
      query = try ImageListQuery(items: all, defaultLimit: .max, largestLimit: .max)
    } catch {
      throw Refusal.image("IMG.0105", "The parameter \(error.name) is wrong: expected \(error.expected).")
    }
    let visibility = core.configuration.tagVisibility
    let separator = core.configuration.tagSeparator
    let names = try core.withState { (state, now) throws(Refusal) -> Set<String> in
      var names: Set<String> = []
      for image in state.list(query, view(now))?.images ?? [] {
        for tag in image.visibleTags(at: now, visibility) { names.insert("\(tag.key)\(separator)\(tag.value)") }
      }
      return names
    }
    let limit = max(0, exchange.query("limit").flatMap { Int($0) } ?? names.count)
    let pagesBefore = max(1, exchange.query("page").flatMap { Int($0) } ?? 1) - 1
    let sorted = names.sorted()
    let (begin, isBeyond) = pagesBefore.multipliedReportingOverflow(by: limit)
    let start = isBeyond ? sorted.count : min(sorted.count, begin)
    return .json { text in
      text.array("tags") { text in
        for name in sorted[start...].prefix(limit) { text.string(name) }
      }
    }
  }
}
