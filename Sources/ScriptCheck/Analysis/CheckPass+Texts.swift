extension CheckPass {
  /// Judges formats and patterns that are written down.
  func texts(_ function: StandardFunction, _ given: [Expression], receiver: ValueType?, _ place: SourceRange) {
    let shift = receiver == nil ? 0 : 1
    func text(_ index: Int) -> (text: String, range: SourceRange)? {
      if index < shift { return receiver?.literalText.map { ($0, place) } }
      guard index - shift < given.count, let text = given[index - shift].stringLiteral else { return nil }
      return (text, given[index - shift].range)
    }
    switch function.name {
    case "string.format":
      guard let format = text(0) else { return }
      self.format(format.text, format.range, Array(given.dropFirst(1 - shift)))
    case "string.find" where given.count + shift < 4, "string.match", "string.gmatch", "string.gsub":
      guard let pattern = text(1), let problem = PatternSyntax.problem(Array(pattern.text.utf8)) else { return }
      found.add("pattern", pattern.range, problem.message, hint: problem.hint)
    default: break
    }
  }

  private func format(_ format: String, _ range: SourceRange, _ values: [Expression]) {
    let parsed: [FormatSyntax.Directive]
    switch FormatSyntax.directives(format) {
    case .failure(let problem): return found.add("format-string", range, problem.message)
    case .success(let directives): parsed = directives
    }
    let isOpen = values.last?.isOpen == true
    if !isOpen, values.count < parsed.count {
      return found.add(
        "format-string", range,
        "the format has \(Self.count(parsed.count, "directive")), but \(values.count == 0 ? "no value is" : "only \(Self.count(values.count, "value")) \(values.count == 1 ? "is" : "are")") given"
      )
    }
    if values.count > parsed.count, let extra = values.dropFirst(parsed.count).first,
      !(isOpen && values.count == parsed.count + 1)
    {
      found.add(
        "extra-argument", extra.range,
        "the format has \(Self.count(parsed.count, "directive")), this value is not shown")
    }
    for (directive, value) in zip(parsed, values) {
      let type = inference.type(value)
      guard directive.needsNumber else { continue }
      if ValueKinds(type).isDisjoint(with: [.number, .string]) {
        found.add(
          "format-string", value.range, "'%\(directive.letter)' takes a number, got \(type.text)")
      } else if directive.needsInteger, case .float(let number?) = type, Int64(exactly: number) == nil {
        found.add(
          "format-string", value.range, "'%\(directive.letter)' takes an integer, got \(type.text)",
          hint: "use %g or %.2f, or math.floor")
      }
    }
  }
}
