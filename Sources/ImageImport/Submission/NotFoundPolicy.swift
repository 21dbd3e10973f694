/// What to do about a submission whose answer was lost and whose image does not appear within the settling time.
public enum NotFoundPolicy: Sendable {
  /// What the one who is asked may say.
  public enum Decision: String, Sendable, CaseIterable {
    /// Leave it unsettled; a later run looks again.
    case fail

    /// Send it again: whoever says so knows that the first one made no image.
    case resubmit

    /// Close the record without an image.
    case giveUp = "give_up"
  }

  /// Leave it unsettled; a later run looks again.
  case fail

  /// Send it again where measurements prove that the image would have appeared, else as `fail`.
  case resubmit

  /// Ask.
  case ask(@Sendable (ImportRecord) async throws -> Decision)
}
