import LuaHost

/// Ids that scripts give.
enum Identifier {
  /// An id that may stand in a path: an empty one would ask for the list, a path for something else.
  static func read(
    _ value: LuaValue, _ what: String, of function: String, hint: String
  ) throws -> String {
    let id = (value.stringValue ?? "").trimmed
    let isWord = id.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte)
        || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
    guard isWord, (1...128).contains(id.utf8.count) else {
      throw ScriptFailure("bad argument #1 'id' to '\(function)': expected \(what), got '\(id.prefix(60))'", hint: hint)
    }
    return id
  }
}

extension String {
  /// The text without white space at its ends.
  var trimmed: String {
    var slice = self[...]
    while slice.first?.isWhitespace == true { slice.removeFirst() }
    while slice.last?.isWhitespace == true { slice.removeLast() }
    return String(slice)
  }
}
