import CloudAccess

/// Faults and switches from a file in YAML or JSON:
///
///     seed: 42
///     switches: { image_visibility: at_end, unique_names: true }
///     faults:
///       - { effect: reply_lost_after, call: submit, every: 3 }
///
/// A list alone is taken for the faults.
public struct FaultFile: Sendable, Hashable {
  public var seed: UInt64?
  public var switches: [String: JSONValue] = [:]
  public var faults: [Fault] = []

  /// Reads a file's text; `name` is for messages.
  ///
  /// - Throws: `FaultError` naming the line, what was expected and what came.
  public init(text: String, name: String) throws(FaultError) {
    let root: LocatedValue
    do throws(ConfigurationError) {
      root = try LocatedValue(parsing: text, file: name)
    } catch {
      throw FaultError(place: name, message: error.description)
    }
    let place = { (value: LocatedValue) in "\(name):\(value.line)" }
    switch root.content {
    case .list(let items): faults = try Self.faults(items, place)
    case .map(let members):
      for (member, value) in members {
        switch (member, value.content) {
        case ("seed", _):
          guard let seed = value.json.intValue, seed >= 0 else {
            throw FaultError(
              place: place(value), message: "'seed' must be a whole number, got \(FaultMembers.shown(value.json))")
          }
          self.seed = UInt64(seed)
        case ("switches", .map(let entries)):
          for (name, value) in entries {
            // Tried on a copy, so that a mistake is found here, where its line is known.
            var trial = LocalCloudConfiguration(dataDirectory: "")
            try trial.set(name, value.json, place: place(value))
            switches[name] = value.json
          }
        case ("faults", .list(let items)): faults = try Self.faults(items, place)
        case ("faults", .scalar(.null)), ("switches", .scalar(.null)): break
        case ("faults", _), ("switches", _):
          throw FaultError(
            place: place(value),
            message: "'\(member)' must be \(member == "faults" ? "a list" : "a map"), got a \(value.json.typeName)")
        default:
          throw FaultError(
            place: place(value), message: "'\(member)' is not known here; expected seed, switches, faults")
        }
      }
    case .scalar(let value):
      throw FaultError(
        place: place(root), message: "expected a map or a list of faults, got \(FaultMembers.shown(value))")
    }
  }

  /// From the same in JSON, as `/_control/faults` takes it: also one fault alone, or a list of them.
  public init(json: JSONValue) throws(FaultError) {
    // In JSON text one fault alone is a list of one.
    let text = json["effect"] == nil ? json.serialized() : JSONValue.array([json]).serialized()
    try self.init(text: text, name: "body")
  }

  private static func faults(
    _ items: [LocatedValue], _ place: (LocatedValue) -> String
  ) throws(FaultError) -> [Fault] {
    var faults: [Fault] = []
    for item in items {
      switch item.content {
      case .map(let members):
        faults.append(
          try Fault(
            FaultMembers(
              place: place(item),
              members.map { (name: $0.name, value: $0.value.json, place: place($0.value)) })))
      case .scalar(.string(let text)):
        do {
          faults.append(try Fault(text))
        } catch {
          throw FaultError(place: place(item), message: error.description)
        }
      default:
        throw FaultError(
          place: place(item), message: "a fault must be a map or a text, got \(FaultMembers.shown(item.json))")
      }
    }
    return faults
  }
}

extension LocalCloudConfiguration {
  /// Takes over what a file sets.
  public mutating func apply(_ file: FaultFile) throws(FaultError) {
    if let seed = file.seed { faultSeed = seed }
    for (name, value) in file.switches { try set(name, value) }
    faults += file.faults
  }
}
