/// The words of Lua 5.4 that cannot be names.
enum LuaKeywords {
  static let all = [
    "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
    "not", "or", "repeat", "return", "then", "true", "until", "while",
  ]

  static let set = Set(all)
}
