/// Lua text before it is compiled.
enum LuaSource {
  /// Without a byte order mark, and with a first "#!" line made empty so that line numbers stay right.
  static func trimmed(_ source: [UInt8]) -> [UInt8] {
    var source = source[...]
    if source.starts(with: [0xEF, 0xBB, 0xBF]) { source = source.dropFirst(3) }
    if source.first == UInt8(ascii: "#") { source = source.drop { $0 != UInt8(ascii: "\n") } }
    return Array(source)
  }
}
