import CloudAccess

/// Something an image came out with other than asked for.
public struct ImportDrift: Sendable, Hashable {
  /// The field of the request, for a tag `image_tags.KEY`.
  public var field: String
  public var expected: JSONValue

  /// Null where the image has nothing there.
  public var found: JSONValue

  public init(field: String, expected: JSONValue, found: JSONValue) {
    self.field = field
    self.expected = expected
    self.found = found
  }

  /// Name, smallest disk, system and tags of an image against its request; the marker is Slipway's own.
  ///
  /// The request counts, not what it leaves open: a field that it lacks cannot drift.
  public static func between(_ request: ImportRequest, _ image: ImageRecord) -> [ImportDrift] {
    var drifts: [ImportDrift] = []
    func compare(_ field: RequestField, _ expected: JSONValue?, _ found: JSONValue?) {
      guard let expected, expected != found else { return }
      drifts.append(ImportDrift(field: field.rawValue, expected: expected, found: found ?? .null))
    }
    compare(.name, request.name.map(JSONValue.string), .string(image.name))
    compare(
      .minDisk, request.minDisk.map { .integer(Int64($0)) }, image.minDisk.map { .integer(Int64($0)) })
    if request.kind == .system {
      compare(.osVersion, request.osVersion.map { .string($0.trimmed) }, image.osVersion.map(JSONValue.string))
    }
    let tags = Dictionary(image.imageTags.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    for tag in wantedTags(request) where tags[tag.key] != tag.value {
      drifts.append(
        ImportDrift(
          field: "image_tags.\(tag.key)", expected: .string(tag.value),
          found: tags[tag.key].map(JSONValue.string) ?? .null))
    }
    return drifts
  }

  /// The tags asked for, as the service keeps them: without spaces at the ends.
  private static func wantedTags(_ request: ImportRequest) -> [ImageTag] {
    if let tags = request.imageTags { return tags.map { ImageTag(key: $0.key.trimmed, value: $0.value.trimmed) } }
    return (request.tags ?? []).map { text in
      let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
      return ImageTag(key: String(parts.first ?? ""), value: parts.count > 1 ? String(parts[1]) : "")
    }
  }

  /// One line for people.
  public var text: String {
    let what = found == .null ? "has none" : "has \(found.serialized())"
    return "the image \(what) for \(field), \(expected.serialized()) was asked for"
  }

  /// The drift as a JSON object.
  public var json: JSONValue { .object(["field": .string(field), "expected": expected, "found": found]) }
}
