import CloudAccess

/// A request of the module `http` as it may be shown: nothing of it that a secret names, no value of a header, no body.
public struct RehearsedRequest: Sendable, Hashable {
  public var method: String
  /// The URL without the values of its query; of one that a secret names nothing.
  public var url: String
  /// The names of its headers.
  public var headers: [String]
  /// The size of its body.
  public var bytes: UInt64

  init(_ request: WebRequest) {
    method = request.method
    url = request.address.isSecret ? "<secret>" : Self.shown(request.address.url)
    headers = request.headers.map(\.name)
    bytes = UInt64(request.body?.count ?? 0)
  }

  private static func shown(_ url: String) -> String {
    let url = Redaction.url(url)
    guard let mark = url.firstIndex(of: "?") else { return url }
    let names = url[url.index(after: mark)...].split(separator: "&").map { pair in
      pair.contains("=") ? pair.prefix { $0 != "=" } + "=…" : "…"
    }
    return url[...mark] + names.joined(separator: "&")
  }
}
