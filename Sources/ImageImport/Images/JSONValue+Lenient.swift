import CloudAccess

extension JSONValue {
  /// The first of some members that holds a text worth showing: trimmed, not empty; numbers count as their digits.
  func text(_ names: String...) -> String? {
    for name in names {
      switch self[name] {
      case .string(let text):
        let trimmed = text.trimmed
        if !trimmed.isEmpty { return trimmed }
      case .integer(let number): return String(number)
      default: continue
      }
    }
    return nil
  }

  /// A whole number, also one written as a string.
  func whole(_ name: String) -> Int? { self[name]?.intValue ?? text(name).flatMap { Int($0) } }
}

extension StringProtocol {
  /// Without white space at either end.
  var trimmed: String {
    let scalars = unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }
}
