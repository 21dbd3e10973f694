import LuaHost

/// The basic kinds of Lua values, of which a value may be.
struct ValueKinds: OptionSet, Sendable {
  let rawValue: UInt8

  static let `nil` = ValueKinds(rawValue: 1)
  static let boolean = ValueKinds(rawValue: 2)
  static let number = ValueKinds(rawValue: 4)
  static let string = ValueKinds(rawValue: 8)
  static let table = ValueKinds(rawValue: 16)
  static let function = ValueKinds(rawValue: 32)
  static let object = ValueKinds(rawValue: 64)
  static let all = ValueKinds(rawValue: 127)

  init(rawValue: UInt8) { self.rawValue = rawValue }

  init(_ type: ValueType) {
    self =
      switch type {
      case .unknown: .all
      case .nil: .nil
      case .boolean: .boolean
      case .integer, .float: .number
      case .string: .string
      case .module, .library, .table: .table
      case .function: .function
      case .host(let type): ValueKinds(type)
      case .either(let types): types.reduce(into: []) { $0.formUnion(ValueKinds($1)) }
      }
  }

  init(_ type: LuaType) {
    self =
      switch type {
      case .any, .generic: .all
      case .boolean: .boolean
      case .integer, .number: .number
      case .string, .enumeration: .string
      case .duration, .size: [.string, .number]
      case .table, .list, .map, .record: .table
      case .function, .callback: .function
      case .iterator: [.function, .object]
      case .object(let name): name == "Error" ? [.object, .table, .string] : .object
      case .union(let types): types.reduce(into: []) { $0.formUnion(ValueKinds($1)) }
      case .alias(let alias): ValueKinds(alias.type)
      }
  }

  /// The kinds as words, such as "a boolean or nil".
  var text: String {
    var words: [String] = []
    for (kind, word) in Self.words where contains(kind) { words.append(word) }
    return words.joined(separator: " or ")
  }

  private static let words: [(ValueKinds, String)] = [
    (.boolean, "a boolean"), (.number, "a number"), (.string, "a string"), (.table, "a table"),
    (.function, "a function"), (.object, "an object"), (.nil, "nil"),
  ]
}
