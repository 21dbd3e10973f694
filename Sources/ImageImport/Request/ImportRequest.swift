import CloudAccess

/// A quick import: the fields as they were given, whatever their types.
///
/// Nothing is refused here. A wrong type or an unknown field stays as it came, so that the rules can report it with all other
/// findings at once, and so that a field this program does not know yet still reaches the cloud.
public struct ImportRequest: Sendable, Hashable {
  /// The fields by their API names, known or not. A field whose value is null counts as absent.
  public private(set) var fields: [String: JSONValue] = [:]

  /// What was given in place of an object, if it was none.
  public private(set) var malformed: JSONValue?

  /// A request without any field; its kind is `system`.
  public init() {}

  /// A request from the API's own JSON.
  ///
  /// Lenient: what is no object is kept in ``malformed`` and becomes a finding.
  public init(json: JSONValue) {
    guard case .object(let members) = json else {
      malformed = json
      return
    }
    for (name, value) in members { self[name] = value }
  }

  /// A request of a given form from its fields; a data disk gets its `type` when none is given.
  public init(kind: ImageKind, fields: [String: JSONValue] = [:]) {
    self.init(json: .object(fields))
    if kind == .data, type == nil { type = ImportRequest.dataType }
  }

  /// The value of `type` that selects the data disk form.
  public static let dataType = "DataImage"

  /// The form of the request, which `type` decides; a misspelt case still counts, and a rule reports it.
  public var kind: ImageKind {
    get { type?.lowercased() == ImportRequest.dataType.lowercased() ? .data : .system }
    set {
      guard newValue != kind else { return }
      type = newValue == .data ? ImportRequest.dataType : nil
    }
  }

  /// The raw value of a field; setting null or nil takes it out.
  public subscript(name: String) -> JSONValue? {
    get { fields[name] }
    set {
      if let newValue, newValue != .null {
        fields[name] = newValue
      } else {
        fields[name] = nil
      }
    }
  }

  /// The raw value of a known field.
  public subscript(field: RequestField) -> JSONValue? {
    get { self[field.rawValue] }
    set { self[field.rawValue] = newValue }
  }

  /// A copy with some fields set; null takes a field out.
  public func with(_ changes: [String: JSONValue]) -> ImportRequest {
    var copy = self
    for (name, value) in changes { copy[name] = value }
    return copy
  }

  /// Names of fields the API does not have, sorted.
  public var unknownFields: [String] {
    fields.keys.filter { RequestField(rawValue: $0) == nil }.sorted()
  }
}
