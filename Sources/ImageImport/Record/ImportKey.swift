import CloudAccess

/// What makes two imports the same one.
public enum ImportKey {
  /// No key of a script may be longer, in characters.
  public static let longest = 200

  /// The key of an import that was given none: SHA-256 over cloud, project, region and the canonical body, in 64 hexadecimal digits.
  ///
  /// The body is taken without marker and with its members sorted, so that neither the spelling of a script nor Slipway's own
  /// tag makes another import of it.
  public static func derived(from request: ImportRequest, in scope: ImportScope) -> String {
    let parts: [JSONValue] = [
      .string(scope.cloud), .string(scope.project), .string(scope.region), request.jsonValue,
    ]
    return Fingerprint.sha256(Array(JSONValue.array(parts).serialized().utf8))
  }

  /// What is wrong with a key that a script gave; nil for a good one.
  public static func fault(of key: String) -> String? {
    if key.isEmpty { return "The key of an import is empty." }
    let count = key.unicodeScalars.count
    if count > longest { return "The key of an import may have at most \(longest) characters, but has \(count)." }
    if key.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      return "The key of an import must have no control characters, but is \(Quoted.text(key))."
    }
    return nil
  }
}
