import CloudAccess

extension Fault {
  /// The value that may stand behind `=` of an effect's name in the compact form, by effect.
  private static let mainMember = [
    "reply_cut": "bytes", "request_cut": "bytes", "throttled": "retry_after", "status": "status", "slow_headers": "by",
    "slow_body": "bytes_per_second", "slow_request": "bytes_per_second", "clock_skew": "seconds", "refused": "code",
    "job_unknown": "younger_than",
    "job_fails": "code", "job_takes": "for", "field": "at", "header": "header",
  ]

  /// From the compact form of flags: `EFFECT[=VALUE][:CALL][:NAME=VALUE]…`, such as `reply_lost_after:submit:count=1` or
  /// `status=502:job:every=3`. A backslash keeps a colon.
  ///
  /// - Throws: `FaultError` naming the piece.
  public init(_ text: String) throws(FaultError) {
    let place = "fault '\(text.prefix(120))'"
    let pieces = Self.pieces(text)
    var members: [(name: String, value: JSONValue, place: String)] = []
    let (effect, main) = Self.pair(pieces[0])
    members.append(("effect", .string(effect), place))
    if let main {
      guard let name = Self.mainMember[effect] else {
        throw FaultError(
          place: place,
          message: FaultEffect.names.contains(effect)
            ? "'\(effect)' takes no value, got '\(main)'"
            : "'effect' must be one of \(FaultEffect.names.joined(separator: ", ")), got '\(effect)'")
      }
      members.append((name, Self.value(main), place))
    }
    for piece in pieces.dropFirst() {
      let (name, value) = Self.pair(piece)
      if let value {
        members.append((name, Self.value(value), place))
      } else {
        members.append(("call", .array(name.split(separator: ",").map { .string(String($0)) }), place))
      }
    }
    try self.init(FaultMembers(place: place, members))
  }

  private static func pieces(_ text: String) -> [String] {
    var pieces = [""]
    var isEscaped = false
    for character in text {
      switch character {
      case "\\" where !isEscaped:
        isEscaped = true
        continue
      case ":" where !isEscaped: pieces.append("")
      default: pieces[pieces.count - 1].append(character)
      }
      isEscaped = false
    }
    return pieces
  }

  private static func pair(_ piece: String) -> (name: String, value: String?) {
    guard let mark = piece.firstIndex(of: "=") else { return (piece, nil) }
    return (String(piece[..<mark]), String(piece[piece.index(after: mark)...]))
  }

  /// JSON where it is JSON, else the text itself.
  private static func value(_ text: String) -> JSONValue {
    (try? JSONValue(parsing: Array(text.utf8))) ?? .string(text)
  }
}
