import CEdit
import Foundation

/// What the three standard streams are and what may be written to them, decided once from the environment.
///
/// A value, so that layouts can be tested for any terminal without having one.
public struct Terminal: Sendable, Equatable {
  public var inputIsTerminal: Bool
  public var outputIsTerminal: Bool
  public var errorIsTerminal: Bool
  /// The terminal only prints: no cursor movement, no line editing (`TERM=dumb` or unset).
  public var isDumb: Bool
  /// The locale's encoding is UTF-8; otherwise ASCII stands in for symbols.
  public var isUTF8: Bool
  public var colorsOutput: Bool
  public var colorsErrors: Bool
  /// Columns of the window when the program started; `COLUMNS` or 80 where there is none.
  public var columns: Int
  /// Rows of the window when the program started; `LINES` or 24 where there is none.
  public var rows: Int

  /// From the facts of the streams and the environment variables `TERM`, `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE`,
  /// `LC_ALL`, `LC_CTYPE`, `LANG`, `COLUMNS`, `LINES`.
  ///
  /// `NO_COLOR` (set and not empty) beats `CLICOLOR_FORCE` (set, not empty, not `0`), which beats what the stream is.
  public init(
    environment: [String: String], inputIsTerminal: Bool, outputIsTerminal: Bool, errorIsTerminal: Bool,
    size: (columns: Int, rows: Int)? = nil
  ) {
    self.inputIsTerminal = inputIsTerminal
    self.outputIsTerminal = outputIsTerminal
    self.errorIsTerminal = errorIsTerminal
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    isDumb = value("TERM").map { $0 == "dumb" || $0 == "unknown" } ?? true
    let locale = (value("LC_ALL") ?? value("LC_CTYPE") ?? value("LANG") ?? "").lowercased()
    isUTF8 = locale.contains("utf-8") || locale.contains("utf8")
    let forced = value("CLICOLOR_FORCE").map { $0 != "0" } ?? false
    let refused = value("NO_COLOR") != nil
    let unwanted = isDumb || value("CLICOLOR") == "0"
    colorsOutput = !refused && (forced || (outputIsTerminal && !unwanted))
    colorsErrors = !refused && (forced || (errorIsTerminal && !unwanted))
    columns = size?.columns ?? value("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 80
    rows = size?.rows ?? value("LINES").flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } ?? 24
  }

  /// This process's own streams.
  public static func detect(environment: [String: String] = ProcessInfo.processInfo.environment) -> Terminal {
    Terminal(
      environment: environment, inputIsTerminal: isatty(0) == 1, outputIsTerminal: isatty(1) == 1,
      errorIsTerminal: isatty(2) == 1, size: windowSize())
  }

  /// Lines can be edited with the cursor keys.
  public var canEditLines: Bool { inputIsTerminal && (errorIsTerminal || outputIsTerminal) && !isDumb }

  /// Standard error can be drawn over: progress may be a live region instead of lines.
  public var canRedraw: Bool { errorIsTerminal && !isDumb }

  public var outputPaint: Paint { Paint(enabled: colorsOutput) }
  public var errorPaint: Paint { Paint(enabled: colorsErrors) }
  public var symbols: Symbols { isUTF8 ? .unicode : .ascii }

  /// The window as it is now, from whichever standard stream is a terminal; it changes while the program runs.
  public static func windowSize() -> (columns: Int, rows: Int)? {
    for descriptor: Int32 in [2, 1, 0] {
      var columns: Int32 = 0
      var rows: Int32 = 0
      if slip_window_size(descriptor, &columns, &rows) == 0, columns > 0, rows > 0 {
        return (Int(columns), Int(rows))
      }
    }
    return nil
  }
}
