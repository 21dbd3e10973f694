import ImageImport
import Synchronization

/// Knows which jobs go on in the cloud if this process ends now, so that an interruption can name them.
public final class JobTracker: ImportEventSink {
  private struct State {
    /// Jobs by their ids, each with its place in the order of submission.
    var jobs: [String: (place: Int, job: JobReference)] = [:]
    var lastPlace = 0

    /// Records of submissions whose answer was lost and whose image was not found yet.
    var unsettled: [String] = []

    var inOrder: [JobReference] { jobs.values.sorted { $0.place < $1.place }.map(\.job) }
  }

  private let state = Mutex(State())

  public init() {}

  /// Ids and image names, in the order of submission.
  public var underWay: [(id: String, name: String)] {
    state.withLock { $0.inOrder.map { ($0.id, $0.imageName ?? "") } }
  }

  /// The ledger's records of those, in the same order.
  public var recordsUnderWay: [String] {
    state.withLock { $0.inOrder.compactMap(\.recordID) + $0.unsettled }
  }

  public func emit(_ event: ImportEvent) {
    switch event {
    case .submitted(let job), .attached(let job), .adopted(let job, _): add(job)
    case .settling(_, let record, _, _): lost(record)
    case .detached(let error) where error.job == nil: lost(error.recordID)
    case .failed(let error) where error.job == nil: settled(error.recordID)
    case .succeeded(let result): remove(result.reference.id)
    case .failed(let error) where error.kind == .job_failed: remove(error.job?.id)
    default: break
    }
  }

  private func add(_ job: JobReference) {
    state.withLock { state in
      if state.jobs[job.id] == nil {
        state.lastPlace += 1
        state.jobs[job.id] = (state.lastPlace, job)
      }
      state.unsettled.removeAll { $0 == job.recordID }
    }
  }

  private func remove(_ id: String?) {
    guard let id else { return }
    state.withLock { $0.jobs[id] = nil }
  }

  private func lost(_ record: String?) {
    guard let record else { return }
    state.withLock { if !$0.unsettled.contains(record) { $0.unsettled.append(record) } }
  }

  private func settled(_ record: String?) { state.withLock { $0.unsettled.removeAll { $0 == record } } }
}
