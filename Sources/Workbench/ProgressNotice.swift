/// Something about an import that is worth a line of its own.
public struct ProgressNotice: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// A step on the way: a line where lines are all there is, but nothing where a live region shows it anyhow.
    case step
    case succeeded
    case failed
    case warning
  }

  public var kind: Kind
  /// The image's name, or the job's id.
  public var subject: String
  public var text: String
  /// Further lines, shown indented below.
  public var details: [String] = []
  /// A step that is left out where lines are all there is and there are many imports.
  public var isMinor = false

  /// The notice as lines. `time` stands in front of the first one, for logs.
  public func lines(_ style: ScreenStyle, time: String? = nil) -> [String] {
    let (symbol, color): (String, Paint.Style) =
      switch kind {
      case .step: (style.symbols.running, .blue)
      case .succeeded: (style.symbols.done, .green)
      case .failed: (style.symbols.failed, .red)
      case .warning: (style.symbols.warning, .yellow)
      }
    let head = time.map { style.paint(.dim, $0) + " " } ?? ""
    let first = head + style.paint(color, symbol) + " " + style.paint(.bold, subject) + "  " + text
    return [first] + details.map { "    " + $0 }
  }
}
