import CloudAccess
import Foundation
import ImageImport
import LuaHost

/// The script module `history`: what the ledger remembers; it changes nothing.
public enum HistoryModule {
  static func make(_ context: ScriptContext) -> HostModule {
    HostModule(
      "history", "What was submitted, when, and how it ended: the ledger, read-only.",
      functions: [list(context), find(context), get(context)])
  }

  /// A record as a script sees it.
  static func value(_ record: ImportRecord) -> LuaValue { LuaJSON.value(record.json) }

  /// A moment from its ISO form, a date alone, or as long before `now` as a duration says; nil for anything else.
  public static func moment(_ text: String, now: Date) -> Date? {
    if let ago = LuaDuration.parse(text) { return now - ago.inSeconds }
    return Timestamp.iso8601(text.count == 10 ? text + "T00:00:00Z" : text)
  }

  private static func list(_ context: ScriptContext) -> HostFunction {
    .waiting(
      "history.list", "The records that match, the earliest first.",
      parameters: [HostParameter("filter", filter, "all must match", optional: true)],
      returns: [HostParameter("records", .list(record), "the records")], since: "0.2"
    ) { arguments in
      let filter = try filter(arguments[0], of: "history.list", now: context.time.now)
      return [.list(try await context.openHistory().records(filter).map(value))]
    }.documented(
      raises: [RaisedError("configuration", "the ledger cannot be read")], mustUse: true,
      example: """
        local history = require "history"

        for _, record in ipairs(history.list { state = "failed", since = "7d" }) do
          print(record.name, record.code, record.reason)
        end
        """)
  }

  private static func find(_ context: ScriptContext) -> HostFunction {
    .waiting(
      "history.find", "The latest record that matches, or nil.",
      parameters: [HostParameter("filter", filter, "all must match", optional: true)],
      returns: [HostParameter("record", record, "the record", optional: true)], since: "0.2"
    ) { arguments in
      var filter = try filter(arguments[0], of: "history.find", now: context.time.now)
      filter.limit = 1
      return [try await context.openHistory().records(filter).last.map(value) ?? .nil]
    }.documented(
      raises: [RaisedError("configuration", "the ledger cannot be read")], mustUse: true,
      example: """
        local history = require "history"

        local last = history.find { name = "web01", state = "succeeded" }
        print(last and last.image_id or "never imported")  --> never imported
        """)
  }

  private static func get(_ context: ScriptContext) -> HostFunction {
    .waiting(
      "history.get", "A record by its id, or nil.",
      parameters: [HostParameter("id", .string, "26 characters, as in result.record and slipway jobs list")],
      returns: [HostParameter("record", record, "the record", optional: true)], since: "0.2"
    ) { arguments in
      let id = (arguments[0].stringValue ?? "").trimmed
      return [try await context.openHistory().record(id).map(value) ?? .nil]
    }.documented(
      raises: [RaisedError("configuration", "the ledger cannot be read")], mustUse: true,
      example: """
        local history, ims = require "history", require "ims"

        local result = ims.import(ims.data_image { name = "kept01", image_url = "ims-image:data01.zvhd2", min_disk = 20 })
        print(history.get(result.record).state)  --> succeeded
        """)
  }

  // MARK: Types

  private static func optional(_ name: String, _ type: LuaType, _ docs: String) -> HostParameter {
    HostParameter(name, type, docs, optional: true)
  }

  private static let state = LuaType.enumeration(ImportRecordState.allCases.map(\.rawValue))

  static let record = LuaType.record(
    LuaRecord(
      "history.Record", "One submission as the ledger remembers it.",
      fields: [
        HostParameter("id", .string, "26 characters; also the value of the marker tag"),
        HostParameter("key", .string, "what makes two imports the same one"),
        HostParameter("state", state, "where it stands"),
        optional("name", .string, "the image's name"), optional("job_id", .string, "the cloud's job id"),
        optional("image_id", .string, "the image's UUID"), optional("code", .string, "the code of a failure"),
        optional("reason", .string, "why it failed, or is unknown"),
        optional("resubmitted_as", .string, "the record under which it was sent again"),
        optional("request_id", .string, "by which the cloud's support finds it"),
        HostParameter("request", .map, "the body, without marker"),
        HostParameter("marked", .boolean, "whether the marker tag went out with it"),
        HostParameter("attempts", .integer, "how often it was sent"),
        HostParameter("cloud", .string, "the host of the identity service"),
        HostParameter("region", .string, "the region"), HostParameter("project_id", .string, "the project"),
        HostParameter("profile", .string, "what the cloud's entry was called"),
        HostParameter("created_at", .string, "UTC, ISO 8601"), HostParameter("updated_at", .string, "UTC, ISO 8601"),
        optional("sent_at", .string, "UTC, ISO 8601"),
        optional("trace_id", .string, "of the run that began it, as in its events: 32 hexadecimal digits"),
        optional("span_id", .string, "of the import within that run: 16 hexadecimal digits"),
        optional("parent_span_id", .string, "of that run itself"),
      ]))

  private static let filter = LuaType.record(
    LuaRecord(
      "history.Filter", "Which records are asked for; all conditions must hold.",
      fields: [
        optional("state", .union([state, .list(state)]), "one state or several"),
        optional("name", .string, "the image's exact name"), optional("key", .string, "the import's key"),
        optional("cloud", .string, "the host of its identity service, or the profile's name"),
        optional("job_id", .string, "the cloud's job id"),
        optional("since", .string, "a time in ISO 8601, or how long ago, such as 24h"),
        optional("open", .boolean, "whether its end is still to come"),
        optional("limit", .integer, "at most so many, the latest ones"),
      ]))

  private static func filter(_ value: LuaValue, of function: String, now: Date) throws -> ImportRecordFilter {
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
          "bad argument #1 to '\(function)': 'since' must be a time or a duration, got '\(text.prefix(60))'",
          hint: "write it like 2024-11-06T06:21:08Z, or like 24h for a day ago")
      }
      filter.since = since
    }
    if let limit = table["limit"].integerValue {
      guard limit >= 1 else {
        throw ScriptFailure("bad argument #1 to '\(function)': 'limit' must be at least 1, got \(limit)")
      }
      filter.limit = Int(clamping: limit)
    }
    return filter
  }
}
