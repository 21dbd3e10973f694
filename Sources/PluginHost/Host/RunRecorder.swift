import CloudAccess
import Foundation
import ImageImport
import Synchronization

/// Keeps what becomes of every import of a run, for `on_run_finished`.
final class RunRecorder: Sendable {
  /// More than any report shows.
  private static let limit = 10_000

  private struct State {
    var began: Date?
    var entries: [RunSummary.Entry] = []
    var uncounted = 0
    /// The latest entry of a record, job or name.
    var index: [String: Int] = [:]
  }

  private let state = Mutex(State())

  func note(_ event: ImportEvent, now: Date) {
    state.withLock { state in
      state.began = state.began ?? now
      switch event {
      case .validated(let request, _):
        Self.begin(&state, request, now)
      case .submitted(let job), .attached(let job), .adopted(let job, _):
        Self.update(&state, job, now) { $0.submitted = $0.submitted ?? job.submittedAt ?? now }
      case .succeeded(let result):
        Self.update(&state, result.reference, now) { entry in
          entry.status = .succeeded
          entry.ended = now
          entry.imageID = result.imageID
          entry.duration = result.duration?.inSeconds
          entry.isReused = result.reused
          entry.error = .null
        }
      case .failed(let error): Self.end(&state, error, .failed, now)
      case .detached(let error): Self.end(&state, error, .detached, now)
      default: break
      }
    }
  }

  func summary(now: Date) -> RunSummary {
    state.withLock { state in
      RunSummary(began: state.began ?? now, ended: now, entries: state.entries, uncounted: state.uncounted)
    }
  }

  private static func begin(_ state: inout State, _ request: ImportRequest, _ now: Date) {
    guard state.entries.count < limit else {
      state.uncounted += 1
      return
    }
    state.entries.append(RunSummary.Entry(name: request.name, image: request.jsonValue, began: now))
    state.index["name:\(request.name ?? "")"] = state.entries.count - 1
  }

  private static func end(
    _ state: inout State, _ error: ImportError, _ status: RunSummary.Entry.Status, _ now: Date
  ) {
    let change: (inout RunSummary.Entry) -> Void = { entry in
      entry.status = status
      entry.ended = now
      entry.error = error.json
    }
    if let job = error.job { return update(&state, job, now, change) }
    if let index = state.index["name:\(error.request?.name ?? "")"] { change(&state.entries[index]) }
  }

  /// Changes the entry of a job: the one it has, else the one that was begun under its name, else a new one.
  private static func update(
    _ state: inout State, _ job: JobReference, _ now: Date, _ change: (inout RunSummary.Entry) -> Void
  ) {
    let keys = [job.recordID, job.id].compactMap { $0.map { "job:\($0)" } }
    var index: Int?
    for key in keys where index == nil { index = state.index[key] }
    if index == nil, let name = job.imageName { index = state.index.removeValue(forKey: "name:\(name)") }
    if index == nil, state.entries.count < limit {
      state.entries.append(
        RunSummary.Entry(name: job.imageName, image: job.request?.jsonValue ?? .null, began: job.submittedAt ?? now))
      index = state.entries.count - 1
    }
    guard let index else { return }
    for key in keys { state.index[key] = index }
    state.entries[index].jobID = job.jobID ?? state.entries[index].jobID
    change(&state.entries[index])
  }
}
