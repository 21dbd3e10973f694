import ArgumentParser
import Foundation

/// How many test cases run side by side.
enum TestJobs: ExpressibleByArgument, Sendable {
  case number(Int)

  /// One for each core.
  case auto

  private static let most = 256

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let number = Int(argument), (1...Self.most).contains(number) {
      self = .number(number)
    } else {
      return nil
    }
  }

  var count: Int {
    switch self {
    case .number(let number): number
    case .auto: min(ProcessInfo.processInfo.activeProcessorCount, Self.most)
    }
  }

  var defaultValueDescription: String {
    switch self {
    case .number(let number): "\(number)"
    case .auto: "auto"
    }
  }
}
