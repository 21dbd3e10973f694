/// What a job is doing.
public enum JobState: Sendable, Hashable {
  case initializing, running, succeeded, failed

  /// A status no document lists; it counts as running, with a warning.
  case unknown(String)

  /// From the text of the API, whatever its case.
  public init(_ text: String) {
    switch text.trimmed.uppercased() {
    case "INIT": self = .initializing
    case "RUNNING": self = .running
    case "SUCCESS": self = .succeeded
    case "FAIL": self = .failed
    default: self = .unknown(text)
    }
  }

  /// Whether the job has ended.
  public var isFinal: Bool { self == .succeeded || self == .failed }
}
