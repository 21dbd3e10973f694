import CloudAccess
import Foundation
import ImageImport

extension ImageService {
  private var tagLimit: Int { core.configuration.dialect == .huawei ? 20 : 10 }

  /// `PUT /v1/cloudimages/tags`: one tag, as `tag` or as `image_tag`.
  func putTag(_ exchange: Exchange) async throws -> Reply {
    let json = try await object(exchange)
    guard let id = json["image_id"]?.stringValue else { throw Refusal.image("IMG.0066", "image_id is missing.") }
    let tag: ImageState.Tag
    if let pair = json["image_tag"] {
      tag = try self.tag(pair)
    } else if let text = json["tag"]?.stringValue {
      let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == "." || $0 == "=" }.map(String.init)
      tag = ImageState.Tag(key: parts[0], value: parts.count > 1 ? parts[1] : "")
    } else {
      throw Refusal.image("IMG.0115", "tag or image_tag is missing.")
    }
    try change(id, adding: [tag])
    return .noContent
  }

  /// The calls below `/v2/{project_id}/images/{image_id}/tags`.
  func imageTags(_ exchange: Exchange, project: String, id: String, rest: String?) async throws -> Reply {
    switch (exchange.method, rest) {
    case ("GET", nil):
      _ = try await gateway.admit(exchange)
      try checkProject(project)
      let visibility = core.configuration.tagVisibility
      let tags = try core.withState { (state, now) throws(Refusal) -> [ImageState.Tag] in
        try self.image(id, state, now).visibleTags(at: now, visibility)
      }
      return .json { text in
        text.array("tags") { text in
          for tag in tags { write(tag, to: &text) }
        }
      }
    case ("POST", nil):
      let json = try await object(exchange)
      try checkProject(project)
      guard let pair = json["tag"] else { throw Refusal.image("IMG.0115", "tag is missing.") }
      try change(id, adding: [try tag(pair)])
      return .noContent
    case ("POST", "action"):
      let json = try await object(exchange)
      try checkProject(project)
      return try batch(json, id)
    case ("DELETE", .some(let key)):
      _ = try await gateway.admit(exchange)
      try checkProject(project)
      try core.withState { (state, now) throws(Refusal) in
        let image = try self.image(id, state, now)
        guard image.tags.contains(where: { $0.key == key }) else {
          throw .service(status: 404, code: "IMG.0115", message: "The image \(id) has no tag \(key).")
        }
        state.update(id, now: now) { $0.tags.removeAll { $0.key == key } }
      }
      return .noContent
    default: throw Refusal.unknownAPI
    }
  }

  private func batch(_ json: JSONValue, _ id: String) throws -> Reply {
    guard let entries = json["tags"]?.arrayValue, !entries.isEmpty else {
      throw Refusal.image("IMG.0115", "tags is missing.")
    }
    switch json["action"]?.stringValue {
    case "create": try change(id, adding: try entries.map(tag))
    case "delete":
      let keys = Set(entries.compactMap { $0["key"]?.stringValue })
      try core.withState { (state, now) throws(Refusal) in
        _ = try self.image(id, state, now)
        state.update(id, now: now) { $0.tags.removeAll { keys.contains($0.key) } }
      }
    default: throw Refusal.image("IMG.0105", "action must be create or delete.")
    }
    return .noContent
  }

  /// `PUT` and `DELETE /v2/images/{image_id}/tags/{tag}`: a key without a value.
  func nativeTag(_ exchange: Exchange, id: String, tag: String) async throws -> Reply {
    guard exchange.method == "PUT" || exchange.method == "DELETE" else { throw Refusal.unknownAPI }
    _ = try await gateway.admit(exchange)
    guard tag.unicodeScalars.count <= 255, !tag.contains("=") else {
      throw Refusal.image("IMG.0115", "A tag has at most 255 characters and no equals sign.")
    }
    if exchange.method == "PUT" {
      try change(id, adding: [ImageState.Tag(key: tag, value: "")], checked: false)
      return .noContent
    }
    try core.withState { (state, now) throws(Refusal) in
      let image = try self.image(id, state, now)
      guard image.tags.contains(where: { $0.key == tag }) else {
        throw .service(status: 404, code: "IMG.0115", message: "The image \(id) has no tag \(tag).")
      }
      state.update(id, now: now) { $0.tags.removeAll { $0.key == tag } }
    }
    return .noContent
  }

  /// `GET /v2/{project_id}/images/tags`: all keys with all their values.
  func projectTags(_ exchange: Exchange, project: String) async throws -> Reply {
    _ = try await gateway.admit(exchange)
    try checkProject(project)
    let visibility = core.configuration.tagVisibility
    let values = try core.withState { (state, now) throws(Refusal) -> [String: Set<String>] in
      var values: [String: Set<String>] = [:]
      for image in state.images.values {
        for tag in image.visibleTags(at: now, visibility) { values[tag.key, default: []].insert(tag.value) }
      }
      return values
    }
    return .json { text in
      text.array("tags") { text in
        for (key, values) in values.sorted(by: { $0.key < $1.key }) {
          text.object { text in
            text.member("key", key)
            text.array("values") { text in values.sorted().forEach { text.string($0) } }
          }
        }
      }
    }
  }

  private func write(_ tag: ImageState.Tag, to text: inout JSONText) {
    text.object { text in
      text.member("key", tag.key)
      text.member("value", tag.value)
    }
  }

  private func object(_ exchange: Exchange) async throws -> JSONValue {
    let body = try await gateway.admit(exchange)
    guard let json = try? JSONValue(parsing: body), json.objectValue != nil else {
      throw Refusal.image("IMG.0001", "The request body cannot be parsed: expected a JSON object.")
    }
    return json
  }

  private func tag(_ json: JSONValue) throws(Refusal) -> ImageState.Tag {
    guard let key = json["key"]?.stringValue else { throw .image("IMG.0115", "The tag has no key.") }
    return ImageState.Tag(key: key, value: json["value"]?.stringValue ?? "")
  }

  /// Adds tags, or replaces the values of those whose keys are there already.
  ///
  /// - Throws: IMG.0115 for tags that the rules of imports refuse, IMG.0116 beyond the limit.
  private func change(_ id: String, adding tags: [ImageState.Tag], checked: Bool = true) throws(Refusal) {
    if checked {
      let request = ImportRequest(json: [
        "image_tags": .array(tags.map { ["key": .string($0.key), "value": .string($0.value)] })
      ])
      let findings = rules.report(for: request).findings
      if let error = findings.first(where: { $0.field.hasPrefix("image_tags") && $0.severity == .error }) {
        throw .image(error.code ?? "IMG.0115", error.message)
      }
    }
    let limit = tagLimit
    try core.withState { (state, now) throws(Refusal) in
      var image = try self.image(id, state, now)
      for tag in tags { image.setTag(tag) }
      guard image.tags.count <= limit else {
        throw .image("IMG.0116", "The image \(id) would have \(image.tags.count) tags, at most \(limit) are allowed.")
      }
      let changed = image.tags
      state.update(id, now: now) { $0.tags = changed }
    }
  }
}
