/// A Windows by its name, as its registry or the service's list has it.
struct WindowsRelease: Hashable {
  private static let editions = [
    "standard", "datacenter", "enterprise", "essentials", "foundation", "web", "professional", "pro", "home",
    "ultimate",
    "education",
  ]

  /// `7`, `10`, `2008` or `2019`.
  var number: String
  var isServer: Bool
  /// The second release under one number, which is another system.
  var isSecond: Bool
  /// In lower case; nil where the name has none, as in `Windows 10 64bit`.
  var edition: String?
  /// To be tried for half a year only.
  var isEvaluation: Bool

  /// Nil for a text that names no Windows with a number.
  init?(_ text: String) {
    let plain = text.lowercased().replacing("(r)", with: " ").replacing("®", with: " ")
    let words = plain.split { !$0.isLetter && !$0.isNumber && $0 != "." }.map(String.init)
    guard words.contains("windows"),
      let number = words.first(where: { $0.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") } })
    else { return nil }
    self.number = number
    isServer = words.contains("server")
    isSecond = words.contains("r2")
    edition = words.first(where: Self.editions.contains)
    isEvaluation = words.contains("evaluation")
  }

  /// Whether it is the same system, whatever its edition.
  func isSame(as other: WindowsRelease) -> Bool {
    number == other.number && isServer == other.isServer && isSecond == other.isSecond
  }
}
