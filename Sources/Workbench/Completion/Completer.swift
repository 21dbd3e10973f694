import LuaHost

/// What Tab does with a line: names from the session, fields and words from the declarations, values from a source.
///
/// It is used on the editing thread. Nothing of the session runs meanwhile, and no line waits longer than ``patience``.
struct Completer: Sendable {
  /// How long Tab may take; an answer that comes later is there at the next one.
  static let patience: Duration = .seconds(1)

  private static let mostInOrder = 12

  /// Everything that may be completed as a name, members with their path.
  var names: [String] = []
  var index = CompletionIndex(HostInterface(program: "", modules: []))
  var source: (any CompletionSource)?
  /// The lines of the input before this one, where it is unfinished.
  var before = ""

  func complete(_ line: String) -> LineCompletion {
    if let command = Self.command(line) { return argument(command, line) }
    if let word = Self.question(line) { return LineCompletion.choose(names.filter { !$0.hasPrefix(".") }, for: word) }
    if line.allSatisfy({ $0 == " " || $0 == "\t" }) { return .insert("  ") }
    let site = CompletionSite(before + line)
    switch site.cursor {
    case .elsewhere: return .none
    case .literal(let text): return literal(site, text, line)
    case .code: return code(site, line)
    }
  }

  // MARK: Code

  private func code(_ site: CompletionSite, _ line: String) -> LineCompletion {
    // A dot command is no Lua, but stands where Lua may.
    if line.hasPrefix(".") { return LineCompletion.choose(names, for: line) }
    if site.beginsSlot, !site.word.contains(where: { ".:(".contains($0) }) {
      let fields = index.missingFields(site)
      let found = fields.filter { $0.hasPrefix(site.word) }
      if found.count == 1, let field = found.first { return .insert(String(field.dropFirst(site.word.count)) + " = ") }
      if !found.isEmpty { return LineCompletion.choose(values: found, for: site.word) }
    }
    guard !site.word.isEmpty else { return .none }
    if let split = site.word.lastIndex(where: { ".:".contains($0) }) {
      let base = String(site.word[..<split])
      let members = index.members(of: base).map { base + $0 }
      let found = LineCompletion.choose(members, for: site.word)
      if found != .none || base.contains("(") { return found }
    }
    return LineCompletion.choose(names, for: site.word)
  }

  // MARK: Values

  private func literal(_ site: CompletionSite, _ text: String, _ line: String) -> LineCompletion {
    guard let expected = index.expected(site) ?? free(site) else { return .none }
    var words = expected.type.map(CompletionIndex.words) ?? []
    // A few stand in an order that says something, many are looked for.
    if words.count > Self.mostInOrder { words.sort() }
    let slot = CompletionSlot(
      function: expected.function, name: expected.name, text: text, siblings: expected.siblings)
    // What is typed must stand at the end of the line as it is, or replacing it would damage the line.
    guard line.hasSuffix(text) else { return .none }
    return LineCompletion.choose(values: words.isEmpty ? values(for: slot) : words, for: text, inQuotes: true)
  }

  /// `image_url = "…"` outside of any call, as in a table made beforehand or a variable of that name.
  private func free(_ site: CompletionSite) -> CompletionIndex.Expected? {
    if let name = site.assigned { return CompletionIndex.Expected(name: name) }
    guard let frame = site.frames.last, frame.opener == "{", let field = frame.field else { return nil }
    return CompletionIndex.Expected(name: field, siblings: frame.named)
  }

  private func argument(_ command: (name: String, text: String), _ line: String) -> LineCompletion {
    if command.name == ".help" {
      return LineCompletion.choose(names.filter { !$0.hasPrefix(".") }, for: command.text)
    }
    if command.name == ".time" {
      var rest = self
      rest.before = ""
      return rest.complete(command.text)
    }
    let slot = CompletionSlot(function: command.name, name: "argument", text: command.text)
    return LineCompletion.choose(values: values(for: slot), for: command.text)
  }

  /// Asks the source and waits for it, but not for long.
  private func values(for slot: CompletionSlot) -> [String] {
    guard let source else { return [] }
    let answer = LateAnswer()
    Task.detached(priority: .userInitiated) { answer.give(await source.values(for: slot)) }
    return answer.wait(for: Self.patience) ?? []
  }

  /// `.name argument`, once the space is typed.
  private static func command(_ line: String) -> (name: String, text: String)? {
    guard line.hasPrefix("."), line.dropFirst().first?.isLetter == true, let space = line.firstIndex(of: " ") else {
      return nil
    }
    return (String(line[..<space]), String(line[line.index(after: space)...].drop { $0 == " " }))
  }

  private static func question(_ line: String) -> String? {
    guard line.hasPrefix("?") else { return nil }
    return String(line.drop { $0 == "?" || $0 == " " })
  }
}
