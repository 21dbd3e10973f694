/// Formats of string.format, as Lua 5.4 reads them.
enum FormatSyntax {
  struct Directive {
    let letter: Character
    var needsNumber: Bool { "aAcdeEfgGiopuxX".contains(letter) && letter != "p" }
    var needsInteger: Bool { "cdioxX".contains(letter) }
  }

  struct Problem: Error {
    let message: String
  }

  static func directives(_ format: String) -> Result<[Directive], Problem> {
    var found: [Directive] = []
    let characters = Array(format.utf8)
    var index = 0
    while index < characters.count {
      defer { index += 1 }
      guard characters[index] == 0x25 else { continue }
      index += 1
      guard index < characters.count else {
        return .failure(Problem(message: "the format ends with a '%'; a percent sign is written %%"))
      }
      if characters[index] == 0x25 { continue }
      let start = index
      while index < characters.count, "-+#0 123456789.".utf8.contains(characters[index]) { index += 1 }
      let flags = String(decoding: characters[start..<index], as: UTF8.self)
      guard index < characters.count, let allowed = allowed(characters[index]) else {
        let text = String(decoding: characters[start..<min(index + 1, characters.count)], as: UTF8.self)
        return .failure(Problem(message: "invalid conversion '%\(text)'"))
      }
      let letter = Character(UnicodeScalar(characters[index]))
      guard isValid(flags, allowed) else {
        return .failure(Problem(message: "invalid conversion '%\(flags)\(letter)'"))
      }
      found.append(Directive(letter: letter))
    }
    return .success(found)
  }

  /// The flags a letter takes, and whether it takes a precision.
  private static func allowed(_ letter: UInt8) -> (flags: String, precision: Bool)? {
    switch Character(UnicodeScalar(letter)) {
    case "c": ("-", false)
    case "d", "i": ("-+0 ", true)
    case "o", "x", "X": ("-#0", true)
    case "u": nil
    case "a", "A", "f", "F", "e", "E", "g", "G": ("-+#0 ", true)
    case "p": ("-", false)
    case "q": ("", false)
    case "s": ("-", true)
    default: nil
    }
  }

  private static func isValid(_ text: String, _ allowed: (flags: String, precision: Bool)) -> Bool {
    var rest = text[...]
    if allowed.flags.isEmpty { return rest.isEmpty }
    while let first = rest.first, allowed.flags.contains(first) { rest.removeFirst() }
    if rest.first != "0" {
      for _ in 0..<2 where rest.first?.isNumber == true { rest.removeFirst() }
    }
    if rest.first == ".", allowed.precision {
      rest.removeFirst()
      for _ in 0..<2 where rest.first?.isNumber == true { rest.removeFirst() }
    }
    return rest.isEmpty
  }
}
