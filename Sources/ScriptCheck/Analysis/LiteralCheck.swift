import LuaHost

/// Holds tables that are written down whole against rules that go beyond types.
public struct LiteralCheck: Sendable {
  /// One thing that was found in a table.
  public struct Problem: Sendable {
    public let severity: CheckSeverity
    public let message: String
    public let hint: String?
    /// The field it is about, with an index where it is a list: "tags[2]".
    public let field: String

    /// Describes a problem.
    public init(severity: CheckSeverity, message: String, hint: String?, field: String) {
      self.severity = severity
      self.message = message
      self.hint = hint
      self.field = field
    }
  }

  /// The functions whose only argument is looked at.
  public let functions: Set<String>
  /// Functions that are given functions which are meant to fail.
  public let triers: Set<String>
  /// Methods of the result that ask for the same: called at once, they tell what is wrong themselves.
  public let askers: Set<String>
  /// Judges the argument of a function.
  public let judge: @Sendable (_ function: String, _ table: LuaTable) -> [Problem]

  /// Makes a check.
  public init(
    functions: Set<String>, triers: Set<String> = [], askers: Set<String> = [],
    judge: @escaping @Sendable (String, LuaTable) -> [Problem]
  ) {
    self.functions = functions
    self.triers = triers
    self.askers = askers
    self.judge = judge
  }

  /// The value of an expression that is written down whole; nil for any other.
  static func value(_ expression: Expression) -> LuaValue? {
    switch expression.inner.kind {
    case .nil: return .nil
    case .boolean(let value): return .boolean(value)
    case .number(.integer(let value)): return .integer(value)
    case .number(.float(let value)): return .number(value)
    case .string(let bytes): return .string(LuaString(bytes: bytes))
    case .unary(.minus, let operand):
      switch value(operand) {
      case .integer(let value): return .integer(0 &- value)
      case .number(let value): return .number(-value)
      default: return nil
      }
    case .table(let constructor): return table(constructor).map { .table($0) }
    default: return nil
    }
  }

  static func table(_ constructor: TableConstructor) -> LuaTable? {
    var table = LuaTable()
    for item in constructor.items {
      guard let value = value(item.value) else { return nil }
      switch item.key {
      case .positional:
        // A gap would end the list.
        if value.isNil { return nil }
        table.array.append(value)
      case .name(let name): table[name] = value
      case .computed(let key):
        guard let key = Self.value(key), !key.isNil else { return nil }
        table[key: key] = value
      }
    }
    return table
  }
}
