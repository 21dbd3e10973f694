import LuaHost

/// A function of Lua's own libraries.
struct StandardFunction: Sendable {
  struct Parameter: Sendable {
    let name: String
    let kinds: ValueKinds
    let isOptional: Bool
  }

  /// Such as "string.rep".
  let name: String
  let parameters: [Parameter]
  /// Whether it takes more than the parameters that are named.
  let isVariadic: Bool
  let returns: [ValueTypeSeed]
  /// Whether it does nothing but give its results.
  let isPure: Bool

  var required: Int { parameters.lastIndex { !$0.isOptional }.map { $0 + 1 } ?? 0 }
  var callForm: String {
    let words = parameters.map { $0.name + ($0.isOptional ? "?" : "") } + (isVariadic ? ["..."] : [])
    return "\(name)(\(words.joined(separator: ", ")))"
  }
}

/// The type of a result, as the table of Lua's libraries gives it.
enum ValueTypeSeed: Sendable {
  case unknown, boolean, integer, number, string, table, function
  case optionalInteger, optionalNumber
  case words([String])

  var type: ValueType {
    switch self {
    case .unknown: .unknown
    case .boolean: .boolean(nil)
    case .integer: .integer(nil)
    case .number: .float(nil)
    case .string: .string(nil)
    case .table: .host(.table)
    case .function: .host(.function)
    case .optionalInteger: .either([.integer(nil), .nil])
    case .optionalNumber: .either([.float(nil), .nil])
    case .words(let words): .host(.enumeration(words))
    }
  }
}
