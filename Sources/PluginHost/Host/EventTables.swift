import CloudAccess
import ImageImport
import LuaHost
import ScriptAPI

/// Events as plugins get them: plain tables with the API's names.
enum EventTables {
  /// The hook that an event is for.
  static func hook(_ event: ImportEvent) -> HookName? {
    switch event {
    case .submitted, .adopted: .onSubmitted
    case .progress: .onProgress
    case .succeeded: .onSucceeded
    case .failed: .onFailed
    default: nil
    }
  }

  /// What the event is about: events of the same subject are told in their order.
  static func subject(_ event: ImportEvent) -> String {
    switch event {
    case .submitted(let job), .adopted(let job, _), .progress(let job, _): key(job)
    case .succeeded(let result): key(result.reference)
    case .failed(let error): error.job.map(key) ?? error.request?.name ?? ""
    default: ""
    }
  }

  private static func key(_ job: JobReference) -> String { job.recordID ?? job.id }

  /// The event with its ids, if it has any.
  static func table(_ event: ImportEvent, _ trace: ImportTrace?) -> LuaValue {
    var members = event.json.objectValue ?? [:]
    if let trace { members.merge(trace.members(for: event)) { own, _ in own } }
    members["event"] = nil
    let request: ImportRequest?
    switch event {
    case .submitted(let job), .adopted(let job, _), .progress(let job, _):
      request = job.request
      members["origin"] = .string(job.origin.rawValue)
    case .succeeded(let result): request = result.reference.request
    case .failed(let error):
      request = error.request ?? error.job?.request
      members["image_name"] = members["image_name"] ?? request?.name.map(JSONValue.string)
    default: request = nil
    }
    if let request { members["image"] = request.jsonValue }
    return plain(.object(members))
  }

  /// Values without nulls, which Lua tables do not hold.
  private static func plain(_ json: JSONValue) -> LuaValue {
    switch json {
    case .null: .nil
    case .array(let items): .list(items.map(plain).filter { !$0.isNil })
    case .object(let members):
      .record(members.sorted { $0.key < $1.key }.map { ($0.key, plain($0.value)) })
    default: LuaJSON.value(json)
    }
  }

  static func summary(_ summary: RunSummary, _ trace: ImportTrace?) -> LuaValue {
    var members = summary.json.objectValue ?? [:]
    if let trace { members.merge(trace.context.members) { own, _ in own } }
    return plain(.object(members))
  }
}
