/// How a command ended, as the shell sees it: scripts around Slipway decide by this number alone.
public enum ExitStatus: Sendable, Hashable {
  /// All done.
  case success
  /// An import or a job failed.
  case failed
  /// The script raised an error that nobody caught, or does not compile.
  case raised
  /// Wrong use of the command line.
  case usage
  /// Validation or preflight refused; nothing was sent.
  case refused
  /// The cloud could not be reached or does not serve.
  case unavailable
  /// Work goes on in the cloud; run again to pick it up.
  case detached
  /// Not authorised.
  case notAuthorised
  /// The configuration is wrong.
  case configuration
  /// Interrupted from the keyboard; jobs go on in the cloud.
  case interrupted
  /// What the script said with `os.exit(n)`.
  case exit(Int32)

  /// The status of a process that a signal ended, as shells number it.
  public init(_ signal: SignalTrap.Signal) {
    self = signal == .interrupt ? .interrupted : .exit(128 + signal.rawValue)
  }

  /// The number given to the shell, 0 to 255.
  public var code: Int32 {
    switch self {
    case .success: 0
    case .failed: 1
    case .raised: 2
    case .usage: 64
    case .refused: 65
    case .unavailable: 69
    case .detached: 75
    case .notAuthorised: 77
    case .configuration: 78
    case .interrupted: 130
    case .exit(let code): code & 0xff
    }
  }
}
