/// Sizes as scripts write them: "40GB", "512 MiB", "1TB", or a number of bytes.
///
/// Both spellings of a unit count in steps of 1024, as tools for disks do.
public enum LuaSize {
  /// Reads a text; nil when it is not a size. A bare number means bytes.
  public static func parse(_ text: String) -> UInt64? {
    let text = text.filter { $0 != " " }.lowercased()
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let amount = Double(digits), digits.first != "." else { return nil }
    let power: Int
    switch text.dropFirst(digits.count) {
    case "", "b": power = 0
    case "k", "kb", "kib": power = 1
    case "m", "mb", "mib": power = 2
    case "g", "gb", "gib": power = 3
    case "t", "tb", "tib": power = 4
    default: return nil
    }
    return UInt64(exactly: (amount * Double(UInt64(1) << (10 * power))).rounded())
  }

  /// Reads a value: a text, or a number of bytes; nil when it is neither, negative or has a fraction.
  public static func parse(_ value: LuaValue) -> UInt64? {
    if let text = value.stringValue { return parse(text) }
    return value.integerValue.flatMap { UInt64(exactly: $0) }
  }
}

extension LuaValue {
  /// The value as a number of bytes; see `LuaSize`.
  public var size: UInt64? { LuaSize.parse(self) }
}
