/// What is asked for at a place in a script, each of which may fail in a way of its own.
enum DryRunQuestion: String, Sendable, Hashable {
  /// The end of an import, or an answer of another server.
  case result
  case deletion
  case tags
  case upload
  case objectDeletion = "object_deletion"
  case conversion

  /// What one of them is called.
  var noun: String {
    switch self {
    case .upload: "upload"
    case .conversion: "conversion"
    case .result, .deletion, .tags, .objectDeletion: "result"
    }
  }

  /// The codes with which it may fail of those that a script mentions, and one that it does not mention, so that what the script does about
  /// a code it does not know is followed, too. Nil for a question whose codes depend on the call.
  func codes(mentioned: [String]) -> [String]? {
    let (possible, usual, other): (Set<String>, String, String)
    switch self {
    case .result: return nil
    case .conversion: return [Self.noSpace]
    case .deletion:
      (possible, usual, other) = (["IMG.0026", "IMG.0027", "IMG.0028", "IMG.0090", "IMG.0091"], "IMG.0091", "IMG.0026")
    case .tags:
      (possible, usual, other) = (["IMG.0026", "IMG.0027", "IMG.0115", "IMG.0116"], "IMG.0116", "IMG.0026")
    case .upload:
      (possible, usual, other) = (Set(Self.objectStorage.keys), "AccessDenied", "NoSuchBucket")
    case .objectDeletion:
      // What may pass is asked again, and is over then.
      let lasting = Self.objectStorage.filter { $0.value < 500 }.keys
      (possible, usual, other) = (Set(lasting), "AccessDenied", "NoSuchBucket")
    }
    let fitting = mentioned.filter(possible.contains)
    return fitting + [fitting.contains(usual) ? other : usual].filter { !fitting.contains($0) }
  }

  /// A conversion that finds no room for its target; the only way to fail that has nothing to do with the source, which was looked at.
  static let noSpace = "no_space"

  /// Codes of object storage, with the status of each.
  static let objectStorage: [String: Int] = [
    "AccessDenied": 403, "NoSuchBucket": 404, "PreconditionFailed": 412, "InternalError": 500,
    "ServiceUnavailable": 503, "SlowDown": 503,
  ]
}
