import LuaHost

/// Finds out what values can be, as far as that is certain.
///
/// The order of a script's steps does not count: a local is everything that is ever assigned to it. What is asked twice is
/// answered from memory; what depends on itself is unknown.
final class Inference {
  let index: InterfaceIndex
  let library = StandardLibrary.standard
  let sandbox: LuaSandbox
  /// Globals of Lua that some script of the program replaces.
  var replacedGlobals: Set<String> = []
  /// What a module of the project gives, by name as `require` spells it and the file that asks.
  var moduleType: (String, ObjectIdentifier) -> ValueType = { _, _ in .unknown }
  /// The tree an expression of a call of `require` belongs to.
  var treeOfRequire: [ObjectIdentifier: ObjectIdentifier] = [:]
  /// The names of all fields that some script of the program assigns to.
  var storedNames: Set<String> = []
  private var variables: [ObjectIdentifier: ValueType] = [:]
  private var expressions: [ObjectIdentifier: ValueType] = [:]
  /// The steps of chains.
  var prefixes: [ObjectIdentifier: [Results]] = [:]
  private var bodies: [ObjectIdentifier: Results] = [:]
  /// Questions that are being answered, each with its place among them.
  private var underWay: [ObjectIdentifier: Int] = [:]
  /// The outermost question that the answer at hand had to leave open.
  private var openQuestion = Int.max
  private var stepsLeft = 400_000

  /// Answers a question that may lead to others, even back to itself: then that one is left open, and what hangs on it is no
  /// final answer.
  func ask<Answer>(
    _ key: ObjectIdentifier, otherwise: Answer, _ answer: () -> Answer
  ) -> (answer: Answer, isFinal: Bool) {
    stepsLeft -= 1
    let place = underWay.count
    guard underWay[key] == nil, place < 120, stepsLeft > 0 else {
      openQuestion = min(openQuestion, underWay[key] ?? 0)
      return (otherwise, false)
    }
    let before = openQuestion
    openQuestion = .max
    underWay[key] = place
    let found = answer()
    underWay[key] = nil
    let isFinal = openQuestion >= place
    openQuestion = min(before, isFinal ? .max : openQuestion)
    return (found, isFinal || stepsLeft <= 0)
  }

  /// What a function gives, found out once.
  func once(_ body: FunctionBody, _ find: () -> Results) -> Results {
    let key = ObjectIdentifier(body)
    if let known = bodies[key] { return known }
    let (found, isFinal) = ask(key, otherwise: .unknown, find)
    if isFinal { bodies[key] = found }
    return found
  }

  struct CallSite {
    let chain: Expression
    let suffix: Int
    let argument: Int
    /// The field of the argument, if that is a table.
    var field: String?
  }

  init(index: InterfaceIndex, sandbox: LuaSandbox) {
    self.index = index
    self.sandbox = sandbox
  }

  /// The type of one value of an expression.
  func type(_ expression: Expression) -> ValueType {
    switch expression.kind {
    case .nil: return .nil
    case .boolean(let value): return .boolean(value)
    case .number(.integer(let value)): return .integer(value)
    case .number(.float(let value)): return .float(value)
    case .string(let bytes): return .string(String(decoding: bytes, as: UTF8.self))
    case .varargs, .invalid: return .unknown
    case .function(let body): return .function(.script(body))
    case .table(let constructor): return .table(TableShape(constructor))
    case .name(let use): return type(use)
    case .parenthesized(let inner): return type(inner)
    case .chain(_, let suffixes): return prefix(expression, suffixes.count).first ?? .nil
    case .unary, .binary:
      let key = ObjectIdentifier(expression)
      if let known = expressions[key] { return known }
      let (found, isFinal) = ask(key, otherwise: .unknown) { compute(expression) }
      if isFinal { expressions[key] = found }
      return found
    }
  }

  private func compute(_ expression: Expression) -> ValueType {
    switch expression.kind {
    case .unary(let symbol, let operand): unary(symbol, operand)
    case .binary(let first, let operations): binary(first, operations)
    default: .unknown
    }
  }

  private func unary(_ symbol: UnaryOperator, _ operand: Expression) -> ValueType {
    switch symbol {
    case .not: return .boolean(nil)
    case .minus:
      if let literal = operand.integerLiteral { return .integer(0 &- literal) }
      return ValueKinds(type(operand)) == .number ? .float(nil) : .unknown
    // Metamethods could give anything.
    case .length: return ValueKinds(type(operand)) == .string ? .integer(nil) : .unknown
    case .bitNot: return .unknown
    }
  }

  /// The type of operands joined from the left.
  func binary(_ first: Expression, _ operations: [Operation]) -> ValueType {
    operations.reduce(type(first)) { step($0, $1.symbol, type($1.operand)) }
  }

  /// The type of one operation.
  func step(_ left: ValueType, _ symbol: BinaryOperator, _ right: ValueType) -> ValueType {
    switch symbol {
    case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual: return .boolean(nil)
    case .and: return .joined([Self.falsy(left), right])
    case .or: return .joined([Self.truthy(left), right])
    case .concat:
      return ValueKinds(left).union(ValueKinds(right)).isSubset(of: [.string, .number]) ? .string(nil) : .unknown
    default: return ValueKinds(left).union(ValueKinds(right)) == .number ? .float(nil) : .unknown
    }
  }

  /// What is left of a type behind `and`.
  private static func falsy(_ type: ValueType) -> ValueType {
    let left = type.alternatives.compactMap { type -> ValueType? in
      switch type {
      case .unknown, .nil: type
      case .boolean(let value): value == true ? nil : .boolean(false)
      case .host(let declared): ValueKinds(declared).contains(.boolean) ? type : nil
      default: nil
      }
    }
    // Nothing at all: the other side decides.
    return left.isEmpty ? .either([]) : .joined(left)
  }

  /// What is left of a type in front of `or`.
  private static func truthy(_ type: ValueType) -> ValueType {
    let left = type.alternatives.filter { type in
      switch type {
      case .nil, .boolean(false): false
      default: true
      }
    }
    return left.isEmpty ? .either([]) : .joined(left)
  }

  // MARK: Names

  private func type(_ use: NameUse) -> ValueType {
    if let variable = use.variable { return type(variable) }
    guard use.environment == nil, !replacedGlobals.contains(use.name) else { return .unknown }
    if let member = library["", use.name], member.grant.isGiven(sandbox) {
      return member.function.map { .function(.standard($0)) } ?? member.value.type
    }
    if library.hasLibrary(use.name), library.grant(ofLibrary: use.name).isGiven(sandbox) { return .library(use.name) }
    return .unknown
  }

  func type(_ variable: Variable) -> ValueType {
    let key = ObjectIdentifier(variable)
    if let known = variables[key] { return known }
    let (found, isFinal) = ask(key, otherwise: .unknown) { joined(variable) }
    if isFinal { variables[key] = found }
    return found
  }

  private func joined(_ variable: Variable) -> ValueType {
    // The table has no other name as long as the local never escapes.
    if variable.sources.count == 1, case .values(let list, let place)? = variable.sources.first, place < list.count,
      case .table(let constructor) = list[place].kind
    {
      return .table(TableShape(constructor, variable: variable))
    }
    return .joined(variable.sources.map { type($0, of: variable) })
  }

  private func type(_ source: Variable.Source, of variable: Variable) -> ValueType {
    switch source {
    case .values(let list, let index): value(list, index)
    case .iteration(let list, let index): turn(list, index)
    case .counter(let start, let step):
      if case .integer = type(start), step == nil || step?.integerLiteral != nil { .integer(nil) } else { .float(nil) }
    case .function(let body): .function(.script(body))
    case .caller: parameter(variable)
    case .absent: .nil
    }
  }

  /// The value at an index of a list of expressions, of which the last may give several.
  func value(_ list: [Expression], _ index: Int) -> ValueType {
    guard let last = list.last else { return .nil }
    if index < list.count - 1 { return type(list[index]) }
    let offset = index - (list.count - 1)
    switch last.kind {
    case .chain(_, let suffixes) where last.isOpen:
      let results = prefix(last, suffixes.count)
      return offset < results.count ? results[offset] : results.isOpen ? .unknown : .nil
    case .varargs: return .unknown
    default: return offset == 0 ? type(last) : .nil
    }
  }

  /// A parameter of a function that is given to a declared one.
  private func parameter(_ variable: Variable) -> ValueType {
    guard let signature = signatures[ObjectIdentifier(variable)] else { return .unknown }
    return signature()
  }

  /// How the parameters of callbacks are found out.
  var signatures: [ObjectIdentifier: () -> ValueType] = [:]
}
