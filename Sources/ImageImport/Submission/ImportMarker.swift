import CloudAccess

/// The tag by which a submission whose answer was lost is found again.
public enum ImportMarker {
  /// The tag's key; its value is the record's id.
  public static let tagKey = "slipway"

  /// How many tags an image may have.
  public static let tagLimit = 10

  /// The request with the marker among its tags, in the style it uses already.
  ///
  /// - Returns: nil where the marker has no place: ten tags are used, the tags cannot be read, or one of the user's own has its key. Then name,
  ///   time and origin must do.
  public static func marked(_ request: ImportRequest, with id: String) -> ImportRequest? {
    guard request.malformed == nil else { return nil }
    var copy = request
    switch (request[.tags], request[.imageTags]) {
    case (nil, nil):
      copy.imageTags = [ImageTag(key: tagKey, value: id)]
    case (nil, _?):
      guard let tags = request.imageTags, tags.count < tagLimit, !tags.contains(where: { $0.key.trimmed == tagKey })
      else { return nil }
      copy.imageTags = tags + [ImageTag(key: tagKey, value: id)]
    case (_?, nil):
      guard let tags = request.tags, tags.count < tagLimit, !tags.contains(where: { isMarker($0) }) else { return nil }
      copy.tags = tags + ["\(tagKey).\(id)"]
    case (_?, _?):
      return nil
    }
    return copy
  }

  /// The marker an image shows; nil where it has none.
  public static func value(of image: ImageRecord) -> String? { image.imageTags.first { $0.key == tagKey }?.value }

  private static func isMarker(_ tag: String) -> Bool { tag.prefix { $0 != "." } == tagKey }
}
