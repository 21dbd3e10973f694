/// What the documents say about one error code.
public struct ErrorCatalogueEntry: Sendable, Hashable {
  /// Whether sending the same request again can help.
  public enum Retry: String, Sendable {
    case yes = "y"
    case no = "n"
    case maybe = "m"
  }

  public var code: String

  /// The HTTP status the code comes with.
  public var status: Int
  public var retryable: Retry

  /// What the code is about: request, file, tags, quota, …
  public var area: String

  /// Whether an import can meet the code.
  public var isImportRelated: Bool
  public var meaning: String

  /// The documented remedy.
  public var action: String

  /// From a row of the table; nil for a malformed one.
  init?(row: Substring) {
    let cells = row.split(separator: "\t", omittingEmptySubsequences: false)
    guard cells.count == 8, let status = Int(cells[1]), let retryable = Retry(rawValue: String(cells[2])) else {
      return nil
    }
    code = String(cells[0])
    self.status = status
    self.retryable = retryable
    area = String(cells[3])
    isImportRelated = cells[4] == "y"
    meaning = String(cells[6])
    action = String(cells[7])
  }
}
