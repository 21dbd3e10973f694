import Foundation

/// Times as the image service writes them.
///
/// Newer documents show ISO 8601 (`2024-11-06T06:21:08.769Z`), older ones `04-Jun-2015 18:11:06:586`, filters take a space for the T;
/// all are UTC.
public enum CloudDate {
  /// The time a text names, in any of the known forms; nil for anything else, also for an empty text.
  public static func parse(_ text: String) -> Date? {
    let parts = text.split(whereSeparator: { "-T :.Zz".contains($0) })
    guard (6...7).contains(parts.count) else { return nil }
    guard let first = Int(parts[0]), let third = Int(parts[2]), let hour = Int(parts[3]), let minute = Int(parts[4]),
      let second = Int(parts[5])
    else { return nil }
    let date: (year: Int, month: Int, day: Int)
    if let month = Int(parts[1]) {
      date = (first, month, third)
    } else if let month = months.firstIndex(of: parts[1].lowercased()) {
      date = (third, month + 1, first)
    } else {
      return nil
    }
    guard (1...12).contains(date.month), (1...31).contains(date.day), (1970...9999).contains(date.year),
      (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
    else { return nil }
    var fraction = 0.0
    if parts.count == 7 {
      guard let value = Double("0." + parts[6]) else { return nil }
      fraction = value
    }
    let days = daysSince1970(year: date.year, month: date.month, day: date.day)
    return Date(timeIntervalSince1970: Double(((days * 24 + hour) * 60 + minute) * 60 + second) + fraction)
  }

  /// The form the service's filters and lists use: `2018-09-06T14:03:27Z`.
  public static func text(_ date: Date) -> String {
    let seconds = Int(date.timeIntervalSince1970.rounded(.down))
    let days = Int((Double(seconds) / 86400).rounded(.down))
    let rest = seconds - days * 86400
    let (year, month, day) = civil(daysSince1970: days)
    return "\(padded(year, 4))-\(padded(month))-\(padded(day))T"
      + "\(padded(rest / 3600)):\(padded(rest / 60 % 60)):\(padded(rest % 60))Z"
  }

  private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

  private static func padded(_ number: Int, _ width: Int = 2) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }

  /// Days from 1970-01-01 in the Gregorian calendar, counting years from March so that the leap day comes last.
  private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
    let shifted = month > 2 ? year : year - 1
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch + (monthFromMarch < 10 ? 3 : -9)
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }
}
