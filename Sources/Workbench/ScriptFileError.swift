/// Why a script file cannot be run.
public struct ScriptFileError: Error, Sendable, Hashable, CustomStringConvertible {
  public var message: String
  public var hint: String?
  /// What the shell gets: a file that is not there or cannot be a script is wrong use, not a failed script.
  public var status: ExitStatus

  public init(message: String, hint: String? = nil, status: ExitStatus = .usage) {
    self.message = message
    self.hint = hint
    self.status = status
  }

  public var description: String { message }
}
