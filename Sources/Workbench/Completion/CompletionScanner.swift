/// Reads Lua text up to a cursor for ``CompletionSite``.
struct CompletionScanner {
  private(set) var site = CompletionSite()
  private let characters: [Character]
  private var index = 0
  /// The dotted name, or the call, that ends where the scanner is; nil after anything else.
  private var chain: String?
  /// The chain goes on: its last character is "." or ":".
  private var isOpen = false
  /// Where the last token of the chain ended.
  private var chainEnd = 0

  init(_ text: String) { characters = Array(text) }

  mutating func run() {
    while index < characters.count {
      let character = characters[index]
      switch character {
      case _ where character.isWhitespace: index += 1
      case "\"", "'": quoted(character)
      case "-" where peek(1) == "-": comment()
      case "[" where longLevel(at: index) != nil: long(at: index)
      case _ where character == "_" || character.isASCII && character.isLetter: name()
      case _ where character.isASCII && character.isNumber: number()
      default: symbol(character)
      }
      if site.cursor != .code { return }
    }
    if let chain, chainEnd == characters.count { site.word = chain }
  }

  private func peek(_ offset: Int) -> Character? {
    index + offset < characters.count ? characters[index + offset] : nil
  }

  // MARK: Tokens

  private mutating func name() {
    let start = index
    while let next = peek(0), next == "_" || next.isASCII && (next.isLetter || next.isNumber) { index += 1 }
    let text = String(characters[start..<index])
    if isOpen, let before = chain {
      chain = before + text
    } else {
      count()
      // At the cursor it may still become another word.
      chain = LuaKeywords.set.contains(text) && index < characters.count ? nil : text
    }
    (isOpen, chainEnd) = (false, index)
  }

  private mutating func number() {
    while let next = peek(0), next == "." || next.isASCII && (next.isLetter || next.isNumber) { index += 1 }
    count()
    chain = nil
    if index == characters.count { site.cursor = .elsewhere }
  }

  private mutating func symbol(_ character: Character) {
    index += 1
    switch character {
    case ".", ":":
      let doubles = peek(0) == character
      if let before = chain, !isOpen, !doubles {
        chain = before + String(character)
        (isOpen, chainEnd) = (true, index)
        return
      }
      while peek(0) == character { index += 1 }
      end()
    case "(", "{": open(character)
    case "[":
      count()
      chain = nil
      site.frames.append(CompletionSite.Frame(opener: character))
    case ")", "}", "]": close(character)
    case ",", ";":
      if character == ";", site.frames.last?.opener != "{" { return end() }
      chain = nil
      guard !site.frames.isEmpty else { return }
      site.frames[site.frames.count - 1].index += 1
      site.frames[site.frames.count - 1].field = nil
      site.frames[site.frames.count - 1].tokens = 0
    case "=" where peek(0) != "=":
      if let name = chain, !name.contains(where: { ".:(".contains($0) }), let frame = site.frames.last,
        frame.opener == "{", frame.tokens == 1, frame.field == nil
      {
        site.frames[site.frames.count - 1].field = name
        site.frames[site.frames.count - 1].used.insert(name)
      } else {
        site.assigned = chain
      }
      chain = nil
    default:
      if "=~<>/".contains(character), peek(0) == "=" { index += 1 }
      end()
    }
  }

  /// An operator: what stands before it is no callee any more.
  private mutating func end() {
    count()
    chain = nil
    isOpen = false
  }

  private mutating func count() {
    site.assigned = nil
    guard !site.frames.isEmpty else { return }
    let last = site.frames.count - 1
    site.frames[last].tokens += 1
    // A text that something else stands beside is not the whole value.
    site.frames[last].texts[site.frames[last].index] = nil
    if let field = site.frames[last].field { site.frames[last].named[field] = nil }
  }

  // MARK: Brackets

  private mutating func open(_ opener: Character) {
    if chain == nil || isOpen { count() }
    site.assigned = nil
    site.frames.append(CompletionSite.Frame(opener: opener, callee: isOpen ? nil : chain))
    (chain, isOpen) = (nil, false)
  }

  private mutating func close(_ closer: Character) {
    let opener: Character = closer == ")" ? "(" : closer == "}" ? "{" : "["
    guard let place = site.frames.lastIndex(where: { $0.opener == opener }) else { return end() }
    let callee = site.frames[place].callee
    site.frames.removeSubrange(place...)
    chain = callee.map { $0 + "()" }
    (isOpen, chainEnd) = (false, index)
  }

  // MARK: Texts

  private mutating func quoted(_ quote: Character) {
    let callee = isOpen ? nil : chain
    index += 1
    var text = ""
    while let next = peek(0) {
      index += 1
      if next == quote { return finish(text, callee) }
      if next == "\n" { return end() }  // never closed: an error, and no string any more
      guard next == "\\" else {
        text.append(next)
        continue
      }
      guard let escaped = peek(0) else { break }
      index += 1
      text.append(escaped == "n" ? "\n" : escaped == "t" ? "\t" : escaped)
    }
    if let callee { site.frames.append(CompletionSite.Frame(opener: quote, callee: callee)) }
    site.cursor = .literal(text)
  }

  private mutating func finish(_ text: String, _ callee: String?) {
    if let callee {
      (chain, chainEnd) = (callee + "()", index)
      return
    }
    count()
    chain = nil
    guard let frame = site.frames.last else { return }
    if let field = frame.field {
      site.frames[site.frames.count - 1].named[field] = text
    } else if frame.tokens == 1 {
      site.frames[site.frames.count - 1].texts[frame.index] = text
    }
  }

  private mutating func comment() {
    index += 2
    if longLevel(at: index) != nil { return long(at: index) }
    while let next = peek(0), next != "\n" { index += 1 }
    if index == characters.count { site.cursor = .elsewhere }
  }

  /// How many "=" a long bracket that begins here has; nil for none.
  private func longLevel(at place: Int) -> Int? {
    guard place < characters.count, characters[place] == "[" else { return nil }
    var end = place + 1
    while end < characters.count, characters[end] == "=" { end += 1 }
    return end < characters.count && characters[end] == "[" ? end - place - 1 : nil
  }

  private mutating func long(at place: Int) {
    let level = longLevel(at: place) ?? 0
    let closing = ["]"] + [Character](repeating: "=", count: level) + ["]"]
    index = place + level + 2
    while index < characters.count {
      if characters[index...].starts(with: closing) {
        index += closing.count
        return end()
      }
      index += 1
    }
    site.cursor = .elsewhere
  }
}
