import ImageImport
import Synchronization

/// Knows which jobs go on in the cloud if this process ends now, so that an interruption can name them.
public final class JobTracker: ImportEventSink {
  private let jobs = Mutex<[JobReference]>([])

  /// Records of submissions whose answer was lost and whose image was not found yet.
  private let unsettled = Mutex<[String]>([])

  public init() {}

  /// Ids and image names, in the order of submission.
  public var underWay: [(id: String, name: String)] {
    jobs.withLock { $0.map { ($0.id, $0.imageName ?? "") } }
  }

  /// The ledger's records of those, in the same order.
  public var recordsUnderWay: [String] {
    jobs.withLock { $0.compactMap(\.recordID) } + unsettled.withLock { $0 }
  }

  public func emit(_ event: ImportEvent) {
    switch event {
    case .submitted(let job), .attached(let job), .adopted(let job, _):
      jobs.withLock { jobs in if !jobs.contains(where: { $0.id == job.id }) { jobs.append(job) } }
      settled(job.recordID)
    case .settling(_, let record, _, _): lost(record)
    case .detached(let error) where error.job == nil: lost(error.recordID)
    case .failed(let error) where error.job == nil: settled(error.recordID)
    case .succeeded(let result): remove(result.reference.id)
    case .failed(let error) where error.kind == .job_failed: remove(error.job?.id)
    default: break
    }
  }

  private func lost(_ record: String?) {
    guard let record else { return }
    unsettled.withLock { if !$0.contains(record) { $0.append(record) } }
  }

  private func settled(_ record: String?) { unsettled.withLock { $0.removeAll { $0 == record } } }

  private func remove(_ id: String?) { jobs.withLock { $0.removeAll { $0.id == id } } }
}
