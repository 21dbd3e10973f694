/// A value in a module's table.
public struct HostConstant: Sendable {
  public let name: String
  public let value: LuaValue
  /// One sentence for help and reference.
  public let docs: String
  /// Its type for documentation.
  public let type: LuaType

  /// Declares a value; without a type, that of the value is documented.
  public init(_ name: String, _ value: LuaValue, _ docs: String, type: LuaType? = nil) {
    self.name = name
    self.value = value
    self.docs = docs
    self.type = type ?? Self.type(of: value)
  }

  private static func type(of value: LuaValue) -> LuaType {
    switch value {
    case .nil: .any
    case .boolean: .boolean
    case .integer: .integer
    case .number: .number
    case .string: .string
    case .table: .table
    case .function: .function
    case .object(let object): .object(object.type.name)
    }
  }
}
