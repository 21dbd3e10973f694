import Foundation

/// A length of time as people say it: `0.3s`, `42s`, `1m12s`, `2h05m`, `3d04h`.
public enum DurationText {
  /// The text; tenths of a second only below one.
  public static func short(_ duration: Duration) -> String {
    let seconds = max(0, Int(duration.components.seconds))
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    switch seconds {
    case 0:
      let tenths = Int((max(0, duration / .seconds(1)) * 10).rounded())
      return tenths == 0 ? "0s" : tenths == 10 ? "1s" : "0.\(tenths)s"
    case ..<60: return "\(seconds)s"
    case ..<3600: return "\(seconds / 60)m\(two(seconds % 60))s"
    case ..<86400: return "\(seconds / 3600)h\(two(seconds / 60 % 60))m"
    default: return "\(seconds / 86400)d\(two(seconds / 3600 % 24))h"
    }
  }

  /// A measured time: `0.4 ms`, `12.3 ms`, `1.24 s`, from a minute on as ``short(_:)``.
  public static func precise(_ duration: Duration) -> String {
    let seconds = max(0, duration / .seconds(1))
    func rounded(_ value: Double, _ places: Int) -> String {
      String(format: "%.\(places)f", value)
    }
    switch seconds {
    case ..<0.9995: return rounded(seconds * 1000, 1) + " ms"
    case ..<60: return rounded(seconds, 2) + " s"
    default: return short(duration)
    }
  }
}
