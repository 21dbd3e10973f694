import CloudAccess
import Foundation
import ImageImport
import ScriptAPI

/// Images and objects as they would be after what was taken down: answers made up, and answers of the cloud with the changes laid over them.
extension DryRunBook {
  // MARK: Changes

  func delete(image id: String) -> HTTPResponse {
    if let refusal = missing(id) { return refusal }
    let code = askOwn(.deletion)
    return state.withLock { state in
      var step = DryRunStep(action: .delete, what: Self.name(of: id, state) ?? id, detail: "image \(id)")
      step.imageID = id
      if let code { step.outcome = .fails(code) } else { state.deletedImages.insert(id) }
      Self.add(step, &state)
      return code.map { Self.refusal($0, number: state.steps.count) } ?? HTTPResponse(status: 204)
    }
  }

  /// The answer to a change of an image that is not there; nil for one that is.
  private func missing(_ id: String) -> HTTPResponse? {
    state.withLock { state in
      state.requests[.list, default: 0] += 1
      return state.deletedImages.contains(id) || !Self.exists(id, state) ? Self.noImage(id) : nil
    }
  }

  /// Asks for what a script's own call is about; what a plugin does on behalf of an import is no result of the script's.
  private func askOwn(_ question: DryRunQuestion) -> String? {
    guard let call = ScriptCall.current, call.function.hasPrefix("record:") || call.function.hasPrefix("obs.") else {
      return nil
    }
    return ask(call, question)
  }

  func changeTags(of id: String, _ body: [UInt8]) -> HTTPResponse {
    let json = (try? JSONValue(parsing: body)) ?? .null
    let isRemoval = json["action"]?.stringValue == "delete"
    if let refusal = missing(id) { return refusal }
    let code = askOwn(.tags)
    return state.withLock { state in
      for tag in code == nil ? json["tags"]?.arrayValue ?? [] : [] {
        guard let key = tag["key"]?.stringValue else { continue }
        state.tags[id, default: []].append((key, isRemoval ? nil : tag["value"]?.stringValue ?? ""))
      }
      var step = DryRunStep(
        action: isRemoval ? .removeTags : .setTags, what: Self.name(of: id, state) ?? id, detail: "image \(id)",
        body: json)
      step.imageID = id
      if let code { step.outcome = .fails(code) }
      Self.add(step, &state)
      return code.map { Self.refusal($0, number: state.steps.count) } ?? HTTPResponse(status: 204)
    }
  }

  func delete(object place: ImageLocation) -> HTTPResponse {
    let code = askOwn(.objectDeletion)
    return state.withLock { state in
      var step = DryRunStep(action: .deleteObject, what: "\(place)")
      if let code { step.outcome = .fails(code) } else { state.objects[place] = .gone }
      Self.add(step, &state)
      return code.map { Self.objectRefusal($0, number: state.steps.count) } ?? HTTPResponse(status: 204)
    }
  }

  /// What object storage would answer.
  private static func objectRefusal(_ code: String, number: Int) -> HTTPResponse {
    let body = "<Error><Code>\(code)</Code><Message>Dry run: assumed to fail</Message></Error>"
    return HTTPResponse(
      status: DryRunQuestion.objectStorage[code] ?? 403,
      headers: [
        ("Content-Type", "application/xml"), ("x-obs-request-id", "\(SyntheticMark.prefix)request-\(number)"),
      ], body: Array(body.utf8))
  }

  func note(size: UInt64, of place: ImageLocation) { state.withLock { $0.sizes[place] = size } }

  // MARK: Answers made up

  private static func job(ofImage id: String, _ state: State) -> DryRunJob? {
    state.jobs.values.first { $0.imageID == id && $0.isMade }
  }

  /// Images of the cloud count as there: who has an id has it from the cloud.
  private static func exists(_ id: String, _ state: State) -> Bool {
    !id.hasPrefix(SyntheticMark.prefix) || job(ofImage: id, state) != nil
  }

  private static func name(of id: String, _ state: State) -> String? {
    state.names[id] ?? job(ofImage: id, state)?.name
  }

  private static func noImage(_ id: String) -> HTTPResponse {
    .synthetic(
      404, .object(["error": .object(["code": "IMG.0027", "message": .string("The image \(id) does not exist.")])]))
  }

  /// Nil where the cloud has to answer.
  func answer(image id: String) -> HTTPResponse? {
    state.withLock { state in
      state.requests[.list, default: 0] += 1
      if state.deletedImages.contains(id) { return Self.noImage(id) }
      if let job = Self.job(ofImage: id, state) { return .synthetic(200, Self.changed(job.image, state)) }
      return id.hasPrefix(SyntheticMark.prefix) ? Self.noImage(id) : nil
    }
  }

  /// Nil where the cloud has to answer.
  func answer(tagsOf id: String) -> HTTPResponse? {
    state.withLock { state in
      state.requests[.list, default: 0] += 1
      if state.deletedImages.contains(id) { return Self.noImage(id) }
      guard let job = Self.job(ofImage: id, state) else {
        return id.hasPrefix(SyntheticMark.prefix) ? Self.noImage(id) : nil
      }
      return .synthetic(200, Self.tagList(ImageRecord(json: Self.changed(job.image, state)).imageTags))
    }
  }

  /// The page behind an image that was made up is empty: such images stand before all others.
  func answer(list query: [(String, String)]) -> HTTPResponse? {
    state.withLock { $0.requests[.list, default: 0] += 1 }
    let marker = query.first { $0.0 == "marker" }?.1
    return marker?.hasPrefix(SyntheticMark.prefix) == true ? .synthetic(200, .object(["images": .array([])])) : nil
  }

  // MARK: Answers of the cloud

  func overlaid(image response: HTTPResponse, id: String) -> HTTPResponse {
    rewritten(response) { json, state in
      Self.learn(json, &state)
      return Self.changed(json, state)
    }
  }

  func overlaid(tags response: HTTPResponse, id: String) -> HTTPResponse {
    rewritten(response) { json, state in
      guard let changes = state.tags[id] else { return json }
      let tags = (json["tags"]?.arrayValue ?? []).compactMap { tag in
        tag["key"]?.stringValue.map { ImageTag(key: $0, value: tag["value"]?.stringValue ?? "") }
      }
      return Self.tagList(Self.changed(tags, changes))
    }
  }

  func overlaid(list response: HTTPResponse, query: [(String, String)]) -> HTTPResponse {
    rewritten(response) { json, state in
      guard case .object(var members) = json, case .array(let images)? = members["images"] else { return json }
      for image in images { Self.learn(image, &state) }
      let left = images.filter { !state.deletedImages.contains($0["id"]?.stringValue ?? "") }
      var all = left.map { Self.changed($0, state) }
      if !query.contains(where: { $0.0 == "marker" }) {
        all = Self.made(state, query) + all
      }
      members["images"] = .array(all)
      return .object(members)
    }
  }

  /// The images made up that belong into a list, in its order.
  private static func made(_ state: State, _ query: [(String, String)]) -> [JSONValue] {
    let jobs = state.jobs.values.filter { $0.isMade && !state.deletedImages.contains($0.imageID) }
    let images = jobs.sorted { $0.order.lexicographicallyPrecedes($1.order) }
      .map { changed($0.image, state) }.filter { matches($0, query) }
    let order = Dictionary(query, uniquingKeysWith: { _, last in last })
    guard order["sort_key"] == "name" else { return images }
    let isRising = order["sort_dir"] == "asc"
    return images.sorted { first, second in
      let names = (first["name"]?.stringValue ?? "", second["name"]?.stringValue ?? "")
      return isRising ? names.0 < names.1 : names.0 > names.1
    }
  }

  func overlaid(quota response: HTTPResponse) -> HTTPResponse {
    rewritten(response) { json, state in
      state.requests[.list, default: 0] += 1
      state.quota = ImageQuota(json: json)
      let change = Self.change(state)
      guard change != 0, case .object(var members) = json, case .object(var quotas)? = members["quotas"],
        case .array(let resources)? = quotas["resources"]
      else { return json }
      quotas["resources"] = .array(
        resources.map { entry in
          guard entry["type"]?.stringValue == "image", case .object(var fields) = entry,
            let used = fields["used"]?.intValue
          else { return entry }
          fields["used"] = .integer(Int64(max(0, used + change)))
          return .object(fields)
        })
      members["quotas"] = .object(quotas)
      return .object(members)
    }
  }

  /// By how many images the project would grow.
  private static func change(_ state: State) -> Int {
    let made = state.jobs.values.filter { $0.isMade && !state.deletedImages.contains($0.imageID) }.count
    return made - state.deletedImages.filter { !$0.hasPrefix(SyntheticMark.prefix) }.count
  }

  /// How many images may be and are used, now and after the run; nil where nobody asked.
  var quota: (now: ImageQuota, after: Int)? {
    state.withLock { state in state.quota.map { ($0, max(0, $0.used + Self.change(state))) } }
  }

  /// The quota, where the cloud told it and the images made up fill it.
  var fullQuota: Int? {
    guard let quota, quota.after >= quota.now.quota else { return nil }
    return quota.now.quota
  }

  // MARK: Parts

  private func rewritten(_ response: HTTPResponse, _ change: (JSONValue, inout State) -> JSONValue) -> HTTPResponse {
    guard (200..<300).contains(response.status), let json = try? JSONValue(parsing: response.body) else {
      return response
    }
    var copy = response
    copy.body = Array(state.withLock { change(json, &$0) }.serialized().utf8)
    copy.headers.removeAll { ["content-length", "etag"].contains($0.name.lowercased()) }
    return copy
  }

  private static func learn(_ image: JSONValue, _ state: inout State) {
    guard let id = image["id"]?.stringValue, let name = image["name"]?.stringValue else { return }
    state.names[id] = name
  }

  /// The image with the tags that were set and taken away.
  private static func changed(_ image: JSONValue, _ state: State) -> JSONValue {
    guard let id = image["id"]?.stringValue, let changes = state.tags[id], case .object(var members) = image else {
      return image
    }
    let tags = changed(ImageRecord(json: image).imageTags, changes)
    members["tags"] = .array(tags.map { .string($0.value.isEmpty ? $0.key : "\($0.key).\($0.value)") })
    return .object(members)
  }

  private static func changed(_ tags: [ImageTag], _ changes: [(key: String, value: String?)]) -> [ImageTag] {
    var tags = tags
    for change in changes {
      tags.removeAll { $0.key == change.key }
      if let value = change.value { tags.append(ImageTag(key: change.key, value: value)) }
    }
    return tags
  }

  private static func tagList(_ tags: [ImageTag]) -> JSONValue {
    .object(["tags": .array(tags.map { .object(["key": .string($0.key), "value": .string($0.value)]) })])
  }

  /// Whether an image that was made up belongs into a list; one of unknown filters is left out.
  private static func matches(_ image: JSONValue, _ query: [(String, String)]) -> Bool {
    let record = ImageRecord(json: image)
    return query.allSatisfy { name, value in
      switch name {
      case "limit", "sort_key", "sort_dir", "offset": return true
      case "tag":
        let tag = ImageTag(
          key: String(value.prefix { $0 != "=" }), value: String(value.drop { $0 != "=" }.dropFirst()))
        return record.imageTags.contains { $0.key == tag.key && (tag.value.isEmpty || $0.value == tag.value) }
      case "created_at", "updated_at": return isInTime(value, record.createdAt)
      default:
        switch image[name] {
        case .string(let text)?: return text == value
        case .integer(let number)?: return String(number) == value
        case .bool(let flag)?: return String(flag) == value
        default: return false
        }
      }
    }
  }

  private static func isInTime(_ filter: String, _ date: Date?) -> Bool {
    let parts = filter.split(separator: ":", maxSplits: 1).map(String.init)
    guard parts.count == 2, let date, let limit = Timestamp.iso8601(parts[1]) else { return false }
    switch parts[0] {
    case "gte": return date >= limit
    case "gt": return date > limit
    case "lte": return date <= limit
    case "lt": return date < limit
    case "eq": return date == limit
    default: return false
    }
  }
}
