import LuaHost

/// Whether the end of a statement can be reached.
struct Flow {
  let inference: Inference

  /// Whether nothing goes on behind a statement, as far as that is certain.
  func leaves(_ statement: Statement) -> Bool {
    switch statement.kind {
    case .return, .break, .goto: true
    case .call(let call): endsAll(call)
    case .do(let block): leaves(block)
    case .while(let condition, let block):
      Self.isConstantlyTrue(condition) && !Self.hasExit(block)
    case .repeat(let block, let condition):
      !Self.hasExit(block) && (leaves(block) || Self.isConstantlyFalse(condition))
    case .if(let branches, let otherwise):
      otherwise.map { block in leaves(block) && branches.allSatisfy { leaves($0.block) } } ?? false
    default: false
    }
  }

  /// Whether a block is left before its end. A label in it may be led to from anywhere.
  func leaves(_ block: Block) -> Bool {
    var isOver = false
    for statement in block.statements {
      if case .label(let label) = statement.kind, label.isUsed { isOver = false }
      if leaves(statement) { isOver = true }
    }
    return isOver
  }

  /// Calls that never come back.
  private func endsAll(_ call: Expression) -> Bool {
    guard case .chain(_, let suffixes) = call.kind, case .call? = suffixes.last?.kind,
      case .function(.standard(let function)) = inference.prefix(call, suffixes.count - 1).first ?? .unknown
    else { return false }
    return function.name == "error" || function.name == "os.exit"
  }

  static func isConstantlyTrue(_ condition: Expression) -> Bool {
    switch condition.inner.kind {
    case .boolean(true), .number, .string: true
    default: false
    }
  }

  static func isConstantlyFalse(_ condition: Expression) -> Bool {
    switch condition.inner.kind {
    case .boolean(false), .nil: true
    default: false
    }
  }

  /// Whether a loop can be left by a break or a goto.
  private static func hasExit(_ block: Block) -> Bool {
    block.statements.contains { statement in
      switch statement.kind {
      case .break, .goto: true
      case .do(let block): hasExit(block)
      case .if(let branches, let otherwise):
        branches.contains { hasExit($0.block) } || otherwise.map(hasExit) == true
      // The breaks of a loop inside are its own; a goto could lead out of both.
      case .while(_, let block), .repeat(let block, _), .numericFor(_, _, _, _, let block),
        .genericFor(_, _, let block):
        hasGoto(block)
      default: false
      }
    }
  }

  private static func hasGoto(_ block: Block) -> Bool {
    block.statements.contains { statement in
      switch statement.kind {
      case .goto: true
      case .do(let block), .while(_, let block), .repeat(let block, _), .numericFor(_, _, _, _, let block),
        .genericFor(_, _, let block):
        hasGoto(block)
      case .if(let branches, let otherwise):
        branches.contains { hasGoto($0.block) } || otherwise.map(hasGoto) == true
      default: false
      }
    }
  }
}
