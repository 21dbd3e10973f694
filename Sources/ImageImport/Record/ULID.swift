import CloudAccess
import Foundation

/// Identifiers of 26 characters that sort by the time they were made: 48 bits of milliseconds, 80 random bits, in Crockford's base 32.
///
/// They name records and mark images: all characters are letters and digits, which every rule for tags allows.
public enum ULID {
  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

  /// An identifier for a moment; two of the same millisecond differ by chance alone, with 80 bits of it.
  public static func make(at date: Date, random: UInt64, _ more: UInt16) -> String {
    let milliseconds = UInt64(max(0, min(date.timeIntervalSince1970 * 1000, Double((1 << 48) - 1))))
    var text = [UInt8](repeating: 0, count: 26)
    var time = milliseconds
    for index in stride(from: 9, through: 0, by: -1) {
      text[index] = alphabet[Int(time & 31)]
      time >>= 5
    }
    var (low, high) = (random, more)
    for index in stride(from: 25, through: 10, by: -1) {
      text[index] = alphabet[Int(low & 31)]
      low = low >> 5 | UInt64(high & 31) << 59
      high >>= 5
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// An identifier for a moment from the system's random numbers.
  public static func make(at date: Date) -> String {
    make(at: date, random: .random(in: .min ... .max), .random(in: .min ... .max))
  }

  /// Whether a text has the form of one.
  public static func isValid(_ text: String) -> Bool {
    text.utf8.count == 26 && text.utf8.allSatisfy { alphabet.contains($0) }
  }
}
