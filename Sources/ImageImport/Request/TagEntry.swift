import CloudAccess

/// One tag of a request as the rules see it, from either style.
struct TagEntry {
  /// Where it stands: `tags[0]` or `image_tags[0]`.
  let field: String

  /// Whether it came as `key.value`.
  let isDotted: Bool
  let key: String

  /// Nil for an entry without a period.
  let value: String?

  /// As it was given, for messages.
  let text: String

  /// Whether the service would trim key or value.
  let hasOuterSpaces: Bool

  init(dotted text: String, index: Int) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    field = "tags[\(index)]"
    isDotted = true
    key = parts.first.map(String.init) ?? ""
    value = parts.count > 1 ? String(parts[1]) : nil
    self.text = text
    hasOuterSpaces = false
  }

  init(key: String, value: String, index: Int) {
    field = "image_tags[\(index)]"
    isDotted = false
    self.key = key.trimmed
    self.value = value.trimmed
    text = "\(key)=\(value)"
    hasOuterSpaces = self.key != key || self.value != value
  }
}

extension RuleProbe {
  /// Every tag that can be read, in order; unreadable ones are reported by rules 0 and 53.
  var tagEntries: [TagEntry] {
    let dotted = (request[.tags]?.arrayValue ?? []).enumerated().compactMap { index, entry in
      entry.stringValue.map { TagEntry(dotted: $0, index: index) }
    }
    let pairs = (request[.imageTags]?.arrayValue ?? []).enumerated().compactMap { index, entry -> TagEntry? in
      guard let key = entry["key"]?.stringValue, let value = entry["value"]?.stringValue else { return nil }
      return TagEntry(key: key, value: value, index: index)
    }
    return dotted + pairs
  }
}
