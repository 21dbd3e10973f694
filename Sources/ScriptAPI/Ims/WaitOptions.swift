import ImageImport
import LuaHost

/// What scripts say about how to wait for a job.
struct WaitOptions: Sendable {
  var timeout: Duration?
  var onProgress: LuaFunction?

  init(_ value: LuaValue) {
    guard let table = value.tableValue else { return }
    timeout = table["timeout"].duration
    if case .function(let function) = table["on_progress"] { onProgress = function }
  }

  /// What the scheduler calls at every change; a failing callback is the script's error and ends the wait.
  func observer(_ name: String?) -> (@Sendable (JobStatus) async throws -> Void)? {
    guard let onProgress else { return nil }
    return { status in
      var table = JobStatusTable.value(status).tableValue ?? LuaTable()
      if table["image_name"] == .nil { table["image_name"] = text(name) }
      _ = try await onProgress.call([.table(table)])
    }
  }
}
