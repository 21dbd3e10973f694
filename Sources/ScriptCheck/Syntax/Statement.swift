/// A statement with the place it stands at.
final class Statement {
  let range: SourceRange
  let kind: Kind

  enum Kind {
    case local([Variable], [Expression])
    case assignment([Expression], [Expression])
    case call(Expression)
    case `do`(Block)
    case `while`(Expression, Block)
    case `repeat`(Block, Expression)
    case `if`([Branch], Block?)
    case numericFor(Variable, start: Expression, limit: Expression, step: Expression?, Block)
    case genericFor([Variable], [Expression], Block)
    case function(Expression, FunctionBody)
    case localFunction(Variable, FunctionBody)
    case `return`([Expression])
    case `break`
    case goto(String)
    case label(LabelDeclaration)
    case empty
  }

  struct Branch {
    let condition: Expression
    let block: Block
  }

  init(_ kind: Kind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }
}

final class Block {
  let statements: [Statement]
  let range: SourceRange

  init(_ statements: [Statement], _ range: SourceRange) {
    self.statements = statements
    self.range = range
  }
}

final class LabelDeclaration {
  let name: String
  let range: SourceRange
  var isUsed = false

  init(_ name: String, _ range: SourceRange) {
    self.name = name
    self.range = range
  }
}
