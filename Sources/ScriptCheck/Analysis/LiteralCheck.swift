import LuaHost

/// Holds tables that are written down against rules that go beyond types.
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
  /// Judges the argument of a function; of the fields in `open` only the names are known, and what is told must hold whatever they are.
  public let judge: @Sendable (_ function: String, _ table: LuaTable, _ open: Set<String>) -> [Problem]

  /// Makes a check.
  public init(
    functions: Set<String>, triers: Set<String> = [], askers: Set<String> = [],
    judge: @escaping @Sendable (String, LuaTable, Set<String>) -> [Problem]
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

  /// The named fields of a table: those written down whole, and the names of the others; nil where a name itself is computed, or for a list.
  static func fields(_ constructor: TableConstructor) -> (known: LuaTable, open: Set<String>)? {
    var known = LuaTable()
    var open: Set<String> = []
    for item in constructor.items {
      guard case .name(let name) = item.key else { return nil }
      known[name] = .nil
      open.remove(name)
      if let value = value(item.value) { known[name] = value } else { open.insert(name) }
    }
    return (known, open)
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
