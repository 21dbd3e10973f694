import LuaHost

extension CheckPass {
  /// Judges the arguments of a declared function, without a receiver.
  func arguments(
    _ declaration: FunctionDeclaration, _ given: [Expression], _ place: SourceRange, isValidated: Bool = false
  ) {
    let forms = [declaration.parameters] + declaration.documentation.overloads.map(\.parameters)
    let isOpen = given.last?.isOpen == true
    let fitting = forms.filter { form in
      let most = form.last?.variadic == true ? Int.max : form.count
      let least = (form.lastIndex { !$0.optional && !acceptsNil($0.type) } ?? -1) + 1
      return (isOpen ? given.count - 1 : given.count) <= most && (isOpen || given.count >= least)
    }
    guard let form = fitting.first else { return miscounted(declaration, forms[0], given, place) }
    if fitting.count > 1, forms.count > 1 { return }
    // Rules say more than lists of known words.
    saysUnknownValues = !isJudged(declaration, given)
    defer { saysUnknownValues = true }
    for (index, argument) in given.enumerated() {
      if index == given.count - 1, argument.isOpen, !isSingle(argument) { break }
      guard let parameter = index < form.count ? form[index] : form.last?.variadic == true ? form.last : nil else {
        break
      }
      check(
        argument, parameter.type, optional: parameter.optional,
        Subject(name: parameter.name, of: declaration.name, isField: false))
    }
    if !isValidated { literal(declaration, given) }
  }

  /// Whether a call gives one value for sure.
  private func isSingle(_ expression: Expression) -> Bool {
    guard case .chain(_, let suffixes) = expression.kind else { return false }
    let results = inference.prefix(expression, suffixes.count)
    return results.count == 1 && !results.isOpen
  }

  private func acceptsNil(_ type: LuaType) -> Bool { ValueKinds(type).contains(.nil) }

  private func miscounted(
    _ declaration: FunctionDeclaration, _ form: [HostParameter], _ given: [Expression], _ place: SourceRange
  ) {
    let least = (form.lastIndex { !$0.optional && !acceptsNil($0.type) } ?? -1) + 1
    if given.count < least {
      let missing = form[min(given.count, form.count - 1)]
      found.add(
        "argument-count", place, "'\(declaration.name)' needs \(Self.count(least, "argument")), got \(given.count)",
        hint: "\(declaration.callForm): '\(missing.name)' is missing")
    } else if let extra = given.dropFirst(form.count).first {
      found.add(
        "argument-count", extra.range,
        "'\(declaration.name)' takes \(form.isEmpty ? "no arguments" : "at most \(Self.count(form.count, "argument"))"), got \(given.count)",
        hint: declaration.callForm)
    }
  }

  /// What a value is given for, for messages.
  struct Subject {
    let name: String
    let of: String
    let isField: Bool

    var text: String { isField ? "the field '\(name)'" : "'\(name)' of '\(of)'" }
  }

  // MARK: Values

  /// Judges a value against a declared type.
  func check(_ expression: Expression, _ type: LuaType, optional: Bool, _ subject: Subject) {
    let expression = expression.inner
    if case .table(let constructor) = expression.kind, ValueKinds(type).contains(.table) {
      return table(constructor, type, subject)
    }
    if let variable = expression.nameUse?.variable, variable.sources.count == 1, ValueKinds(type).contains(.table),
      case .values(let list, let place)? = variable.sources.first, place < list.count,
      case .table(let constructor) = list[place].kind
    {
      return table(constructor, type, subject, variable: variable)
    }
    let given = inference.type(expression)
    if let text = given.literalText, let problem = word(text, type) {
      if problem.rule == "unknown-value", !saysUnknownValues { return }
      return found.add(problem.rule, expression.range, "\(subject.text): \(problem.message)", hint: problem.hint)
    }
    var kinds = ValueKinds(given)
    if optional || ValueKinds(type).contains(.nil) { kinds.remove(.nil) }
    if kinds.isEmpty { return }
    let wanted = ValueKinds(type)
    if kinds.isDisjoint(with: wanted) { return mismatch(expression, given, type, subject) }
    if case .integer = type, case .float(let value?) = given, Int64(exactly: value) == nil {
      return mismatch(expression, given, type, subject)
    }
    let objects = given.alternatives.compactMap { if case .host(.object(let name)) = $0 { name } else { nil } }
    if case .object(let name) = type, !objects.isEmpty, objects.count == given.alternatives.count,
      !objects.contains(name)
    {
      mismatch(expression, given, type, subject)
    }
  }

  private func mismatch(_ expression: Expression, _ given: ValueType, _ type: LuaType, _ subject: Subject) {
    found.add(
      "argument-type", expression.range,
      "\(subject.text) must be \(ValueType.article(type.documentedName)), got \(given.text)", hint: makerHint(type))
  }

  private func makerHint(_ type: LuaType) -> String? {
    guard case .object(let name) = type else { return nil }
    let makers = inference.index.makers(of: name)
    return makers.isEmpty
      ? nil : "\(makers.prefix(3).joined(separator: ", ")) \(makers.count == 1 ? "gives" : "give") one"
  }

  /// What is wrong with a word of a closed list, a duration or a size.
  private func word(_ text: String, _ type: LuaType) -> (rule: String, message: String, hint: String?)? {
    switch type {
    case .duration:
      if LuaDuration.parse(text) != nil { return nil }
      return ("wrong-value", "\"\(text.prefix(40))\" is no duration", "such as \"90s\", \"1h30m\" or \"250ms\"")
    case .size:
      if LuaSize.parse(text) != nil { return nil }
      return ("wrong-value", "\"\(text.prefix(40))\" is no size", "such as \"40GB\" or \"512MiB\"")
    case .enumeration(let words):
      if words.contains(text) { return nil }
      return (
        "wrong-value", "\"\(text.prefix(40))\" is none of \(Self.list(words))", Suggestions.hint(for: text, in: words)
      )
    case .alias(let alias):
      if let problem = word(text, alias.type) { return problem }
      let words = alias.words.map(\.word)
      guard !words.isEmpty, !words.contains(text), !alias.isClosed else { return nil }
      return (
        "unknown-value",
        "\"\(text.prefix(40))\" is not among the known values" + (words.count <= 8 ? " \(Self.list(words))" : ""),
        Suggestions.hint(for: text, in: words)
      )
    case .union(let types):
      let problems = types.filter { ValueKinds($0).contains(.string) }.map { word(text, $0) }
      return problems.isEmpty || problems.contains { $0 == nil } ? nil : problems[0]
    default: return nil
    }
  }

  static func list(_ words: [String]) -> String { words.map { "\"\($0)\"" }.joined(separator: ", ") }
}

extension ValueType {
  /// The text, if it is a known one.
  var literalText: String? {
    if case .string(let text) = self { text } else { nil }
  }
}
