/// A local variable of a script, with everything that happens to it.
final class Variable {
  enum Kind {
    case local, parameter, selfParameter, loop, function
  }

  enum Attribute {
    case none, constant, close
  }

  /// Where a value of it comes from.
  enum Source {
    /// The value at an index of a list of expressions.
    case values([Expression], Int)
    /// One turn of a generic `for` over expressions.
    case iteration([Expression], Int)
    case counter(start: Expression, step: Expression?)
    case function(FunctionBody)
    /// Whoever calls the function decides.
    case caller
    case absent
  }

  let name: String
  let range: SourceRange
  let kind: Kind
  let attribute: Attribute
  /// The number of the function it belongs to.
  let function: Int
  var sources: [Source] = []
  var reads = 0
  var writes = 0
  /// Whether a function inside of its own uses it.
  var isCaptured = false
  /// Whether it stands for a value known to the compiler, which is no variable for the machine.
  var isCompileTimeConstant = false
  /// A variable of the same name that it hides.
  var hidden: Variable?
  /// Where fields of it are assigned to by name, as `x.name = …` and `function x.name()`.
  var fieldStores: [String: [Source]] = [:]
  /// How often it is used otherwise than for reading and storing named fields: its table may be changed by others.
  var escapes = 0

  init(_ name: String, _ range: SourceRange, _ kind: Kind, attribute: Attribute = .none, function: Int) {
    self.name = name
    self.range = range
    self.kind = kind
    self.attribute = attribute
    self.function = function
  }

  /// Whether the script says that it does not need it.
  var isMeantUnused: Bool { name.hasPrefix("_") || attribute == .close }
}
