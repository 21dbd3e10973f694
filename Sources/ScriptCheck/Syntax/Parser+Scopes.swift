extension Parser {
  // MARK: Variables

  /// Names a local; it can be seen from `activate` on.
  func declare(
    _ name: String, _ range: SourceRange, _ kind: Variable.Kind, attribute: Variable.Attribute = .none
  ) -> Variable {
    let variable = Variable(name, range, kind, attribute: attribute, function: function.number)
    reserve(1, range)
    variables.append(variable)
    return variable
  }

  /// Counts locals that have no name, as a `for` has them.
  func reserve(_ count: Int, _ range: SourceRange) {
    function.pending += count
    if function.active.count + function.pending > 200 { limit("local variables", 200, range) }
  }

  func activate(_ variables: [Variable], unnamed: Int = 0) {
    for index in 0..<unnamed {
      let hidden = Variable("(for state)", SourceRange(index, index), .loop, function: function.number)
      function.active.append(hidden)
    }
    for variable in variables {
      variable.hidden = visible[variable.name]?.last
      visible[variable.name, default: []].append(variable)
      function.active.append(variable)
    }
    function.pending = max(0, function.pending - variables.count - unnamed)
  }

  private func deactivate(to count: Int) {
    while function.active.count > count {
      let variable = function.active.removeLast()
      if visible[variable.name]?.last === variable { visible[variable.name]?.removeLast() }
    }
  }

  /// What a name means here.
  func resolve(_ name: String, _ range: SourceRange) -> NameUse {
    let variable = find(name, range)
    var environment: Variable?
    if variable == nil {
      environment = find("_ENV", range)
      if environment == nil { useGlobals(range) }
    }
    let use = NameUse(
      name, range, variable, environment: environment, isInFunction: function.parent != nil)
    if variable == nil { globals.append(use) }
    return use
  }

  private func find(_ name: String, _ range: SourceRange) -> Variable? {
    guard let variable = visible[name]?.last else { return nil }
    guard variable.function != function.number else { return variable }
    variable.isCaptured = true
    guard !variable.isCompileTimeConstant else { return variable }
    var scope: FunctionScope? = function
    while let current = scope, current.number != variable.function {
      if current.capture(variable) { limit("upvalues", 255, range) }
      scope = current.parent
    }
    return variable
  }

  private func useGlobals(_ range: SourceRange) {
    var scope: FunctionScope? = function
    while let current = scope {
      if current.useGlobals() { limit("upvalues", 255, range) }
      scope = current.parent
    }
  }

  // MARK: Blocks

  func enterBlock(isLoop: Bool) {
    function.block = BlockScope(
      previous: function.block, isLoop: isLoop, activeCount: function.active.count, firstLabel: labels.count,
      firstGoto: gotos.count)
  }

  func leaveBlock() {
    guard let block = function.block else { return }
    deactivate(to: block.activeCount)
    if block.isLoop {
      settle(
        VisibleLabel(
          declaration: nil, name: "break", range: SourceRange(0, 0), activeCount: function.active.count),
        from: block.firstGoto)
    }
    function.block = block.previous
    labels.removeSubrange(min(block.firstLabel, labels.count)...)
    if block.previous != nil {
      for index in gotos.indices.dropFirst(block.firstGoto) {
        gotos[index].activeCount = min(gotos[index].activeCount, block.activeCount)
      }
    } else {
      for pending in gotos.dropFirst(block.firstGoto) { undefined(pending) }
      gotos.removeSubrange(min(block.firstGoto, gotos.count)...)
    }
  }

  private func undefined(_ pending: PendingGoto) {
    if pending.isBreak { return semantic("'break' outside of a loop", pending.range) }
    let all = labelDeclarations.map(\.name)
    semantic(
      "no visible label '\(pending.name)' for this goto", pending.range,
      hint: all.contains(pending.name)
        ? "a label can be seen in its block and the blocks inside, not from elsewhere"
        : Suggestions.hint(for: pending.name, in: all))
  }

  // MARK: Labels

  func jump(to name: String, _ range: SourceRange) {
    if let label = labels.dropFirst(function.firstLabel).first(where: { $0.name == name }) {
      label.declaration?.isUsed = true
      return
    }
    gotos.append(PendingGoto(name: name, range: range, activeCount: function.active.count, isBreak: false))
  }

  func jumpOut(_ range: SourceRange) {
    gotos.append(PendingGoto(name: "break", range: range, activeCount: function.active.count, isBreak: true))
  }

  func define(_ declaration: LabelDeclaration, isLast: Bool) {
    guard let block = function.block else { return }
    let label = VisibleLabel(
      declaration: declaration, name: declaration.name, range: declaration.range,
      activeCount: isLast ? block.activeCount : function.active.count)
    labels.append(label)
    settle(label, from: block.firstGoto)
  }

  func checkRepeated(_ name: String, _ range: SourceRange) {
    guard let other = labels.dropFirst(function.firstLabel).first(where: { $0.name == name }) else { return }
    semantic(
      "label '\(name)' is defined already", range, related: ("the first one is here", other.range))
  }

  /// Leads pending jumps of the block to a label.
  private func settle(_ label: VisibleLabel, from first: Int) {
    var kept: [PendingGoto] = []
    for pending in gotos.dropFirst(first) {
      guard pending.name == label.name, pending.isBreak == (label.declaration == nil) else {
        kept.append(pending)
        continue
      }
      label.declaration?.isUsed = true
      if pending.activeCount < label.activeCount {
        let variable = function.active[min(pending.activeCount, function.active.count - 1)]
        semantic(
          "goto '\(pending.name)' jumps into the scope of local '\(variable.name)'", pending.range,
          hint: "declare the local before the goto, or put the rest into do … end",
          related: ("'\(variable.name)' is declared here", variable.range))
      }
    }
    gotos.replaceSubrange(min(first, gotos.count)..., with: kept)
  }
}
