import CloudAccess
import Foundation
import ImageImport
import LuaHost

/// The script module `history`: what the ledger remembers; it changes nothing.
public enum HistoryModule {
  static func make(_ context: ScriptContext) -> HostModule {
    let record = HostParameter(
      "record", .map,
      "id, key, state, name, job_id, image_id, code, reason, request, cloud, region, project_id, created_at, updated_at")
    return HostModule(
      "history", "What was submitted, when, and how it ended: the ledger, read-only.",
      functions: [
        .waiting(
          "history.list", "The records that match, the earliest first.",
          parameters: [HostParameter("filter", filter, "all must match", optional: true)],
          returns: [HostParameter("records", .list(.map), "an array of records")], since: "0.2"
        ) { arguments in
          let filter = try Self.filter(arguments[0], now: context.time.now)
          return [.list(try await context.openHistory().records(filter).map(value))]
        },
        .waiting(
          "history.find", "The latest record that matches, or nil.",
          parameters: [HostParameter("filter", filter, "all must match", optional: true)], returns: [record],
          since: "0.2"
        ) { arguments in
          var filter = try Self.filter(arguments[0], now: context.time.now)
          filter.limit = 1
          return [try await context.openHistory().records(filter).last.map(value) ?? .nil]
        },
        .waiting(
          "history.get", "A record by its id, or nil.",
          parameters: [HostParameter("id", .string, "26 characters, as in result.record and slipway jobs list")],
          returns: [record], since: "0.2"
        ) { arguments in
          [try await context.openHistory().record((arguments[0].stringValue ?? "").trimmed).map(value) ?? .nil]
        },
      ])
  }

  /// A record as a script sees it.
  static func value(_ record: ImportRecord) -> LuaValue { LuaJSON.value(record.json) }

  private static let filter = LuaType.record([
    HostParameter("state", .union([state, .list(state)]), "one state or several", optional: true),
    HostParameter("name", .string, "the image's exact name", optional: true),
    HostParameter("key", .string, "the import's key", optional: true),
    HostParameter("cloud", .string, "the host of its identity service, or the profile's name", optional: true),
    HostParameter("job_id", .string, "the cloud's job id", optional: true),
    HostParameter("since", .string, "a time in ISO 8601, or how long ago, such as 24h", optional: true),
    HostParameter("open", .boolean, "whether its end is still to come", optional: true),
    HostParameter("limit", .integer, "at most so many, the latest ones", optional: true),
  ])

  private static let state = LuaType.enumeration(ImportRecordState.allCases.map(\.rawValue))

  private static func filter(_ value: LuaValue, now: Date) throws -> ImportRecordFilter {
    var filter = ImportRecordFilter()
    guard let table = value.tableValue else { return filter }
    let words = table["state"].stringValue.map { [$0] } ?? table["state"].tableValue?.array.compactMap(\.stringValue)
    filter.states = words.map { Set($0.compactMap(ImportRecordState.init(rawValue:))) }
    filter.name = table["name"].stringValue
    filter.key = table["key"].stringValue
    filter.cloud = table["cloud"].stringValue
    filter.jobID = table["job_id"].stringValue
    filter.isOpen = table["open"].boolValue
    if let text = table["since"].stringValue {
      guard let since = moment(text, now: now) else {
        throw ScriptFailure(
          "bad argument #1 to 'history.list': 'since' must be a time or a duration, got '\(text.prefix(60))'",
          hint: "write it like 2024-11-06T06:21:08Z, or like 24h for a day ago")
      }
      filter.since = since
    }
    if let limit = table["limit"].integerValue {
      guard limit >= 1 else {
        throw ScriptFailure("bad argument #1 to 'history.list': 'limit' must be at least 1, got \(limit)")
      }
      filter.limit = Int(clamping: limit)
    }
    return filter
  }

  /// A moment from its ISO form, a date alone, or as long before `now` as a duration says; nil for anything else.
  public static func moment(_ text: String, now: Date) -> Date? {
    if let ago = LuaDuration.parse(text) { return now - ago.inSeconds }
    return Timestamp.iso8601(text.count == 10 ? text + "T00:00:00Z" : text)
  }
}
