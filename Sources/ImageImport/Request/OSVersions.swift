import CloudAccess

/// The values of `os_version` that public documents list.
///
/// The documents are older than the clouds, so an unlisted value is a reason to warn, never to refuse.
public enum OSVersions {
  /// Every listed value, in the order of the documents.
  public static let all: [OSVersion] = table.split(separator: "\n").compactMap(OSVersion.init(row:))

  private static let byValue: [String: [OSVersion]] = Dictionary(grouping: all, by: \.value)

  /// The entries with exactly this spelling; a bare version can belong to several systems.
  public static func lookup(_ value: String) -> [OSVersion] { byValue[value] ?? [] }

  /// The values which may be sent as they stand to a cloud of this dialect.
  public static func listed(for dialect: CloudDialect) -> [OSVersion] {
    all.filter { !$0.isBare && $0.isListed(for: dialect) }
  }

  /// Whether the OTC table of systems with UEFI boot has this value.
  public static func supportsUEFI(_ value: String) -> Bool { lookup(value).contains(where: \.supportsUEFI) }

  /// The closest listed spellings, best first.
  ///
  /// A spelling that differs in case only comes first; then those within a small edit distance; then bare versions completed by
  /// nothing: a bare version is never suggested, because nobody documents the full text.
  public static func suggestions(for value: String, dialect: CloudDialect, limit: Int = 3) -> [String] {
    guard value.utf8.count <= Suggestion.longest else { return [] }
    let candidates = listed(for: dialect).map(\.value)
    let folded = Suggestion.folded(value)
    let same = candidates.filter { Suggestion.folded($0) == folded && $0 != value }
    if !same.isEmpty { return Array(same.prefix(limit)) }
    return Suggestion.nearest(to: value, in: candidates, limit: limit)
  }
}
