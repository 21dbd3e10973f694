import CloudAccess

extension ImportRequest {
  /// The fields in the order in which they are sent: the known ones as in the vendor's SDK, then unknown ones by name.
  public var json: [(String, JSONValue)] {
    let known = RequestField.allCases.compactMap { field in self[field].map { (field.rawValue, sent(field, $0)) } }
    return known + unknownFields.compactMap { name in self[name].map { (name, $0) } }
  }

  /// The request as one JSON value.
  public var jsonValue: JSONValue {
    malformed ?? .object(Dictionary(json, uniquingKeysWith: { first, _ in first }))
  }

  /// The body of the POST: compact JSON in UTF-8, absent fields left out.
  public func encoded() -> [UInt8] {
    if let malformed { return Array(malformed.serialized().utf8) }
    return Array(JSONValue.serialized(members: json).utf8)
  }

  /// A whole `min_disk` goes out as an integer even when it came as 40.0: the API takes no fraction.
  private func sent(_ field: RequestField, _ value: JSONValue) -> JSONValue {
    guard field == .minDisk, let whole = value.intValue else { return value }
    return .integer(Int64(whole))
  }
}
