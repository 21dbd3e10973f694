import ImageImport
import LuaHost

/// The filters of `ims.images`, in the API's own names without their leading underscores.
enum ImageFilter {
  /// Text filters: the name a script uses, where it goes, and what it means.
  private static let texts: [(name: String, field: @Sendable (inout ImageQuery, String) -> Void, docs: String)] = [
    ("name", { $0.name = $1 }, "the exact name"),
    ("id", { $0.id = $1 }, "an image id"),
    ("status", { $0.status = $1 }, "queued, saving, active, killed"),
    ("imagetype", { $0.imageType = $1 == "all" ? nil : $1 }, "private (default), gold, shared, all"),
    ("os_type", { $0.osType = $1 }, "Linux, Windows, Other"),
    ("platform", { $0.platform = $1 }, "such as Ubuntu"),
    ("virtual_env_type", { $0.virtualEnvironment = $1 }, "FusionCompute, Ironic, DataImage, IsoImage"),
    ("enterprise_project_id", { $0.enterpriseProjectID = $1 }, "0, a UUID or all_granted_eps"),
    ("created_at", { $0.createdAt = $1 }, "op:time, such as gte:2024-01-01T00:00:00Z"),
    ("updated_at", { $0.updatedAt = $1 }, "op:time"),
    ("sort_key", { $0.sortKey = $1 }, "name, status, id, created_at, …"),
    ("sort_dir", { $0.sortDirection = $1 }, "asc or desc"),
    ("disk_format", { $0.other["disk_format"] = $1 }, "such as zvhd2"),
    ("owner", { $0.other["owner"] = $1 }, "a project id"),
    ("visibility", { $0.other["visibility"] = $1 }, "public, private, shared"),
  ]

  static let record: LuaType = .record(
    texts.map { HostParameter($0.name, .string, $0.docs, optional: true) } + [
      HostParameter("tag", .union([.string, .map]), "'key=value' or { key = value }", optional: true),
      HostParameter("min_disk", .integer, "GB", optional: true),
      HostParameter("limit", .integer, "images a page, 1 to 500", optional: true),
    ])

  /// The query of a script's filter; private images unless it says otherwise.
  static func query(_ value: LuaValue) throws -> ImageQuery {
    var query = ImageQuery()
    let table = value.tableValue ?? LuaTable()
    for (name, field, _) in texts {
      if let given = table[name].stringValue { field(&query, given) }
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
