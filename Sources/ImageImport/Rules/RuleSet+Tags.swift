import CloudAccess

/// Rules 46 to 56: tags.
extension RuleSet {
  static let tagRules = [
    tagStyles, tagPeriods, tagWithoutPeriod, tagKeyLength, tagValueLength, tagCharacters, tagSpaces, tagMembers,
    tagKeysUnique, tagCount, tagSystemPrefix,
  ]

  private static let tagStyles = ValidationRule(
    46, "tag-styles", field: "image_tags", "tags and image_tags exclude each other", code: "IMG.0115", guessed: true,
    hint: "Use one of them, preferably image_tags."
  ) { probe in
    if probe.request[.tags] != nil, probe.request[.imageTags] != nil {
      probe.report("tags and image_tags exclude each other, but both are given.")
    }
  }

  private static let tagPeriods = ValidationRule(
    47, "tag-periods", field: "tags", "key.value: the first period separates, and OTC allows no further one",
    .otc(.error, huawei: nil), code: "IMG.0115", hint: "Use image_tags for values with a period.",
    differs: "on Huawei Cloud later periods belong to the value"
  ) { probe in
    for entry in probe.tagEntries where entry.isDotted && entry.value?.contains(".") == true {
      probe.report(
        "\(entry.field) must have one period, between key and value, but is \(Quoted.text(entry.text)).",
        field: entry.field)
    }
  }

  private static let tagWithoutPeriod = ValidationRule(
    48, "tag-without-period", field: "tags", "documents define key.value only", .warning, code: "IMG.0115",
    guessed: true,
    hint: "Write key.value."
  ) { probe in
    for entry in probe.tagEntries where entry.isDotted && entry.value == nil {
      probe.report(
        "\(entry.field) should be key.value, but \(Quoted.text(entry.text)) has no period.", field: entry.field)
    }
  }

  private static let tagKeyLength = ValidationRule(
    49, "tag-key-length", field: "image_tags", "key of 1 to 36 characters", code: "IMG.0115",
    hint: "Give a key of 1 to 36 characters.",
    differs: "the newest Huawei Cloud documents allow 128, so 37 to 128 are warned about there"
  ) { probe in
    for entry in probe.tagEntries {
      let count = entry.key.unicodeScalars.count
      if count == 0 {
        probe.report("\(entry.field) has an empty key: \(Quoted.text(entry.text)).", field: entry.field)
      } else if count > 36 {
        probe.report(
          "The key of \(entry.field) may have 1 to 36 characters, but \(Quoted.text(entry.key)) has \(count).",
          field: entry.field, severity: probe.dialect == .huawei && count <= 128 ? .warning : .error)
      }
    }
  }

  private static let tagValueLength = ValidationRule(
    50, "tag-value-length", field: "image_tags", "value of 0 to 43 characters", code: "IMG.0115",
    hint: "Shorten the value to 43 characters.",
    differs: "the newest Huawei Cloud documents allow 255, so 44 to 255 are warned about there"
  ) { probe in
    for entry in probe.tagEntries {
      guard let value = entry.value else { continue }
      let count = value.unicodeScalars.count
      guard count > 43 else { continue }
      probe.report(
        "The value of \(entry.field) may have at most 43 characters, but \(Quoted.text(value)) has \(count).",
        field: entry.field, severity: probe.dialect == .huawei && count <= 255 ? .warning : .error)
    }
  }

  private static let tagCharacters = ValidationRule(
    51, "tag-characters", field: "image_tags", "letters, digits, underscore, hyphen", .otc(.error, huawei: .warning),
    code: "IMG.0115", hint: "Use letters, digits, _ and - only.",
    differs: "Huawei Cloud also allows periods in values, and its newest documents more"
  ) { probe in
    for entry in probe.tagEntries {
      let parts = [("key", entry.key, false), ("value", entry.value ?? "", entry.isDotted || probe.dialect == .huawei)]
      for (part, text, allowsPeriod) in parts {
        let bad = text.unicodeScalars.first { !CharacterSets.isTagCharacter($0) && !(allowsPeriod && $0 == ".") }
        guard let bad else { continue }
        probe.report(
          "The \(part) of \(entry.field) may have letters, digits, _ and - only, but \(Quoted.text(text)) has "
            + "\(Quoted.character(bad)).", field: entry.field)
      }
    }
  }

  private static let tagSpaces = ValidationRule(
    52, "tag-spaces", field: "image_tags", "no spaces at the ends of key and value: the service removes them", .warning,
    hint: "Remove the spaces at the ends."
  ) { probe in
    for entry in probe.tagEntries where !entry.isDotted && entry.hasOuterSpaces {
      probe.report(
        "\(entry.field) has spaces at the ends, which the service removes: \(Quoted.text(entry.text)).",
        field: entry.field)
    }
  }

  private static let tagMembers = ValidationRule(
    53, "tag-members", field: "image_tags", "key and value are both there, as strings", code: "IMG.0115", guessed: true,
    hint: "Write {key = \"team\", value = \"platform\"}."
  ) { probe in
    for (index, entry) in (probe.request[.imageTags]?.arrayValue ?? []).enumerated() {
      let field = "image_tags[\(index)]"
      guard entry.objectValue != nil else {
        probe.report("\(field) must be an object with key and value, but is \(Quoted.value(entry)).", field: field)
        continue
      }
      for member in ["key", "value"] where entry[member]?.stringValue == nil {
        let found = entry[member].map { "is \(Quoted.value($0))" } ?? "is missing"
        probe.report("\(member) of \(field) must be a string, but \(found).", field: field)
      }
    }
  }

  private static let tagKeysUnique = ValidationRule(
    54, "tag-keys-unique", field: "image_tags", "keys are unique in one request", code: "IMG.0115", guessed: true,
    hint: "Keep one of them."
  ) { probe in
    var first: [String: String] = [:]
    for entry in probe.tagEntries {
      // Both styles at once are reported by rule 46; only doubles within one style are meant here.
      let identity = "\(entry.isDotted)\(entry.key)"
      if let earlier = first[identity] {
        probe.report("\(entry.field) has the key \(Quoted.text(entry.key)) of \(earlier) again.", field: entry.field)
      } else {
        first[identity] = entry.field
      }
    }
  }

  private static let tagCount = ValidationRule(
    55, "tag-count", field: "image_tags", "at most 10 tags", code: "IMG.0116", hint: "Remove tags.",
    differs: "the newest Huawei Cloud documents allow 20, so 11 to 20 are warned about there"
  ) { probe in
    for field in [RequestField.tags, .imageTags] {
      guard let count = probe.request[field]?.arrayValue?.count, count > 10 else { continue }
      probe.report(
        "An image may have at most 10 tags, but \(field.rawValue) has \(count).", field: field.rawValue,
        severity: probe.dialect == .huawei && count <= 20 ? .warning : .error)
    }
  }

  private static let tagSystemPrefix = ValidationRule(
    56, "tag-system-prefix", field: "image_tags", "key does not begin with _sys_", .otc(nil, huawei: .warning),
    hint: "Choose another key.", differs: "Huawei Cloud only, from its general tag rules"
  ) { probe in
    for entry in probe.tagEntries where entry.key.hasPrefix("_sys_") {
      probe.report(
        "The key of \(entry.field) begins with _sys_, which Huawei Cloud keeps for itself: \(Quoted.text(entry.key)).",
        field: entry.field)
    }
  }
}
