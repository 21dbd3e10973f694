import Foundation

/// The time formats of the cloud's answers, written and read without a formatter object (they are on the hot path).
enum CloudDate {
  /// Precision of the fraction of a second.
  enum Fraction: Int {
    case none = 0
    case milliseconds = 3
    case microseconds = 6
  }

  /// `2024-11-06T06:21:08.769Z`, with the fraction asked for.
  static func iso(_ date: Date, _ fraction: Fraction = .none) -> String {
    let scale = [Fraction.none: 1, .milliseconds: 1000, .microseconds: 1_000_000][fraction] ?? 1
    let ticks = Int((date.timeIntervalSince1970 * Double(scale)).rounded(.down))
    let (seconds, part) = floorDivision(ticks, scale)
    let (days, second) = floorDivision(seconds, 86400)
    let day = civil(days)
    var text = [UInt8]()
    text.reserveCapacity(28)
    append(day.year, 4, to: &text)
    text.append(UInt8(ascii: "-"))
    append(day.month, 2, to: &text)
    text.append(UInt8(ascii: "-"))
    append(day.day, 2, to: &text)
    text.append(UInt8(ascii: "T"))
    append(second / 3600, 2, to: &text)
    text.append(UInt8(ascii: ":"))
    append(second / 60 % 60, 2, to: &text)
    text.append(UInt8(ascii: ":"))
    append(second % 60, 2, to: &text)
    if fraction != .none {
      text.append(UInt8(ascii: "."))
      append(part, fraction.rawValue, to: &text)
    }
    text.append(UInt8(ascii: "Z"))
    return String(decoding: text, as: UTF8.self)
  }

  /// `Tue, 15 Nov 1994 08:12:31 GMT`, the form of HTTP headers.
  static func http(_ date: Date) -> String {
    let total = Int(date.timeIntervalSince1970.rounded(.down))
    let (days, second) = floorDivision(total, 86400)
    let day = civil(days)
    let weekday = weekdays[floorDivision(days + 4, 7).1]
    var text = Array("\(weekday), ".utf8)
    append(day.day, 2, to: &text)
    text.append(contentsOf: " \(months[day.month - 1]) ".utf8)
    append(day.year, 4, to: &text)
    text.append(UInt8(ascii: " "))
    append(second / 3600, 2, to: &text)
    text.append(UInt8(ascii: ":"))
    append(second / 60 % 60, 2, to: &text)
    text.append(UInt8(ascii: ":"))
    append(second % 60, 2, to: &text)
    text.append(contentsOf: " GMT".utf8)
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads `2024-11-06T06:21:08Z`, `2024-11-06 06:21:08` and `20241106T062108Z`, all UTC; a fraction is kept.
  static func parse(_ text: String) -> Date? {
    var digits: [Int] = []
    var fraction = 0.0
    var weight = 0.0
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        let value = Int(byte - UInt8(ascii: "0"))
        if weight > 0 {
          fraction += Double(value) * weight
          weight /= 10
        } else {
          digits.append(value)
        }
      case UInt8(ascii: "."): weight = 0.1
      case UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "T"), UInt8(ascii: " "), UInt8(ascii: "Z"): continue
      default: return nil
      }
    }
    guard digits.count == 14 else { return nil }
    func number(_ range: Range<Int>) -> Int { digits[range].reduce(0) { $0 * 10 + $1 } }
    let (year, month, day) = (number(0..<4), number(4..<6), number(6..<8))
    let (hour, minute, second) = (number(8..<10), number(10..<12), number(12..<14))
    guard (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61 else { return nil }
    let seconds = daysFromCivil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
    return Date(timeIntervalSince1970: Double(seconds) + fraction)
  }

  /// Reads the HTTP form.
  static func parseHTTP(_ text: String) -> Date? {
    let words = text.split(whereSeparator: { $0 == " " || $0 == ":" || $0 == "-" })
    guard words.count >= 8, let day = Int(words[1]), let month = months.firstIndex(of: String(words[2])),
      let year = Int(words[3]), let hour = Int(words[4]), let minute = Int(words[5]), let second = Int(words[6]),
      (1...31).contains(day), hour < 24, minute < 60, second < 61
    else { return nil }
    let seconds = daysFromCivil(year, month + 1, day) * 86400 + hour * 3600 + minute * 60 + second
    return Date(timeIntervalSince1970: Double(seconds))
  }

  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  private static func append(_ value: Int, _ width: Int, to text: inout [UInt8]) {
    var divisor = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor > 0 {
      text.append(UInt8(ascii: "0") + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }

  private static func floorDivision(_ value: Int, _ divisor: Int) -> (Int, Int) {
    let (quotient, rest) = value.quotientAndRemainder(dividingBy: divisor)
    return rest < 0 ? (quotient - 1, rest + divisor) : (quotient, rest)
  }

  /// Days since 1970-01-01 to a date of the Gregorian calendar, counted in 400-year eras that begin on 1 March.
  private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let (era, dayOfEra) = floorDivision(shifted, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  private static func daysFromCivil(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = floorDivision(shiftedYear, 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}
