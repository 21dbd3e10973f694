/// Rows under a header, aligned by display width and cut to the terminal's.
public struct TextTable: Sendable {
  public enum Alignment: Sendable { case left, right }

  public struct Column: Sendable {
    public var title: String
    public var alignment: Alignment
    /// May be cut, with an ellipsis, where the terminal is too narrow for all.
    public var shrinks: Bool

    public init(_ title: String, _ alignment: Alignment = .left, shrinks: Bool = true) {
      self.title = title
      self.alignment = alignment
      self.shrinks = shrinks
    }
  }

  /// No column is cut below this many columns.
  static let narrowest = 8

  public private(set) var rows: [[String]] = []
  public let columns: [Column]

  public init(_ columns: [Column]) {
    self.columns = columns
  }

  /// Left-aligned columns with these titles.
  public init(_ titles: [String]) {
    self.init(titles.map { Column($0) })
  }

  public var isEmpty: Bool { rows.isEmpty }

  /// Missing cells are empty, superfluous ones are dropped; control characters become visible escapes.
  public mutating func add(_ cells: [String]) {
    rows.append(columns.indices.map { $0 < cells.count ? DisplayText.harmless(cells[$0]) : "" })
  }

  /// The lines, without trailing spaces. `width` nil: as wide as the contents, for files and pipes.
  public func lines(width: Int? = nil, paint: Paint = .plain, symbols: Symbols = .unicode) -> [String] {
    let widths = fitted(to: width)
    func line(_ cells: [String], _ style: Paint.Style?) -> String {
      var last = cells.count - 1
      while last > 0, cells[last].isEmpty { last -= 1 }
      let parts = cells.indices.prefix(last + 1).map { index -> String in
        let cell = DisplayText.truncated(cells[index], to: widths[index], ellipsis: symbols.ellipsis)
        if index == last, columns[index].alignment == .left { return cell }
        return DisplayText.padded(cell, to: widths[index], alignment: columns[index].alignment)
      }
      let text = parts.joined(separator: "  ")
      return style.map { paint($0, text) } ?? text
    }
    var result: [String] = []
    if columns.contains(where: { !$0.title.isEmpty }) {
      result.append(line(columns.map(\.title), .bold))
    }
    return result + rows.map { line($0, nil) }
  }

  /// The lines as one text that ends with a newline; empty without rows and titles.
  public func text(width: Int? = nil, paint: Paint = .plain, symbols: Symbols = .unicode) -> String {
    lines(width: width, paint: paint, symbols: symbols).map { $0 + "\n" }.joined()
  }

  private func fitted(to width: Int?) -> [Int] {
    var widths = columns.indices.map { index in
      rows.reduce(DisplayText.width(columns[index].title)) { max($0, DisplayText.width($1[index])) }
    }
    guard let width, !widths.isEmpty else { return widths }
    var excess = widths.reduce(0, +) + 2 * (widths.count - 1) - width
    while excess > 0 {
      let candidates = columns.indices.filter { columns[$0].shrinks && widths[$0] > Self.narrowest }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
      let next = candidates.filter { $0 != widest }.map { widths[$0] }.max() ?? Self.narrowest
      let cut = min(excess, max(1, widths[widest] - max(next, Self.narrowest)))
      widths[widest] -= cut
      excess -= cut
    }
    return widths
  }
}
