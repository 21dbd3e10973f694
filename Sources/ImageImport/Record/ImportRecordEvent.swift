/// What can happen to an import on record.
public enum ImportRecordEvent: Sendable, Hashable {
  /// Its turn has come.
  case intend

  /// The next thing is its first byte.
  case send

  /// It was certainly not acted on, and will be sent again.
  case withdraw
  case accept(jobID: String)
  case run

  /// It is unknown whether the cloud has it.
  case lose(reason: String)
  case succeed(imageID: String)

  /// Refused, failed, or certainly never sent.
  case fail(code: String?, reason: String)
  case adopt(imageID: String)

  /// The settling time is over without an image.
  case findNothing
  case resubmit(as: String)
  case giveUp(reason: String)
}
