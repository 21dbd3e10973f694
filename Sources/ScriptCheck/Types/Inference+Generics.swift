import LuaHost

extension Inference {
  /// What the type parameters of a declared function stand for in a call.
  func bindings(_ declaration: FunctionDeclaration, _ arguments: CallArguments) -> [String: LuaType] {
    let forms = [declaration.parameters] + declaration.documentation.overloads.map(\.parameters)
    let given = arguments.expressions
    // The form is chosen by the number of arguments.
    guard let form = forms.first(where: { $0.count == given.count }) else { return [:] }
    var bound: [String: LuaType] = [:]
    for (parameter, argument) in zip(form, given) {
      switch parameter.type {
      case .list(.generic(let name)):
        if case .host(.list(let item)) = type(argument) { bound[name] = item }
        if case .table(let shape) = type(argument), let item = itemType(shape) { bound[name] = item }
      case .callback(let signature):
        guard case .generic(let name)? = signature.returns.first?.type,
          case .function(let callable) = type(argument)
        else { continue }
        let results: Results =
          switch callable {
          case .script(let body): self.results(body)
          case .declared(let function, _):
            Results(types: function.returns.map { .declared($0.type, optional: $0.optional) }, isOpen: false)
          default: .unknown
          }
        if let type = results.first, let declared = Self.declared(type) { bound[name] = declared }
      default: continue
      }
    }
    return bound
  }

  /// The one type that all items of a table have.
  private func itemType(_ shape: TableShape) -> LuaType? {
    guard shape.variable == nil || shape.variable?.escapes == 0 else { return nil }
    var found: LuaType?
    for item in shape.constructor.items {
      guard case .positional = item.key, let type = Self.declared(type(item.value)) else { return nil }
      if let known = found, known.name != type.name { return nil }
      found = type
    }
    return found
  }

  /// A type as a declaration would spell it.
  private static func declared(_ type: ValueType) -> LuaType? {
    switch type {
    case .host(let type): type
    case .string: .string
    case .integer: .integer
    case .float: .number
    case .boolean: .boolean
    default: nil
    }
  }

  static func substituted(_ type: LuaType, _ bound: [String: LuaType]) -> LuaType {
    switch type {
    case .generic(let name): bound[name] ?? .any
    case .list(let item): .list(substituted(item, bound))
    default: type
    }
  }

  /// The type of a parameter of a function that is written down as an argument of a call.
  func callbackParameter(_ site: CallSite, _ position: Int) -> ValueType {
    guard case .chain(_, let suffixes) = site.chain.kind else { return .unknown }
    let before = prefix(site.chain, site.suffix).first ?? .unknown
    let callee: ValueType
    let arguments: CallArguments
    var skipped = 0
    switch suffixes[site.suffix].kind {
    case .call(let given):
      callee = before
      arguments = given
      if case .function(.declared(_, isMethod: true)) = callee { skipped = 1 }
    case .method(let name, _, let given):
      guard case .found(let member) = member(of: before, name) else { return .unknown }
      callee = member
      arguments = given
    default: return .unknown
    }
    guard case .function(.declared(let declaration, _)) = callee else { return .unknown }
    let forms = [declaration.parameters] + declaration.documentation.overloads.map(\.parameters)
    let count = arguments.expressions.count - skipped
    let form = forms.first { $0.count == count } ?? declaration.parameters
    let place = site.argument - skipped
    guard place >= 0, place < form.count else { return .unknown }
    let given = site.field.map { Self.field(form[place].type, $0) } ?? form[place].type
    guard let signature = given.flatMap(Self.signature) else { return .unknown }
    guard position < signature.parameters.count else { return .unknown }
    let parameter = signature.parameters[position]
    var type = parameter.type
    if case .generic(let name) = type {
      guard let bound = elementBinding(name, form, arguments) else { return .unknown }
      type = bound
    }
    return .declared(type, optional: parameter.optional)
  }

  private func elementBinding(_ name: String, _ form: [HostParameter], _ given: CallArguments) -> LuaType? {
    for (parameter, argument) in zip(form, given.expressions) {
      guard case .list(.generic(name)) = parameter.type else { continue }
      if case .host(.list(let item)) = type(argument) { return item }
      if case .table(let shape) = type(argument) { return itemType(shape) }
    }
    return nil
  }

  /// The type of a field of a table that is given.
  private static func field(_ type: LuaType, _ name: String) -> LuaType? {
    switch type {
    case .record(let record): record.fields.first { $0.name == name }?.type
    case .union(let types): types.compactMap { field($0, name) }.first
    case .alias(let alias): field(alias.type, name)
    default: nil
    }
  }

  /// The signature of a callback, alone or among other things that may be given.
  private static func signature(_ type: LuaType) -> LuaSignature? {
    switch type {
    case .callback(let signature): signature
    case .union(let types): types.compactMap(signature).first
    case .alias(let alias): signature(alias.type)
    default: nil
    }
  }
}
