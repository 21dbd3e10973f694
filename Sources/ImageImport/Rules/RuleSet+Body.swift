import CloudAccess

/// The shape of the body: not numbered in the vendor's rules, but the first thing a service looks at.
extension RuleSet {
  static let bodyRules = [bodyShape]

  private static let bodyShape = ValidationRule(
    0, "body-shape", field: "body", "the body is an object, and every field has its JSON type", code: "IMG.0001",
    hint: "See the list of fields in the documentation of the request."
  ) { probe in
    if let malformed = probe.request.malformed {
      probe.report("The request must be a JSON object, but is \(Quoted.value(malformed)).")
      return
    }
    for field in RequestField.allCases {
      guard let value = probe.request[field] else { continue }
      switch field {
      case .minDisk: continue
      case .tags:
        guard let entries = value.arrayValue else {
          probe.report(
            "\(field.rawValue) must be a list of strings, but is \(Quoted.value(value)).", field: field.rawValue)
          continue
        }
        for (index, entry) in entries.enumerated() where entry.stringValue == nil {
          let name = "\(field.rawValue)[\(index)]"
          probe.report("\(name) must be a string key.value, but is \(Quoted.value(entry)).", field: name)
        }
      case .imageTags where value.arrayValue == nil:
        probe.report(
          "\(field.rawValue) must be a list of {key, value}, but is \(Quoted.value(value)).", field: field.rawValue)
      case .imageTags: continue
      default:
        guard value.stringValue == nil else { continue }
        probe.report("\(field.rawValue) must be a string, but is \(Quoted.value(value)).", field: field.rawValue)
      }
    }
  }
}
