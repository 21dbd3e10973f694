/// One Lua value outside the VM: a copy, so that it can travel between tasks without the VM being asked.
///
/// Tables are copied by raw access; functions and objects stay references.
public enum LuaValue: Sendable, Equatable {
  case `nil`
  case boolean(Bool)
  case integer(Int64)
  case number(Double)
  case string(LuaString)
  case table(LuaTable)
  case function(LuaFunction)
  case object(LuaObject)
}

extension LuaValue {
  /// Makes a string value from Swift text.
  public static func string(_ text: String) -> LuaValue { .string(LuaString(text)) }

  /// Makes a string value, or `nil` for an absent one.
  public static func optional(_ text: String?) -> LuaValue { text.map { .string(LuaString($0)) } ?? .nil }

  /// Makes an integer value, or `nil` for an absent one.
  public static func optional(_ number: Int?) -> LuaValue { number.map { .integer(Int64($0)) } ?? .nil }

  /// Makes a table with an array part only.
  public static func list(_ items: [LuaValue]) -> LuaValue { .table(LuaTable(array: items)) }

  /// Makes a table from named fields; fields that are `nil` are left out.
  public static func record(_ fields: [(String, LuaValue)]) -> LuaValue { .table(LuaTable(fields: fields)) }

  /// Whether this is `nil`.
  public var isNil: Bool {
    if case .nil = self { true } else { false }
  }

  /// Whether Lua would take the value for true in a condition.
  public var isTruthy: Bool {
    switch self {
    case .nil, .boolean(false): false
    default: true
    }
  }

  /// The text of a string value, with invalid UTF-8 repaired; nil for any other kind, numbers included.
  public var stringValue: String? {
    if case .string(let value) = self { value.string } else { nil }
  }

  /// The bytes of a string value.
  public var bytesValue: [UInt8]? {
    if case .string(let value) = self { value.bytes } else { nil }
  }

  /// The value of an integer, or of a float without a fraction.
  public var integerValue: Int64? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int64(exactly: value)
    default: nil
    }
  }

  /// The value of an integer or a float.
  public var numberValue: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// The value of a boolean.
  public var boolValue: Bool? {
    if case .boolean(let value) = self { value } else { nil }
  }

  /// The table, if it is one.
  public var tableValue: LuaTable? {
    if case .table(let value) = self { value } else { nil }
  }

  /// The function, if it is one.
  public var functionValue: LuaFunction? {
    if case .function(let value) = self { value } else { nil }
  }

  /// The object, if it is one.
  public var objectValue: LuaObject? {
    if case .object(let value) = self { value } else { nil }
  }

  /// The Swift object behind an object value, if it is of the type asked for.
  public func object<T: AnyObject>(as type: T.Type) -> T? { objectValue?.value as? T }

  /// The name of the value's kind as messages spell it: "integer" and "number" are told apart, objects give their type.
  public var kindName: String {
    switch self {
    case .nil: "nil"
    case .boolean: "boolean"
    case .integer: "integer"
    case .number: "number"
    case .string: "string"
    case .table: "table"
    case .function: "function"
    case .object(let object): object.type.name
    }
  }
}

extension LuaValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByFloatLiteral
{
  public init(stringLiteral value: String) { self = .string(LuaString(value)) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(booleanLiteral value: Bool) { self = .boolean(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
}
