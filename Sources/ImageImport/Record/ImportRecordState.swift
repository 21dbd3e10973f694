/// Where an import stands, in the words of the ledger.
///
///     planned → intent ⇄ sent → accepted → running → succeeded | failed
///                          ↘ unknown → adopted → succeeded | failed
///                               ↘ not_found → adopted | resubmitted | given_up
public enum ImportRecordState: String, Sendable, Hashable, CaseIterable {
  /// Waits for its turn; nothing was sent.
  case planned

  /// About to be sent, and durable; still nothing was sent.
  case intent

  /// Bytes may have left. Recorded before the first of them does, so a record found in an earlier state was certainly not sent.
  case sent

  /// The cloud named a job.
  case accepted
  case running
  case succeeded
  case failed

  /// It may have been started, and its job id is lost.
  case unknown

  /// The image of a lost submission was found; its job id stays lost.
  case adopted

  /// No image of a lost submission appeared within the settling time.
  case notFound = "not_found"

  /// Sent again under another record.
  case resubmitted

  /// Nobody cares any more.
  case givenUp = "given_up"

  /// Whether nothing follows.
  public var isFinal: Bool {
    switch self {
    case .succeeded, .failed, .resubmitted, .givenUp: true
    case .planned, .intent, .sent, .accepted, .running, .unknown, .adopted, .notFound: false
    }
  }

  /// Whether the cloud works on it and anyone may wait for it, without driving it.
  public var isUnderWay: Bool { self == .accepted || self == .running || self == .adopted }

  /// Whether it is unknown if the cloud has it.
  public var isUnsettled: Bool { self == .sent || self == .unknown || self == .notFound }
}
