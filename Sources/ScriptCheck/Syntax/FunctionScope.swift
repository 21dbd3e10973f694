/// What the parser knows of a function while it reads it, for names and for the limits of Lua's compiler.
final class FunctionScope {
  let parent: FunctionScope?
  let number: Int
  let isVararg: Bool
  /// Where it begins; nil for the main chunk.
  let start: Int?
  /// The locals that can be seen, in order.
  var active: [Variable] = []
  /// Locals that are named already and can be seen from the end of their statement on.
  var pending = 0
  private var upvalues: Set<ObjectIdentifier> = []
  private var upvalueCount = 0
  private var usesGlobals: Bool
  let firstLabel: Int
  var block: BlockScope?
  var returns: [[Expression]] = []
  /// Limits that were told of already.
  var told: Set<String> = []

  init(parent: FunctionScope?, number: Int, isVararg: Bool, start: Int?, firstLabel: Int) {
    self.parent = parent
    self.number = number
    self.isVararg = isVararg
    self.start = start
    self.firstLabel = firstLabel
    // The main chunk has _ENV from outside, before anything else.
    usesGlobals = parent == nil
    upvalueCount = parent == nil ? 1 : 0
  }

  /// Notes that a variable of an outer function is used here.
  /// - Returns: Whether that is one too many.
  func capture(_ variable: Variable) -> Bool {
    guard upvalues.insert(ObjectIdentifier(variable)).inserted else { return false }
    upvalueCount += 1
    return upvalueCount > 255
  }

  /// Notes that a global is used here.
  func useGlobals() -> Bool {
    if usesGlobals { return false }
    usesGlobals = true
    upvalueCount += 1
    return upvalueCount > 255
  }
}

/// A block while it is read.
final class BlockScope {
  let previous: BlockScope?
  let isLoop: Bool
  let activeCount: Int
  let firstLabel: Int
  let firstGoto: Int

  init(previous: BlockScope?, isLoop: Bool, activeCount: Int, firstLabel: Int, firstGoto: Int) {
    self.previous = previous
    self.isLoop = isLoop
    self.activeCount = activeCount
    self.firstLabel = firstLabel
    self.firstGoto = firstGoto
  }
}

/// A jump whose label has not been met yet.
struct PendingGoto {
  let name: String
  let range: SourceRange
  var activeCount: Int
  let isBreak: Bool
}

/// A label that can be jumped to.
struct VisibleLabel {
  let declaration: LabelDeclaration?
  let name: String
  let range: SourceRange
  let activeCount: Int
}

/// A word that opened a block, so that messages can name it.
struct Opener {
  let kind: TokenKind
  let range: SourceRange
  /// How many brackets are open around it.
  let brackets: Int
}

/// Ends the reading of a statement whose problem was told.
struct SyntaxFailure: Error {}
