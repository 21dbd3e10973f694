import CloudAccess
import Foundation
import ImageImport
import LuaHost

/// What a job query answered, as a plain Lua table.
enum JobStatusTable {
  static func value(_ status: JobStatus) -> LuaValue {
    var table = LuaTable()
    table["job_id"] = text(status.id)
    table["status"] = text(status.rawStatus)
    table["job_type"] = text(status.type)
    table["progress"] = status.progress.map { .number($0) } ?? .nil
    table["image_id"] = text(status.imageID)
    table["image_name"] = text(status.imageName)
    table["error_code"] = text(status.errorCode)
    table["fail_reason"] = text(status.failReason)
    table["begin_time"] = text(status.beginTime?.formatted(.iso8601))
    table["end_time"] = text(status.endTime?.formatted(.iso8601))
    if case .object = status.entities { table["entities"] = LuaJSON.value(status.entities) }
    if SyntheticMark.isOn(status) { table["synthetic"] = .boolean(true) }
    return .table(table)
  }
}

/// What a finished import gave, as a plain Lua table.
enum ResultTable {
  static func value(_ result: ImportResult) -> LuaValue {
    var table = LuaTable()
    table["image_id"] = text(result.imageID)
    table["image_name"] = text(result.imageName)
    table["job_id"] = text(result.reference.jobID)
    table["record"] = text(result.reference.recordID)
    table["status"] = text(result.job.rawStatus)
    table["duration"] = result.duration.map { .number($0.inSeconds) } ?? .nil
    table["waited"] = .number(result.waited.inSeconds)
    table["reused"] = .boolean(result.reused)
    table["adopted"] = .boolean(result.adopted)
    if SyntheticMark.isOn(result.job) { table["synthetic"] = .boolean(true) }
    table["drift"] = .list(result.drift.map { LuaJSON.value($0.json) })
    if !result.warnings.isEmpty { table["warnings"] = .table(LuaTable(array: result.warnings.map { text($0) })) }
    return .table(table)
  }
}
