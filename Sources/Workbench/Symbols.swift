/// The signs drawn beside text, for terminals that show Unicode and for those that do not.
public struct Symbols: Sendable, Hashable {
  public var done: String
  public var failed: String
  public var warning: String
  public var running: String
  public var ellipsis: String
  public var barFull: String
  public var barEmpty: String
  public var rule: String

  public static let unicode = Symbols(
    done: "✔", failed: "✘", warning: "▲", running: "●", ellipsis: "…", barFull: "█", barEmpty: "░", rule: "─")
  public static let ascii = Symbols(
    done: "+", failed: "x", warning: "!", running: "*", ellipsis: "...", barFull: "#", barEmpty: ".", rule: "-")
}
