/// How text is laid out for one stream: the window and what may be drawn in it.
public struct ScreenStyle: Sendable, Hashable {
  public var columns: Int
  public var rows: Int
  public var paint: Paint
  public var symbols: Symbols

  public init(columns: Int = 80, rows: Int = 24, paint: Paint = .plain, symbols: Symbols = .ascii) {
    self.columns = columns
    self.rows = rows
    self.paint = paint
    self.symbols = symbols
  }
}

extension Terminal {
  /// For standard error, with the window as it was at the start.
  public var errorStyle: ScreenStyle {
    ScreenStyle(columns: columns, rows: rows, paint: errorPaint, symbols: symbols)
  }

  /// For standard output, with the window as it was at the start.
  public var outputStyle: ScreenStyle {
    ScreenStyle(columns: columns, rows: rows, paint: outputPaint, symbols: symbols)
  }
}
