import ImageImport
import LuaHost

/// The filters of `ims.images`, in the API's own names without their leading underscores.
enum ImageFilter {
  /// One filter that is a text: the name a script uses, where it goes, and what it means.
  private struct TextFilter: Sendable {
    let name: String
    let type: LuaType
    let docs: String
    let set: @Sendable (inout ImageQuery, String) -> Void

    init(
      _ name: String, _ docs: String, type: LuaType = .string,
      set: @escaping @Sendable (inout ImageQuery, String) -> Void
    ) {
      self.name = name
      self.type = type
      self.docs = docs
      self.set = set
    }
  }

  private static let texts: [TextFilter] = [
    TextFilter("name", "the exact name") { $0.name = $1 },
    TextFilter("id", "an image id") { $0.id = $1 },
    TextFilter("status", "how it stands", type: ImsTypes.status) { $0.status = $1 },
    TextFilter("imagetype", "whose images; private by default", type: ImsTypes.source) {
      $0.imageType = $1 == "all" ? nil : $1
    },
    TextFilter("os_type", "Linux, Windows, Other", type: ImsTypes.osType) { $0.osType = $1 },
    TextFilter("platform", "such as Ubuntu") { $0.platform = $1 },
    TextFilter("virtual_env_type", "where it can be used", type: ImsTypes.environment) { $0.virtualEnvironment = $1 },
    TextFilter("enterprise_project_id", "0, a UUID or all_granted_eps") { $0.enterpriseProjectID = $1 },
    TextFilter("created_at", "op:time, such as gte:2024-01-01T00:00:00Z") { $0.createdAt = $1 },
    TextFilter("updated_at", "op:time") { $0.updatedAt = $1 },
    TextFilter("sort_key", "name, status, id, created_at, …") { $0.sortKey = $1 },
    TextFilter("sort_dir", "asc or desc", type: ImsTypes.direction) { $0.sortDirection = $1 },
    TextFilter("disk_format", "such as zvhd2", type: ImsTypes.diskFormat) { $0.other["disk_format"] = $1 },
    TextFilter("owner", "a project id") { $0.other["owner"] = $1 },
    TextFilter("visibility", "who sees it", type: ImsTypes.visibility) { $0.other["visibility"] = $1 },
  ]

  static let record: LuaType = .record(
    LuaRecord(
      "ims.ImageFilter", "Which images a query finds: all given fields must match.",
      fields: texts.map { HostParameter($0.name, $0.type, $0.docs, optional: true) } + [
        HostParameter("tag", .union([.string, .map]), "'key=value' or { key = value }", optional: true),
        HostParameter("min_disk", .integer, "GB", optional: true),
        HostParameter("limit", .integer, "images a page, 1 to 500", optional: true),
      ]))

  /// The query of a script's filter; private images unless it says otherwise.
  static func query(_ value: LuaValue) throws -> ImageQuery {
    var query = ImageQuery()
    let table = value.tableValue ?? LuaTable()
    for text in texts {
      if let given = table[text.name].stringValue { text.set(&query, given) }
    }
    query.tag = try tag(table["tag"])
    query.minDisk = table["min_disk"].integerValue.map { Int($0) }
    if let limit = table["limit"].integerValue {
      guard (1...500).contains(limit) else {
        throw ScriptFailure("bad argument #1 to 'ims.images': 'limit' must be 1 to 500, got \(limit)")
      }
      query.pageSize = Int(limit)
    }
    return query
  }

  private static func tag(_ value: LuaValue) throws -> String? {
    switch value {
    case .string(let tag): return tag.string
    case .table(let tags):
      guard tags.array.isEmpty, tags.entries.count == 1, let (key, value) = tags.entries.first,
        let key = key.stringValue, let value = value.stringValue
      else {
        throw ScriptFailure(
          "bad argument #1 to 'ims.images': 'tag' must be one pair of strings { key = value }",
          hint: "the service filters by one tag; filter further in the loop")
      }
      return "\(key)=\(value)"
    default: return nil
    }
  }
}
