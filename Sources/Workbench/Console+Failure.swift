import Foundation

extension Console {
  /// Says that results could not be written, if so, and gives the status for it; nil if all was written.
  ///
  /// Lost results are a failure. Where the reader simply had enough, the status is SIGPIPE's, as if the signal had ended the
  /// process (which it does unless a library ignores it), and nothing is said.
  public func reportOutputFailure() -> ExitStatus? {
    guard let failure = outputFailure else { return nil }
    if failure.code == EPIPE { return .exit(128 + SIGPIPE) }
    note("error: standard output could not be written: \(failure)")
    return .failed
  }
}
