import CloudAccess
import ImageImport
import LuaHost

/// Requests among the values a script returned: made with `ims.system_image`, or plain tables as the API would get them.
public enum ScriptRequests {
  /// Takes one request, several, or an array of them.
  public static func requests(_ values: [LuaValue]) throws -> [ImportRequest] {
    guard values.contains(where: { $0 != .nil }) else {
      throw ScriptFailure(
        "the script returned nothing", hint: "end it with `return ims.system_image { … }` or with an array of requests")
    }
    return try values.filter { $0 != .nil }.flatMap(requests)
  }

  /// The request that a script's table describes, as `ims.system_image` and `ims.data_image` make it.
  /// - Throws: What says why the table cannot be sent at all.
  public static func request(_ kind: ImageKind, _ table: LuaTable) throws -> ImportRequest {
    try ImageObject.request(kind, .table(table))
  }

  private static func requests(_ value: LuaValue) throws -> [ImportRequest] {
    switch value {
    case .object(let object):
      guard let image = object.value as? ImageObject else {
        throw ScriptFailure("the script returned \(LuaJSON.describe(value)), expected a request or an array of them")
      }
      return [image.request]
    case .table(let table) where table.entries.isEmpty && !table.array.isEmpty:
      return try table.array.flatMap(requests)
    case .table(let table) where table.entries.isEmpty:
      throw ScriptFailure("the script returned an empty table, expected a request or an array of them")
    case .table:
      return [ImportRequest(json: try LuaJSON.json(value, path: ""))]
    default:
      throw ScriptFailure("the script returned \(LuaJSON.describe(value)), expected a request or an array of them")
    }
  }
}
