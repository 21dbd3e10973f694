import LuaHost

/// What is known of a value before the script runs.
indirect enum ValueType {
  /// Nothing.
  case unknown
  case `nil`
  case boolean(Bool?)
  case integer(Int64?)
  case float(Double?)
  case string(String?)
  /// As a declaration says.
  case host(LuaType)
  /// A table that `require` gives for a declared module.
  case module(String)
  /// One of Lua's libraries.
  case library(String)
  case function(Callable)
  /// A table a script made.
  case table(TableShape)
  case either([ValueType])

  /// One of several; nothing is known if one of them is unknown.
  static func joined(_ types: [ValueType]) -> ValueType {
    var members: [ValueType] = []
    for type in types {
      switch type {
      case .unknown: return .unknown
      case .either(let more): members += more
      default: members.append(type)
      }
    }
    if members.isEmpty { return .nil }
    if members.count == 1 { return members[0] }
    return members.count > 12 ? .unknown : .either(members)
  }

  /// All that it may be.
  var alternatives: [ValueType] {
    if case .either(let types) = self { return types.flatMap(\.alternatives) }
    if case .host(let type) = self {
      switch type {
      case .union(let types): return types.flatMap { ValueType.host($0).alternatives }
      case .alias(let alias):
        if case .union = alias.type { return ValueType.host(alias.type).alternatives }
      default: break
      }
    }
    return [self]
  }

  var isUnknown: Bool { alternatives.contains { if case .unknown = $0 { true } else { false } } }

  static func declared(_ type: LuaType, optional: Bool) -> ValueType {
    let value = plain(type)
    return optional ? joined([value, .nil]) : value
  }

  private static func plain(_ type: LuaType) -> ValueType {
    switch type {
    case .any, .generic: .unknown
    case .boolean: .boolean(nil)
    case .integer: .integer(nil)
    case .number: .float(nil)
    case .string: .string(nil)
    case .table, .function: .host(type)
    default: .host(type)
    }
  }
}

/// Something that can be called.
enum Callable {
  case declared(FunctionDeclaration, isMethod: Bool)
  case standard(StandardFunction)
  case script(FunctionBody)
  /// A callback of which the signature is declared.
  case signature(LuaSignature)
}

/// A table that a script makes.
final class TableShape {
  let constructor: TableConstructor
  /// The local that holds it and nothing else ever does.
  let variable: Variable?

  init(_ constructor: TableConstructor, variable: Variable? = nil) {
    self.constructor = constructor
    self.variable = variable
  }
}
