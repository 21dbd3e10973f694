import CloudAccess
import Yams

/// A value of a YAML file that knows where it stands, so that a mistake can be pointed at.
struct YAMLNode: Sendable {
  enum Content: Sendable {
    /// `text` is as it was written, so that `1.0` stays three characters.
    case scalar(JSONValue, text: String)
    case list([YAMLNode])
    case map([Member])
  }

  struct Member: Sendable {
    var name: String
    var line: Int
    var column: Int
    var value: YAMLNode
  }

  var content: Content
  /// Counted from 1.
  var line: Int
  var column: Int

  private static let valueLimit = 20_000

  /// Reads a document; nil for one without any value.
  ///
  /// - Throws: ``PluginProblem`` in a ``PluginFailure``.
  static func parse(_ bytes: [UInt8], place: String) throws -> YAMLNode? {
    func failure(_ message: String, line: Int? = nil, column: Int? = nil) -> PluginFailure {
      PluginFailure([PluginProblem(place: place, line: line, column: column, message: message)])
    }
    if let fault = YAMLShape.fault(in: bytes) { throw failure(fault.message, line: fault.line) }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw failure("the file is not UTF-8 text") }
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      let (mark, problem) = Self.place(of: error)
      throw failure("this is no valid YAML: \(problem)", line: mark?.line, column: mark?.column)
    } catch {
      throw failure("this is no valid YAML")
    }
    guard let root else { return nil }
    if case .scalar(let scalar) = root, scalar.style == .plain, scalar.string.isEmpty { return nil }
    var left = valueLimit
    guard let node = YAMLNode(root, line: 1, column: 1, left: &left) else {
      throw failure("it holds more than \(valueLimit) values")
    }
    return node
  }

  private static func place(of error: YamlError) -> (Mark?, String) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      (mark, problem)
    case .duplicatedKeysInMapping(let keys, let context):
      (context.mark, "a key stands there twice: \(keys.map { "\($0)" }.joined(separator: ", ").prefix(100))")
    default: (nil, "\(error)".split(separator: "\n").first.map(String.init) ?? "")
    }
  }

  private init?(_ node: Node, line: Int, column: Int, left: inout Int) {
    left -= 1
    guard left >= 0 else { return nil }
    self.line = node.mark?.line ?? line
    self.column = node.mark?.column ?? column
    switch node {
    case .scalar(let scalar): content = .scalar(YAMLReader.scalar(scalar), text: scalar.string)
    case .alias: content = .scalar(.null, text: "")
    case .sequence(let items):
      var values: [YAMLNode] = []
      for item in items {
        guard let value = YAMLNode(item, line: self.line, column: self.column, left: &left) else { return nil }
        values.append(value)
      }
      content = .list(values)
    case .mapping(let mapping):
      var members: [Member] = []
      for (key, item) in mapping {
        let (line, column) = (key.mark?.line ?? self.line, key.mark?.column ?? self.column)
        guard let value = YAMLNode(item, line: line, column: column, left: &left) else { return nil }
        members.append(Member(name: key.string ?? "?", line: line, column: column, value: value))
      }
      content = .map(members)
    }
  }

  /// A value that stands in no file, such as that of an option.
  init(_ content: Content, line: Int = 1, column: Int = 1) {
    self.content = content
    self.line = line
    self.column = column
  }

  var members: [Member]? { if case .map(let members) = content { members } else { nil } }
  var items: [YAMLNode]? { if case .list(let items) = content { items } else { nil } }

  /// The text of a scalar as written; nil for null and for what is none.
  var text: String? {
    guard case .scalar(let value, let text) = content, value != .null else { return nil }
    return text
  }

  var isNull: Bool { if case .scalar(.null, _) = content { true } else { false } }

  /// What a message calls the value: its kind, and a short one itself.
  var shown: String {
    switch content {
    case .scalar(.null, _): "nothing"
    case .scalar(.bool(let flag), _): "\(flag)"
    case .scalar(.integer, let text), .scalar(.number, let text): "the number \(text.prefix(40))"
    case .scalar(_, let text): "'\(text.prefix(60))'"
    case .list(let items): "a list of \(items.count)"
    case .map: "a map"
    }
  }
}
