/// Random names, ids and secrets from the system's generator.
enum RandomText {
  /// Lower-case hexadecimal digits; sixteen for each number asked of the system, as every request needs an id.
  static func hex(_ count: Int) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(count)
    var bits: UInt64 = 0
    for place in 0..<count {
      if place % 16 == 0 { bits = .random(in: .min ... .max) }
      text.append(digits[Int(bits & 15)])
      bits >>= 4
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Upper-case letters and digits, as in access key ids.
  static func upper(_ count: Int) -> String { text(count, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") }

  /// Letters and digits.
  static func mixed(_ count: Int) -> String {
    text(count, of: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
  }

  /// A version 4 UUID in lower case.
  static func uuid() -> String {
    let (high, low) = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
    let bits = [
      (high >> 32, 8), (high >> 16 & 0xFFFF, 4), (high & 0x0FFF | 0x4000, 4), (low >> 48 & 0x3FFF | 0x8000, 4),
      (low & 0xFFFF_FFFF_FFFF, 12),
    ]
    var text: [UInt8] = []
    text.reserveCapacity(36)
    let digits = Array("0123456789abcdef".utf8)
    for (value, width) in bits {
      if !text.isEmpty { text.append(UInt8(ascii: "-")) }
      for place in (0..<width).reversed() { text.append(digits[Int(value >> UInt64(4 * place) & 15)]) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func text(_ count: Int, of alphabet: String) -> String {
    let letters = Array(alphabet.utf8)
    var generator = SystemRandomNumberGenerator()
    let bytes = (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
