/// Moments in headers, in ISO 8601.
enum UTCText {
  /// The text for so many seconds since 2000-01-01 UTC, from which VHD and ZVHD2 count.
  static func iso8601(since2000 seconds: UInt32) -> String {
    let days = Int(seconds) / 86400
    let time = Int(seconds) % 86400
    // Years are counted from 2000-03-01, so that a leap day is the last of its year.
    let shifted = days - 60 + 146_097
    let (era, day) = (shifted / 146_097, shifted % 146_097)
    let year = (day - day / 1460 + day / 36524 - day / 146_096) / 365
    let dayOfYear = day - (365 * year + year / 4 - year / 100)
    let month = (5 * dayOfYear + 2) / 153
    let dayOfMonth = dayOfYear - (153 * month + 2) / 5 + 1
    let calendarMonth = month < 10 ? month + 3 : month - 9
    let calendarYear = 1600 + year + era * 400 + (calendarMonth <= 2 ? 1 : 0)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(calendarYear)-\(two(calendarMonth))-\(two(dayOfMonth))T\(two(time / 3600)):\(two(time / 60 % 60)):"
      + "\(two(time % 60))Z"
  }
}
