/// The documented error codes of the image service, with what to do about each.
public enum ErrorCatalogue {
  /// Every entry, in the order of the codes.
  public static let all: [ErrorCatalogueEntry] = table.split(separator: "\n").compactMap(ErrorCatalogueEntry.init(row:))

  private static let byCode = Dictionary(all.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })

  /// The entry of a code such as `IMG.0056`; spaces around it and its case do not matter.
  public static func entry(_ code: String) -> ErrorCatalogueEntry? {
    byCode[code.uppercased().filter { !$0.isWhitespace }]
  }
}
