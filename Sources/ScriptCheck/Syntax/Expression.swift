/// An expression with the place it stands at.
///
/// Operators of one level and everything behind a prefix are lists, so that a tree is never deeper than Lua lets its parser go.
final class Expression {
  let range: SourceRange
  let kind: Kind

  enum Kind {
    case `nil`
    case boolean(Bool)
    case number(NumberLiteral)
    case string([UInt8])
    case varargs
    case function(FunctionBody)
    case table(TableConstructor)
    case name(NameUse)
    case parenthesized(Expression)
    case chain(Expression, [Suffix])
    case unary(UnaryOperator, Expression)
    /// From the left: ((first op a) op b) …
    case binary(Expression, [Operation])
    case invalid
  }

  init(_ kind: Kind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  /// The expression inside of parentheses.
  var inner: Expression {
    var expression = self
    while case .parenthesized(let content) = expression.kind { expression = content }
    return expression
  }

  /// The text of a string literal.
  var stringLiteral: String? {
    if case .string(let bytes) = inner.kind { String(decoding: bytes, as: UTF8.self) } else { nil }
  }

  /// The value of an integer literal, a minus sign included.
  var integerLiteral: Int64? {
    switch inner.kind {
    case .number(.integer(let value)): value
    case .number(.float(let value)): Int64(exactly: value)
    case .unary(.minus, let operand): operand.integerLiteral.map { 0 &- $0 }
    default: nil
    }
  }

  /// Whether it can give any number of values.
  var isOpen: Bool {
    switch kind {
    case .varargs: true
    case .chain(_, let suffixes): suffixes.last?.isCall == true
    default: false
    }
  }

  /// The name, if it is nothing else.
  var nameUse: NameUse? {
    if case .name(let use) = kind { use } else { nil }
  }
}

/// A name where it is used.
final class NameUse {
  let name: String
  let range: SourceRange
  /// The local it means; nil for a global.
  let variable: Variable?
  /// The local called _ENV in which a global is looked up, if there is one.
  let environment: Variable?
  /// Whether a value is stored there.
  var isTarget = false
  /// Whether it is only asked whether there is such a thing.
  var isGuard = false
  /// Whether it stands beside an `and` or `or`.
  var isAlternative = false
  /// Whether it stands inside of a function.
  let isInFunction: Bool

  init(_ name: String, _ range: SourceRange, _ variable: Variable?, environment: Variable?, isInFunction: Bool) {
    self.name = name
    self.range = range
    self.variable = variable
    self.environment = environment
    self.isInFunction = isInFunction
  }
}

/// What stands behind a prefix: `.name`, `[key]`, a call.
struct Suffix {
  enum Kind {
    case field(String)
    case index(Expression)
    case call(CallArguments)
    case method(String, nameRange: SourceRange, CallArguments)
  }

  let kind: Kind
  let range: SourceRange

  var isCall: Bool {
    switch kind {
    case .call, .method: true
    default: false
    }
  }
}

struct CallArguments {
  let expressions: [Expression]
  let range: SourceRange
}

struct Operation {
  let symbol: BinaryOperator
  let symbolRange: SourceRange
  let operand: Expression
}

final class TableConstructor {
  enum Key {
    case positional
    case name(String)
    case computed(Expression)
  }

  struct Item {
    let key: Key
    let keyRange: SourceRange
    let value: Expression
  }

  let items: [Item]
  let range: SourceRange

  init(_ items: [Item], _ range: SourceRange) {
    self.items = items
    self.range = range
  }
}

/// A function as it is written down.
final class FunctionBody {
  let parameters: [Variable]
  let isVararg: Bool
  let block: Block
  let range: SourceRange
  /// The name it is stored under where that is known.
  var name: String?
  /// Whether the first parameter is the `self` of a method.
  let isMethod: Bool
  /// Its return statements, those of functions inside not among them.
  let returns: [[Expression]]

  init(
    parameters: [Variable], isVararg: Bool, block: Block, range: SourceRange, isMethod: Bool, returns: [[Expression]]
  ) {
    self.parameters = parameters
    self.isVararg = isVararg
    self.block = block
    self.range = range
    self.isMethod = isMethod
    self.returns = returns
  }
}
