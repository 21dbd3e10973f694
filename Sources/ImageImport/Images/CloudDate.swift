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

  private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

  /// Days from 1970-01-01 in the Gregorian calendar, counting years from March so that the leap day comes last.
  private static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
    let shifted = month > 2 ? year : year - 1
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}
