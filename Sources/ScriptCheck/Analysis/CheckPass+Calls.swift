import LuaHost

extension CheckPass {
  /// Judges `receiver(…)`.
  func call(
    _ chain: Expression, _ index: Int, _ callee: ValueType, _ arguments: CallArguments, _ suffix: Suffix
  ) {
    let place = SourceRange(chain.range.start, suffix.range.start)
    guard callable(callee, place) else { return }
    guard case .function(let callable) = callee else { return }
    switch callable {
    case .declared(let declaration, let isMethod):
      if isMethod {
        dotCall(declaration, chain, index, arguments, place)
      } else {
        self.arguments(
          declaration, arguments.expressions, place,
          isValidated: nextMethod(chain, index).map { literalCheck?.askers.contains($0) == true } == true)
      }
    case .standard(let function): standard(function, arguments.expressions, receiver: nil, place)
    case .script(let body): script(body, arguments.expressions, place, skipping: 0)
    case .signature: break
    }
  }

  /// The method that is called on a result at once.
  private func nextMethod(_ chain: Expression, _ index: Int) -> String? {
    guard case .chain(_, let suffixes) = chain.kind, index + 1 < suffixes.count,
      case .method(let name, _, _) = suffixes[index + 1].kind
    else { return nil }
    return name
  }

  /// Whether something can be called; told if not.
  private func callable(_ callee: ValueType, _ range: SourceRange) -> Bool {
    let alternatives = callee.alternatives
    let cannot = alternatives.allSatisfy { type in
      switch type {
      case .nil, .boolean, .integer, .float, .string, .module, .library: return true
      case .host(let declared): return cannotCall(declared)
      default: return false
      }
    }
    guard cannot, !alternatives.isEmpty else { return true }
    // What can be nil besides is for the place that made it so.
    found.add("call-non-function", range, "\(callee.text) cannot be called", hint: "Lua raises \"attempt to call\"")
    return false
  }

  private func cannotCall(_ type: LuaType) -> Bool {
    switch type {
    case .boolean, .integer, .number, .string, .duration, .size, .enumeration, .list, .record: true
    case .object(let name):
      name != "Error" && inference.index.objects[name].map { $0.call == nil } == true
    case .alias(let alias): cannotCall(alias.type)
    case .union(let types): types.allSatisfy(cannotCall)
    default: false
    }
  }

  /// Judges `receiver:name(…)`.
  func method(
    _ chain: Expression, _ receiver: ValueType, _ name: String, _ range: SourceRange, _ arguments: CallArguments,
    _ suffix: Suffix
  ) {
    switch receiver {
    case .module(let module):
      guard let member = inference.index.modules[module]?[name] else { break }
      if member.function != nil {
        found.add(
          "method-call", range, "'\(module).\(name)' is a function of a module, not a method",
          hint: "call it with '.': \(module).\(name)(…)")
      }
      return
    case .library(let library):
      guard inference.library[library, name]?.function != nil else { break }
      return found.add(
        "method-call", range, "'\(library).\(name)' is a function of a library, not a method",
        hint: "call it with '.': \(library).\(name)(…)")
    default: break
    }
    member(receiver, name, range, chain, chain, isCalled: true)
    guard case .found(let callee) = inference.member(of: receiver, name) else { return }
    let place = SourceRange(chain.range.start, range.end)
    guard callable(callee, range), case .function(let callable) = callee else { return }
    switch callable {
    case .declared(let declaration, isMethod: true): self.arguments(declaration, arguments.expressions, place)
    case .standard(let function): standard(function, arguments.expressions, receiver: receiver, range)
    case .script(let body): script(body, arguments.expressions, range, skipping: 1)
    default: break
    }
  }

  /// Judges `object.method(…)`.
  private func dotCall(
    _ declaration: FunctionDeclaration, _ chain: Expression, _ index: Int, _ arguments: CallArguments,
    _ place: SourceRange
  ) {
    guard case .chain(_, let suffixes) = chain.kind, index > 0,
      case .host(.object(let object)) = inference.prefix(chain, index - 1).first ?? .unknown
    else { return }
    let given = arguments.expressions
    if let first = given.first {
      if first.isOpen { return }
      let type = inference.type(first)
      if type.isUnknown { return }
      if case .host(.object(object)) = type {
        return self.arguments(declaration, Array(given.dropFirst()), place)
      }
    }
    found.add(
      "method-call", suffixes[index - 1].range,
      "'\(declaration.key)' is a method of \(ValueType.article(object)) and is called without it",
      hint: "call it with ':' instead of '.'")
  }

  // MARK: Functions of the script and of Lua

  private func script(_ body: FunctionBody, _ given: [Expression], _ place: SourceRange, skipping: Int) {
    guard !body.isVararg, let extra = given.dropFirst(max(0, body.parameters.count - skipping)).first else { return }
    let named = body.name.map { "'\($0)'" } ?? "the function"
    let takes = Self.count(body.parameters.count - skipping, "argument")
    found.add(
      "extra-argument", extra.range, "\(named) takes \(takes), this one is dropped",
      related: tree.functions.contains { $0 === body }
        ? [("the function is written here", SourceRange(body.range.start, body.range.start))] : [])
  }

  private func standard(
    _ function: StandardFunction, _ given: [Expression], receiver: ValueType?, _ place: SourceRange
  ) {
    let shift = receiver == nil ? 0 : 1
    let isOpen = given.last?.isOpen == true
    let count = given.count + shift
    if !isOpen, count < function.required {
      let missing = function.parameters[count]
      found.add(
        "argument-count", place, "'\(function.name)' needs \(Self.count(function.required, "argument")), got \(count)",
        hint: "\(function.callForm): '\(missing.name)' is missing")
    }
    for (index, argument) in given.enumerated() {
      guard index + shift < function.parameters.count else {
        if !function.isVariadic {
          found.add(
            "extra-argument", argument.range,
            "'\(function.name)' takes \(Self.count(function.parameters.count, "argument")), this one is dropped",
            hint: function.callForm)
        }
        continue
      }
      if argument.isOpen, index == given.count - 1 { continue }
      let parameter = function.parameters[index + shift]
      let type = inference.type(argument)
      var kinds = ValueKinds(type)
      if parameter.isOptional { kinds.remove(.nil) }
      if kinds.isEmpty || !kinds.isDisjoint(with: parameter.kinds) { continue }
      // An object could have a metatable that makes it fit; only what is written down is certain.
      if kinds == .object { continue }
      found.add(
        "argument-type", argument.range,
        "'\(parameter.name)' of '\(function.name)' must be \(parameter.kinds.text), got \(type.text)")
    }
    texts(function, given, receiver: receiver, place)
    if function.name == "table.insert", given.count == 3, let position = given.dropFirst().first {
      needs(.number, position, "the position for 'table.insert'")
    }
  }

  static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }

  // MARK: Results

  /// Judges a call whose results nobody takes.
  func discarded(_ call: Expression) {
    value(call, isUsed: false)
    guard case .chain(_, let suffixes) = call.kind, let last = suffixes.last else { return }
    guard case .function(let callable) = callee(call, suffixes) else { return }
    let place = SourceRange(call.range.start, last.range.end)
    var callee = SourceRange(call.range.start, last.range.start)
    if case .method(_, let nameRange, _) = last.kind { callee.end = nameRange.end }
    if found.hasError(within: callee) { return }
    switch callable {
    case .declared(let declaration, _) where declaration.documentation.mustUse:
      found.add("unused-result", place, "the result of '\(declaration.name)' is not used", hint: declaration.summary)
    case .standard(let function) where function.isPure:
      found.add(
        "unused-result", place, "the result of '\(function.name)' is not used",
        hint: function.name.hasPrefix("string.") ? "strings do not change in place" : "the call does nothing else")
    default: break
    }
  }

  private func callee(_ call: Expression, _ suffixes: [Suffix]) -> ValueType {
    let receiver = inference.prefix(call, suffixes.count - 1).first ?? .unknown
    guard case .method(let name, _, _)? = suffixes.last?.kind else { return receiver }
    if case .found(let type) = inference.member(of: receiver, name) { return type }
    return .unknown
  }

  /// Judges a call whose result is taken.
  func resultUsed(_ call: Expression, _ suffixes: [Suffix]) {
    guard case .function(.declared(let declaration, _)) = callee(call, suffixes) else { return }
    if let instead = declaration.documentation.deprecated {
      found.add("deprecated", call.range, "'\(declaration.name)' is deprecated", hint: instead)
    }
    guard declaration.returns.isEmpty else { return }
    found.add("no-result", call.range, "'\(declaration.name)' gives no result")
  }

  /// Judges what stands behind `in`.
  func iterator(_ values: [Expression]) {
    guard let first = values.first else { return }
    let type = inference.value(values, 0)
    for alternative in type.alternatives {
      switch alternative {
      case .nil, .boolean, .integer, .float, .string, .module, .library: continue
      case .table(let shape) where shape.variable == nil || shape.variable?.escapes == 0: continue
      case .host(let declared) where cannotCall(declared): continue
      default: return
      }
    }
    let isTable = ValueKinds(type) == .table
    found.add(
      "call-non-function", first.range, "a 'for' cannot loop over \(type.text)",
      hint: isTable ? "write ipairs(\(tree.source.text(first.range).prefix(40))), or pairs(…)" : "it needs an iterator")
  }
}
