import CloudAccess

/// Rules 1 to 9: name and description.
extension RuleSet {
  static let nameRules = [
    namePresent, nameLength, nameEnds, nameCharacters, nameUnique, descriptionLength, descriptionBrackets,
    descriptionLines, descriptionSpaces,
  ]

  private static let namePresent = ValidationRule(
    1, "name-present", field: "name", "present, not empty", code: "IMG.0013", hint: "Give the image a name."
  ) { probe in
    guard probe.request.malformed == nil else { return }
    if probe.request[.name] == nil { probe.report("name is missing.") }
    if probe.request.name == "" { probe.report("name is empty; it needs 1 to 128 characters.") }
  }

  private static let nameLength = ValidationRule(
    2, "name-length", field: "name", "at most 128 characters", code: "IMG.0002", hint: "Shorten the name."
  ) { probe in
    guard let name = probe.request.name else { return }
    let count = name.unicodeScalars.count
    if count > 128 {
      probe.report("name may have at most 128 characters, but \(Quoted.text(name, limit: 30)) has \(count).")
    }
  }

  private static let nameEnds = ValidationRule(
    3, "name-ends", field: "name", "no space at either end", code: "IMG.0003", hint: "Remove the spaces at the ends."
  ) { probe in
    guard let name = probe.request.name, name.hasPrefix(" ") || name.hasSuffix(" ") else { return }
    probe.report("name may not begin or end with a space, but is \(Quoted.text(name)).")
  }

  private static let nameCharacters = ValidationRule(
    4, "name-characters", field: "name", "only ASCII letters, digits, hyphen, period, underscore, space",
    code: "IMG.0003", hint: "Use letters, digits, -, ., _ and spaces only.",
    differs: "Huawei Cloud also allows Chinese characters"
  ) { probe in
    guard let name = probe.request.name else { return }
    let bad = name.unicodeScalars.first { scalar in
      !CharacterSets.isNameCharacter(scalar) && !(probe.dialect == .huawei && CharacterSets.isChinese(scalar))
    }
    guard let bad else { return }
    let chinese = probe.dialect == .huawei ? "Chinese characters, " : ""
    probe.report(
      "name may have letters, digits, \(chinese)-, ., _ and spaces only, but \(Quoted.text(name)) has "
        + "\(Quoted.character(bad)).")
  }

  private static let nameUnique = ValidationRule(
    5, "name-unique", field: "name", "not used by another image of the project", .warning, stage: .preflight,
    code: "IMG.0009", hint: "Choose another name, or delete the image that has it.")

  private static let descriptionLength = ValidationRule(
    6, "description-length", field: "description", "at most 1024 characters", code: "IMG.0004",
    hint: "Shorten the description."
  ) { probe in
    guard let text = probe.request.description else { return }
    let count = text.unicodeScalars.count
    if count > 1024 { probe.report("description may have at most 1024 characters, but has \(count).") }
  }

  private static let descriptionBrackets = ValidationRule(
    7, "description-brackets", field: "description", "no <, no >", code: "IMG.0054", hint: "Remove < and >."
  ) { probe in
    guard let text = probe.request.description else { return }
    guard let bad = text.unicodeScalars.first(where: { $0 == "<" || $0 == ">" }) else { return }
    probe.report("description may not contain < or >, but \(Quoted.text(text)) has \(Quoted.character(bad)).")
  }

  private static let descriptionLines = ValidationRule(
    8, "description-lines", field: "description", "no carriage return; line feeds are not named and only warned about",
    code: "IMG.0054", hint: "Write the description on one line."
  ) { probe in
    guard let text = probe.request.description else { return }
    if text.unicodeScalars.contains("\r") {
      probe.report("description may not contain a carriage return, but \(Quoted.text(text)) does.")
    } else if text.unicodeScalars.contains("\n") {
      probe.report(
        "description has a line feed, and it is not documented whether that is allowed: \(Quoted.text(text)).",
        severity: .warning)
    }
  }

  private static let descriptionSpaces = ValidationRule(
    9, "description-spaces", field: "description",
    "spaces are allowed, though the text of IMG.0054 bars them: every example of the API contains spaces",
    stage: .advice)
}
