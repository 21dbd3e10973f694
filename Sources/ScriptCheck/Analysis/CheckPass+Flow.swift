extension CheckPass {
  /// Tells of the first statement of a block that is never reached.
  func reachability(_ block: Block) {
    var isOver = false
    for statement in block.statements {
      switch statement.kind {
      // A goto may lead there.
      case .label(let label): if label.isUsed { isOver = false }
      case .empty: continue
      default:
        if isOver {
          return found.add("unreachable-code", head(statement), "this is never reached")
        }
      }
      if flow.leaves(statement) { isOver = true }
    }
  }

  /// The first line of a statement.
  private func head(_ statement: Statement) -> SourceRange {
    let line = tree.source.lineRange(tree.source.line(statement.range.start))
    return SourceRange(statement.range.start, min(statement.range.end, line.end))
  }

  private var flow: Flow { Flow(inference: inference) }

  func endlessLoop(_ statement: Statement, _ condition: Expression, _ block: Block) {
    guard block.statements.allSatisfy({ if case .empty = $0.kind { true } else { false } }) else { return }
    guard Flow.isConstantlyTrue(condition) else { return }
    found.add("endless-loop", head(statement), "this loop does nothing for ever", hint: "task.sleep waits")
  }

  func emptyBranches(_ statement: Statement, _ branches: [Statement.Branch], _ otherwise: Block?) {
    guard let branch = branches.first, branches.count == 1, otherwise == nil, branch.block.statements.isEmpty else {
      return
    }
    let inside = SourceRange(branch.condition.range.end, statement.range.end)
    if tree.hasComment(within: inside) { return }
    found.add("empty-branch", head(statement), "this branch is empty")
  }

  func selfAssignment(_ statement: Statement, _ targets: [Expression], _ values: [Expression]) {
    guard targets.count == 1, values.count == 1, let target = targets[0].nameUse, let value = values[0].nameUse else {
      return
    }
    guard target.name == value.name, target.variable === value.variable else { return }
    found.add("self-assignment", statement.range, "'\(target.name)' is assigned to itself")
  }

  func loopRange(_ statement: Statement, _ start: Expression, _ limit: Expression, _ step: Expression?) {
    let stepValue = step.map(\.integerLiteral) ?? 1
    guard let stepValue else { return }
    let range = start.range.to(limit.range)
    if stepValue == 0, let step {
      return found.add(
        "loop-range", step.range, "the step is 0", hint: "Lua raises \"'for' step is zero\"", severity: .error)
    }
    if case .unary(.length, _) = start.kind, let end = limit.integerLiteral, end <= 1, stepValue > 0 {
      return found.add(
        "loop-range", range, "this loop counts up from a length to \(end)", hint: "add the step -1 to count down")
    }
    guard let first = start.integerLiteral, let last = limit.integerLiteral else { return }
    if stepValue > 0 ? first > last : first < last {
      found.add(
        "loop-range", range, "this loop never runs: from \(first) to \(last) by \(stepValue)",
        hint: stepValue > 0 ? "add the step -1 to count down" : "leave out the step to count up")
    }
  }

  func duplicateKeys(_ constructor: TableConstructor) {
    var seen: [String: SourceRange] = [:]
    var position: Int64 = 0
    for item in constructor.items {
      let key: String
      switch item.key {
      case .positional:
        position += 1
        key = "[\(position)]"
      case .name(let name): key = name
      case .computed(let expression):
        if let name = expression.stringLiteral {
          key = name
        } else if let number = expression.integerLiteral {
          key = "[\(number)]"
        } else {
          continue
        }
      }
      if let first = seen[key] {
        found.add(
          "duplicate-key", item.keyRange, "the key '\(key)' stands twice in this table; the last one counts",
          related: [("it stands here first", first)])
      } else {
        seen[key] = item.keyRange
      }
    }
  }
}
