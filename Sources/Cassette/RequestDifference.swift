import CloudAccess

/// One thing in which two requests differ.
struct RequestDifference: Sendable, Hashable, CustomStringConvertible {
  /// Such as `body name`.
  var place: String
  var recorded: String
  var now: String

  var description: String { "\(place) was \(recorded), now is \(now)" }

  private static let longest = 80

  /// All differences that count: times and ids of records do not.
  static func between(_ recorded: RecordedRequest, _ now: RecordedRequest) -> [RequestDifference] {
    var all: [RequestDifference] = []
    func compare(_ place: String, _ left: String, _ right: String) {
      guard VolatileText.masked(left) != VolatileText.masked(right) else { return }
      all.append(RequestDifference(place: place, recorded: cut(left), now: cut(right)))
    }
    compare("the method", recorded.method, now.method)
    let (left, right) = (URLParts(recorded.url), URLParts(now.url))
    compare("the host", left.origin, right.origin)
    compare("the path", PercentEncoding.decode(left.path), PercentEncoding.decode(right.path))
    compare("the query", shown(PercentEncoding.decode(left.query)), shown(PercentEncoding.decode(right.query)))
    compare("the range", shown(recorded.headers["range"] ?? ""), shown(now.headers["range"] ?? ""))
    switch (recorded.body, now.body) {
    case (.json(let left)?, .json(let right)?): all += between("the body's", left, right)
    case (let left, let right): if left != right { compare("the body", shown(left), shown(right)) }
    }
    return all
  }

  private static func between(_ place: String, _ left: JSONValue, _ right: JSONValue) -> [RequestDifference] {
    if left == right { return [] }
    switch (left, right) {
    case (.object(let left), .object(let right)):
      return Set(left.keys).union(right.keys).sorted().flatMap { name in
        between("\(place) \(name)", left[name] ?? .null, right[name] ?? .null)
      }
    case (.array(let left), .array(let right)) where left.count == right.count:
      if VolatileText.masked(.array(left)) == VolatileText.masked(.array(right)) { return [] }
      return zip(left, right).enumerated().flatMap { between("\(place) [\($0)]", $1.0, $1.1) }
    case (.number, .number): return []
    default:
      let texts = (shown(left), shown(right))
      guard VolatileText.masked(texts.0) != VolatileText.masked(texts.1) else { return [] }
      return [RequestDifference(place: place, recorded: cut(texts.0), now: cut(texts.1))]
    }
  }

  private static func shown(_ value: JSONValue) -> String { value.isNull ? "absent" : value.serialized() }

  private static func shown(_ text: String) -> String { text.isEmpty ? "absent" : text }

  private static func shown(_ body: RecordedBody?) -> String {
    switch body {
    case nil: "absent"
    case .json(let value)?: value.serialized()
    case .text(let text)?: "'\(text)'"
    case .binary(let bytes)?: "\(bytes.count) bytes"
    case .omitted(let length, _)?: "\(length) bytes"
    }
  }

  private static func cut(_ text: String) -> String {
    text.count > longest ? text.prefix(longest) + "…" : text
  }
}
