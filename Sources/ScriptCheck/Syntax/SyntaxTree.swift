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

  /// Whether the tree is as the script was meant: then it can be judged further.
  var isWhole: Bool { !problems.contains(where: \.isStructural) }
}
