import Foundation

/// Reads how long a service asks to wait.
public enum RetryAfter {
  /// The pause named by a `Retry-After` header, seconds or an HTTP date, or by a throttling text such as
  /// `limit:40,time:1 second`.
  ///
  /// A date counts from the answer's own `Date` where it has one, so that a wrong local clock does no harm.
  public static func pause(in response: HTTPResponse, text: String?, now: Date) -> Duration? {
    if let header = response.header("Retry-After")?.trimmed {
      if let seconds = Double(header), seconds.isFinite { return .seconds(min(max(seconds, 0), 86400)) }
      if let date = Timestamp.http(header) {
        let reference = response.header("Date").flatMap { Timestamp.http($0) } ?? now
        return .seconds(min(max(date.timeIntervalSince(reference), 0), 86400))
      }
    }
    return text.flatMap { throttle(in: $0)?.period }
  }

  /// The limit and its period in a throttling text, or `nil` when there is none.
  public static func throttle(in text: String) -> (limit: Int, period: Duration)? {
    guard let limit = number(after: "limit:", in: text), let period = number(after: "time:", in: text),
      let mark = text.utf8Range(of: "time:")
    else { return nil }
    let unit = text[mark.upperBound...].drop { !$0.isLetter }.prefix { $0.isLetter }.asciiLowercased
    switch unit {
    case let unit where unit.hasPrefix("minute"): return (limit, .seconds(period * 60))
    case let unit where unit.hasPrefix("hour"): return (limit, .seconds(period * 3600))
    case let unit where unit.hasPrefix("day"): return (limit, .seconds(86400))
    default: return (limit, .seconds(period))
    }
  }

  private static func number(after mark: String, in text: String) -> Int? {
    guard let range = text.utf8Range(of: mark) else { return nil }
    return Int(text[range.upperBound...].drop { $0 == " " }.prefix { $0.isASCII && $0.isNumber })
  }
}
