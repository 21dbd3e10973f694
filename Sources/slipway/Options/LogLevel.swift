import ArgumentParser
import Logging

/// The levels of `--log-level`.
enum LogLevel: String, CaseIterable, ExpressibleByArgument, Sendable {
  case trace, debug, info, warning, error

  var level: Logger.Level {
    switch self {
    case .trace: .trace
    case .debug: .debug
    case .info: .info
    case .warning: .warning
    case .error: .error
    }
  }
}
