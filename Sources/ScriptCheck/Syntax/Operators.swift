enum UnaryOperator: Sendable {
  case minus, not, length, bitNot

  init?(_ kind: TokenKind) {
    switch kind {
    case .minus: self = .minus
    case .not: self = .not
    case .hash: self = .length
    case .tilde: self = .bitNot
    default: return nil
    }
  }

  /// How tightly it binds.
  static let priority = 12
}

enum BinaryOperator: Sendable {
  case add, subtract, multiply, modulo, power, divide, floorDivide
  case bitAnd, bitOr, bitXor, shiftLeft, shiftRight
  case concat
  case equal, notEqual, less, lessEqual, greater, greaterEqual
  case and, or

  init?(_ kind: TokenKind) {
    guard let found = Self.tokens[kind] else { return nil }
    self = found
  }

  private static let tokens: [TokenKind: BinaryOperator] = [
    .plus: .add, .minus: .subtract, .star: .multiply, .percent: .modulo, .caret: .power, .slash: .divide,
    .doubleSlash: .floorDivide, .ampersand: .bitAnd, .pipe: .bitOr, .tilde: .bitXor, .shiftLeft: .shiftLeft,
    .shiftRight: .shiftRight, .concat: .concat, .equal: .equal, .notEqual: .notEqual, .less: .less,
    .lessEqual: .lessEqual, .greater: .greater, .greaterEqual: .greaterEqual, .and: .and, .or: .or,
  ]

  /// How tightly it binds to the left and to the right; those that are tighter to the left group from the right.
  var priority: (left: Int, right: Int) {
    switch self {
    case .or: (1, 1)
    case .and: (2, 2)
    case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual: (3, 3)
    case .bitOr: (4, 4)
    case .bitXor: (5, 5)
    case .bitAnd: (6, 6)
    case .shiftLeft, .shiftRight: (7, 7)
    case .concat: (9, 8)
    case .add, .subtract: (10, 10)
    case .multiply, .divide, .floorDivide, .modulo: (11, 11)
    case .power: (14, 13)
    }
  }

  var isComparison: Bool { isEquality || isOrdering }
  var isEquality: Bool { self == .equal || self == .notEqual }
  var isOrdering: Bool { [.less, .lessEqual, .greater, .greaterEqual].contains(self) }
  var isBitwise: Bool { [.bitAnd, .bitOr, .bitXor, .shiftLeft, .shiftRight].contains(self) }
  var isLogical: Bool { self == .and || self == .or }
}
