/// What a store answers to whoever wants to import something.
public enum ImportClaim: Sendable, Hashable {
  /// Nothing of this key was under way: the record is new, in `intent`, and the caller drives it.
  case started(ImportRecord)

  /// A record of this key that nobody drives any more: from now on the caller does.
  case takenOver(ImportRecord)

  /// The cloud works on it; anyone may wait for it.
  case underWay(ImportRecord)

  /// Somebody else, here or in another process, drives it.
  case busy(ImportRecord)

  /// It was done before.
  case finished(ImportRecord)

  public var record: ImportRecord {
    switch self {
    case .started(let record), .takenOver(let record), .underWay(let record), .busy(let record), .finished(let record):
      record
    }
  }
}
