/// Puts colours around text, or leaves it alone: the one place that knows escape sequences for them.
public struct Paint: Sendable, Hashable {
  public enum Style: String, Sendable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case blue = "34"
    case magenta = "35"
    case cyan = "36"
    case boldRed = "1;31"
  }

  public static let plain = Paint(enabled: false)

  public var enabled: Bool

  public init(enabled: Bool) {
    self.enabled = enabled
  }

  public func callAsFunction(_ style: Style, _ text: String) -> String {
    enabled && !text.isEmpty ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }
}
