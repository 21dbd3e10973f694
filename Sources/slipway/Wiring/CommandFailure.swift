import ArgumentParser
import Foundation
import Workbench

/// Ends a command with a status of its own after saying why on standard error.
///
/// ArgumentParser would print the whole error value and exit with 1; this keeps the documented statuses.
struct CommandFailure: Error, CustomStringConvertible, LocalizedError {
  let status: ExitStatus
  let message: String
  let hint: String?

  init(_ status: ExitStatus, _ message: String, hint: String? = nil) {
    self.status = status
    self.message = message
    self.hint = hint
  }

  var description: String { hint.map { "\(message)\n  hint: \($0)" } ?? message }
  var errorDescription: String? { description }
}
