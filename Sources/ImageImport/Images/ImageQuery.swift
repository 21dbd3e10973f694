import CloudAccess

/// Filters of the image list; what is nil does not filter.
public struct ImageQuery: Sendable, Hashable {
  public var id: String?

  /// The exact name.
  public var name: String?
  public var status: String?

  /// `key=value`; `key.value` is sent as `key=value`, which is how the service wants to be asked for either.
  public var tag: String?

  /// `private` (what imports make), `gold` for public ones, `shared`; nil for all.
  public var imageType: String? = "private"
  public var osType: String?
  public var platform: String?
  public var virtualEnvironment: String?
  public var minDisk: Int?
  public var enterpriseProjectID: String?

  /// `gte:2024-01-01T00:00:00Z` and the like.
  public var createdAt: String?
  public var updatedAt: String?
  public var sortKey: String?
  public var sortDirection: String?

  /// Images a page.
  public var pageSize: Int?

  /// Filters without a property of their own, by the API's names.
  public var other: [String: String] = [:]

  public init(name: String? = nil) {
    self.name = name
  }

  private static func filter(_ tag: String) -> String {
    guard !tag.contains("="), let period = tag.firstIndex(of: ".") else { return tag }
    return tag[..<period] + "=" + tag[tag.index(after: period)...]
  }

  /// The query parameters in plain text; the session encodes them.
  public var parameters: [(String, String)] {
    let known: [(String, String?)] = [
      ("__imagetype", imageType), ("id", id), ("name", name), ("status", status), ("tag", tag.map(ImageQuery.filter)),
      ("__os_type", osType),
      ("__platform", platform), ("virtual_env_type", virtualEnvironment), ("min_disk", minDisk.map(String.init)),
      ("enterprise_project_id", enterpriseProjectID), ("created_at", createdAt), ("updated_at", updatedAt),
      ("sort_key", sortKey), ("sort_dir", sortDirection), ("limit", pageSize.map(String.init)),
    ]
    return known.compactMap { name, value in value.map { (name, $0) } } + other.sorted { $0.key < $1.key }
  }
}
