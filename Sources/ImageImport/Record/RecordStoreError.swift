/// Why the ledger cannot be used; nothing is sent without it.
public struct RecordStoreError: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Kind: Sendable, Hashable {
    /// Not a database, or a damaged one.
    case corrupt

    /// Another program's database.
    case foreign

    /// Written by a later version.
    case newer

    /// Cannot be made, opened or written.
    case inaccessible

    /// No room on the disk.
    case full

    /// Another process held it too long.
    case locked

    /// No such record.
    case missing
  }

  public var kind: Kind
  public var message: String
  public var hint: String?

  public init(_ kind: Kind, _ message: String, hint: String? = nil) {
    self.kind = kind
    self.message = message
    self.hint = hint
  }

  public var description: String { hint.map { "\(message) (\($0))" } ?? message }
}
