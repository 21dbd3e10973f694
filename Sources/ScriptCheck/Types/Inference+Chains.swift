import LuaHost

extension Inference {
  /// The values of a chain up to a number of suffixes: for the last one all, if it is a call.
  func prefix(_ chain: Expression, _ count: Int) -> Results {
    guard case .chain(let base, let suffixes) = chain.kind else { return Results(types: [type(chain)], isOpen: false) }
    let key = ObjectIdentifier(chain)
    if let known = prefixes[key], count < known.count { return known[count] }
    let (steps, isFinal) = ask(key, otherwise: [Results.unknown]) {
      var steps = prefixes[key] ?? [Results(types: [type(base)], isOpen: false)]
      prefixes[key] = nil
      for suffix in suffixes[(steps.count - 1)..<min(count, suffixes.count)] {
        steps.append(step(suffix, steps[steps.count - 1].first ?? .nil, chain))
      }
      return steps
    }
    if isFinal { prefixes[key] = steps }
    return steps[steps.count - 1]
  }

  private func step(_ suffix: Suffix, _ receiver: ValueType, _ chain: Expression) -> Results {
    switch suffix.kind {
    case .field(let name): Results(types: [fieldType(receiver, name)], isOpen: false)
    case .index(let key): Results(types: [elementType(receiver, key)], isOpen: false)
    case .call(let arguments): results(receiver, arguments, receiver: nil, chain)
    case .method(let name, _, let arguments):
      results(fieldType(receiver, name), arguments, receiver: receiver, chain)
    }
  }

  private func fieldType(_ type: ValueType, _ name: String) -> ValueType {
    if case .found(let type) = member(of: type, name) { type } else { .unknown }
  }

  private func elementType(_ type: ValueType, _ key: Expression) -> ValueType {
    if let name = key.stringLiteral { return fieldType(type, name) }
    let isNumber = ValueKinds(self.type(key)) == .number
    var found: [ValueType] = []
    for alternative in type.alternatives {
      switch alternative {
      case .nil: continue
      case .host(let declared):
        guard isNumber, let element = element(of: declared) else { return .unknown }
        found.append(element)
      default: return .unknown
      }
    }
    // An index can be too large.
    return found.isEmpty ? .unknown : .joined(found)
  }

  /// What the numbered elements of a declared type are; nil when it has none.
  func element(of type: LuaType) -> ValueType? {
    switch type {
    case .list(let item): .declared(item, optional: false)
    case .object(let name): index.objects[name]?.elementType.map { .declared($0, optional: false) }
    case .alias(let alias): element(of: alias.type)
    default: nil
    }
  }

  // MARK: Calls

  /// What a call gives.
  func results(
    _ callee: ValueType, _ arguments: CallArguments, receiver: ValueType?, _ chain: Expression
  ) -> Results {
    guard case .function(let callable) = callee else { return .unknown }
    switch callable {
    case .declared(let declaration, _):
      return results(declaration.returns, declaration, arguments)
    case .signature(let signature):
      return Results(
        types: signature.returns.map { .declared($0.type, optional: $0.optional) },
        isOpen: signature.returns.contains { $0.name == "..." })
    case .standard(let function): return results(function, arguments, chain)
    case .script(let body): return results(body)
    }
  }

  private func results(
    _ returns: [HostParameter], _ declaration: FunctionDeclaration, _ arguments: CallArguments
  ) -> Results {
    guard !returns.contains(where: { $0.name == "..." || $0.variadic }) else { return .unknown }
    let generics = bindings(declaration, arguments)
    return Results(
      types: returns.map { .declared(Self.substituted($0.type, generics), optional: $0.optional) }, isOpen: false)
  }

  private func results(_ function: StandardFunction, _ arguments: CallArguments, _ chain: Expression) -> Results {
    let given = arguments.expressions
    switch function.name {
    case "assert":
      guard let first = given.first else { return .unknown }
      let truthy = type(first).alternatives.filter { if case .nil = $0 { false } else { true } }
      return truthy.isEmpty ? .unknown : Results(types: [.joined(truthy)], isOpen: true)
    case "require":
      guard let name = given.first?.stringLiteral else { return .unknown }
      if index.modules[name] != nil { return Results(types: [.module(name)], isOpen: true) }
      if library.hasLibrary(name), library.grant(ofLibrary: name).isGiven(sandbox), !index.hasModule(name) {
        return Results(types: [.library(name)], isOpen: true)
      }
      guard let tree = treeOfRequire[ObjectIdentifier(chain)] else { return .unknown }
      return Results(types: [moduleType(name, tree)], isOpen: true)
    case "string.format", "tostring", "table.concat": return Results(types: [.string(nil)], isOpen: false)
    case "os.date":
      let format = given.first?.stringLiteral
      let isText = given.isEmpty || format.map { !$0.contains("*t") } == true
      return isText ? Results(types: [.string(nil)], isOpen: false) : .unknown
    case "math.type":
      return Results(types: [.either([.host(.enumeration(["integer", "float"])), .nil])], isOpen: false)
    default: return Results(types: function.returns.map(\.type), isOpen: function.returns.isEmpty ? false : true)
    }
  }

  /// What a function of the script gives: whatever one of its return statements says.
  func results(_ body: FunctionBody) -> Results {
    if body.returns.isEmpty { return .nothing }
    return once(body) { returned(body) }
  }

  private func returned(_ body: FunctionBody) -> Results {
    let fallsThrough = !Flow(inference: self).leaves(body.block)
    let isOpen = body.returns.contains { $0.last?.isOpen == true }
    let most = body.returns.map(\.count).max() ?? 0
    var types: [ValueType] = []
    for position in 0..<most {
      var each = body.returns.map { value($0, position) }
      if fallsThrough { each.append(.nil) }
      types.append(.joined(each))
    }
    return Results(types: types, isOpen: isOpen)
  }

  // MARK: Loops

  /// A variable of a generic `for`.
  func turn(_ list: [Expression], _ index: Int) -> ValueType {
    guard let first = list.first else { return .unknown }
    if case .chain(_, let suffixes) = first.inner.kind, case .call(let arguments)? = suffixes.last?.kind,
      case .function(.standard(let function)) = prefix(first.inner, suffixes.count - 1).first ?? .unknown
    {
      return turn(function, arguments, index)
    }
    guard list.count == 1 else { return .unknown }
    var found: [ValueType] = []
    for alternative in type(first).alternatives {
      guard case .host(let declared) = alternative, let values = turns(of: declared) else { return .unknown }
      found.append(index < values.count ? values[index] : .nil)
    }
    return .joined(found)
  }

  private func turns(of type: LuaType) -> [ValueType]? {
    switch type {
    case .iterator(let values):
      values.map { .declared($0.type, optional: $0.optional && $0.name != values.first?.name) }
    case .alias(let alias): turns(of: alias.type)
    default: nil
    }
  }

  private func turn(_ function: StandardFunction, _ arguments: CallArguments, _ index: Int) -> ValueType {
    guard let given = arguments.expressions.first else { return .unknown }
    switch function.name {
    case "ipairs":
      if index == 0 { return .integer(nil) }
      var found: [ValueType] = []
      for alternative in type(given).alternatives {
        switch alternative {
        case .nil: continue
        case .host(let declared):
          guard let element = element(of: declared) else { return .unknown }
          found.append(element)
        default: return .unknown
        }
      }
      return index == 1 && !found.isEmpty ? .joined(found) : .unknown
    case "pairs":
      guard case .host(let declared) = type(given) else { return .unknown }
      switch (declared, index) {
      case (.list, 0): return .integer(nil)
      case (.list(let item), 1): return .declared(item, optional: false)
      case (.map, 0), (.record, 0): return .string(nil)
      default: return .unknown
      }
    default: return .unknown
    }
  }
}
