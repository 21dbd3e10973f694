/// Patterns of Lua's string functions.
enum PatternSyntax {
  /// What is wrong with a pattern; nil for nothing. Only what Lua finds whatever the text is.
  static func problem(_ pattern: [UInt8]) -> (message: String, hint: String?)? {
    var index = 0
    var open: [Int] = []
    var captures = 0
    func at(_ place: Int) -> UInt8? { place < pattern.count ? pattern[place] : nil }
    while let byte = at(index) {
      index += 1
      switch byte {
      case 0x28:
        captures += 1
        if captures > 32 { return ("too many captures: a pattern has at most 32", nil) }
        if at(index) == 0x29 { index += 1 } else { open.append(captures) }
      case 0x29:
        if open.popLast() == nil { return ("a ')' in this pattern closes nothing", "a bracket itself is %)") }
      case 0x25:
        guard let next = at(index) else { return ("this pattern ends with '%'", "a percent sign itself is %%") }
        index += 1
        switch next {
        case 0x62:
          guard at(index) != nil, at(index + 1) != nil else {
            return ("'%b' in this pattern lacks its two characters", "as in %b()")
          }
          index += 2
        case 0x66:
          guard at(index) == 0x5B else { return ("'[' is missing after '%f' in this pattern", nil) }
        case 0x30...0x39:
          let number = Int(next) - 0x30
          if number == 0 || number > captures || open.contains(number) {
            return ("'%\(number)' in this pattern refers to no capture before it", nil)
          }
        default: break
        }
      case 0x5B:
        if at(index) == 0x5E { index += 1 }
        var isFirst = true
        while true {
          guard let inner = at(index) else {
            return ("a '[' in this pattern is not closed", "a bracket itself is %[")
          }
          if inner == 0x5D, !isFirst { break }
          isFirst = false
          index += 1
          if inner == 0x25 {
            guard at(index) != nil else { return ("a '[' in this pattern is not closed", nil) }
            index += 1
          }
        }
        index += 1
      default: break
      }
    }
    return open.isEmpty ? nil : ("a '(' in this pattern is not closed", "a bracket itself is %(")
  }
}
