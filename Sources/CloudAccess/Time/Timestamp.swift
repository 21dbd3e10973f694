import Foundation

/// The date formats of the clouds, by arithmetic on the civil calendar, without locale or time zone data.
public enum Timestamp {
  /// `20240115T083000Z`, as signatures of the image service and AWS version 4 want it.
  public static func compactUTC(_ date: Date) -> String {
    let part = Civil(date)
    return "\(pad(part.year, 4))\(pad(part.month))\(pad(part.day))T\(pad(part.hour))\(pad(part.minute))"
      + "\(pad(part.second))Z"
  }

  /// `Mon, 15 Jan 2024 08:30:00 GMT`, as HTTP headers write it.
  public static func http(_ date: Date) -> String {
    let part = Civil(date)
    return "\(weekdays[part.weekday]), \(pad(part.day)) \(months[part.month - 1]) \(pad(part.year, 4)) "
      + "\(pad(part.hour)):\(pad(part.minute)):\(pad(part.second)) GMT"
  }

  /// `2024-01-15T08:30:00Z`, with milliseconds when asked for.
  public static func iso8601(_ date: Date, milliseconds: Bool = false) -> String {
    let part = Civil(date)
    return "\(pad(part.year, 4))-\(pad(part.month))-\(pad(part.day))T\(pad(part.hour)):\(pad(part.minute)):"
      + "\(pad(part.second))" + (milliseconds ? ".\(pad(part.millisecond, 3))" : "") + "Z"
  }

  /// Reads `20240115T083000Z`; `nil` for anything else.
  public static func compactUTC(_ text: some StringProtocol) -> Date? {
    let bytes = Array(text.utf8)
    guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z"),
      let day = number(bytes[0..<8]), let time = number(bytes[9..<15])
    else { return nil }
    return date(day / 10000, day / 100 % 100, day % 100, time / 10000, time / 100 % 100, time % 100)
  }

  /// Reads the RFC 1123 form of HTTP headers; `nil` for anything else.
  public static func http(_ text: some StringProtocol) -> Date? {
    let parts = text.split { $0 == " " || $0 == "," || $0 == ":" }
    guard parts.count == 8, parts[7] == "GMT" || parts[7] == "UTC" || parts[7] == "+0000",
      let month = months.firstIndex(of: String(parts[2])), let day = Int(parts[1]), let year = Int(parts[3]),
      let hour = Int(parts[4]), let minute = Int(parts[5]), let second = Int(parts[6])
    else { return nil }
    return date(year, month + 1, day, hour, minute, second)
  }

  /// Reads `2015-11-09T01:42:57.527363Z` with any number of decimals, also without zone (then UTC) or with `+01:00`.
  public static func iso8601(_ text: some StringProtocol) -> Date? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 19, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "), bytes[13] == UInt8(ascii: ":"),
      bytes[16] == UInt8(ascii: ":"), let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
      let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]),
      let second = number(bytes[17..<19]), let whole = date(year, month, day, hour, minute, second)
    else { return nil }
    var rest = bytes[19...]
    var fraction = 0.0
    if rest.first == UInt8(ascii: ".") {
      let digits = rest.dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard !digits.isEmpty, let value = Double("0." + String(decoding: digits, as: UTF8.self)) else { return nil }
      fraction = value
      rest = rest[digits.endIndex...]
    }
    guard let offset = zoneOffset(rest) else { return nil }
    return whole + fraction - Double(offset)
  }

  private static func zoneOffset(_ zone: ArraySlice<UInt8>) -> Int? {
    if zone.isEmpty || zone.elementsEqual("Z".utf8) || zone.elementsEqual("z".utf8) { return 0 }
    guard let sign = zone.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
    let digits = zone.dropFirst().filter { $0 != UInt8(ascii: ":") }
    guard digits.count == 4, let value = number(digits[...]) else { return nil }
    let seconds = value / 100 * 3600 + value % 100 * 60
    return sign == UInt8(ascii: "-") ? -seconds : seconds
  }

  private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  private static func pad(_ value: Int, _ width: Int = 2) -> String {
    let digits = String(value)
    return digits.count >= width ? digits : String(repeating: "0", count: width - digits.count) + digits
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
  }

  /// The moment of a civil date in UTC; `nil` when there is no such day or time. A 60th second is the next minute's.
  static func date(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int, _ second: Int) -> Date? {
    guard (1...12).contains(month), (1...31).contains(day), (0...23).contains(hour), (0...59).contains(minute),
      (0...60).contains(second), (1...9999).contains(year)
    else { return nil }
    let days = Civil.days(year, month, day)
    let back = Civil(days: days)
    guard back.month == month, back.day == day else { return nil }
    return Date(timeIntervalSince1970: Double(days * 86400 + hour * 3600 + minute * 60 + second))
  }

  /// A moment on the civil calendar in UTC.
  private struct Civil {
    var year = 0
    var month = 0
    var day = 0
    var hour = 0
    var minute = 0
    var second = 0
    var millisecond = 0
    var weekday = 0

    init(_ date: Date) {
      let milliseconds = Int((date.timeIntervalSince1970 * 1000).rounded(.down))
      let seconds = milliseconds.floorDivided(by: 1000)
      let days = seconds.floorDivided(by: 86400)
      self.init(days: days)
      let rest = seconds - days * 86400
      hour = rest / 3600
      minute = rest / 60 % 60
      second = rest % 60
      millisecond = milliseconds - seconds * 1000
    }

    /// From days since 1 January 1970, by counting in eras of 400 years that begin in March.
    init(days: Int) {
      let shifted = days + 719_468
      let era = shifted.floorDivided(by: 146_097)
      let dayOfEra = shifted - era * 146_097
      let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
      let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
      let monthFromMarch = (5 * dayOfYear + 2) / 153
      day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
      month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
      year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
      weekday = (days + 4) - (days + 4).floorDivided(by: 7) * 7
    }

    static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
      let shifted = month <= 2 ? year - 1 : year
      let era = shifted.floorDivided(by: 400)
      let yearOfEra = shifted - era * 400
      let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
      return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
  }
}

extension Int {
  fileprivate func floorDivided(by divisor: Int) -> Int {
    self >= 0 ? self / divisor : -((divisor - 1 - self) / divisor)
  }
}
