/// A script that was read.
final class SyntaxTree {
  let source: SourceText
  let main: FunctionBody
  let problems: [SyntaxProblem]
  let comments: [Comment]
  let variables: [Variable]
  let globals: [NameUse]
  let labels: [LabelDeclaration]
  let functions: [FunctionBody]

  init(
    source: SourceText, main: FunctionBody, problems: [SyntaxProblem], comments: [Comment], variables: [Variable],
    globals: [NameUse], labels: [LabelDeclaration], functions: [FunctionBody]
  ) {
    self.source = source
    self.main = main
    self.problems = problems
    self.comments = comments
    self.variables = variables
    self.globals = globals
    self.labels = labels
    self.functions = functions
  }

  /// Whether a comment begins in a stretch of the source.
  func hasComment(within range: SourceRange) -> Bool {
    var (low, high) = (0, comments.count)
    while low < high {
      let middle = (low + high) / 2
      if comments[middle].range.start < range.start { low = middle + 1 } else { high = middle }
    }
    return low < comments.count && comments[low].range.start < range.end
  }

  /// Whether the tree is as the script was meant: then it can be judged further.
  var isWhole: Bool { !problems.contains(where: \.isStructural) }
}
