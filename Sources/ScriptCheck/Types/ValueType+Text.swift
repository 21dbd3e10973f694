import LuaHost

extension ValueType {
  /// The type as messages spell it, such as "a list of string".
  var text: String {
    switch self {
    case .unknown: "a value"
    case .nil: "nil"
    case .boolean(let value): value.map { "\($0)" } ?? "a boolean"
    case .integer(let value): value.map { "\($0)" } ?? "an integer"
    case .float(let value): value.map { "\($0)" } ?? "a number"
    case .string(let value): value.map { "\"\($0.prefix(40))\"" } ?? "a string"
    case .module(let name): "the module '\(name)'"
    case .library(let name): "the library '\(name)'"
    case .function: "a function"
    case .table: "a table"
    case .host(let type): Self.article(type.documentedName)
    case .either(let types):
      Set(types.map(\.text)).sorted { ($0 == "nil" ? 1 : 0, $0) < ($1 == "nil" ? 1 : 0, $1) }.joined(separator: " or ")
    }
  }

  static func article(_ name: String) -> String {
    guard let first = name.first, first.isLetter else { return name }
    return ("aeiouAEIOU".contains(first) ? "an " : "a ") + name
  }
}
