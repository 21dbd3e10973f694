import ImageImport
import Synchronization

/// Knows which jobs go on in the cloud if this process ends now, so that an interruption can name them.
public final class JobTracker: ImportEventSink {
  private let jobs = Mutex<[JobReference]>([])

  public init() {}

  /// Ids and image names, in the order of submission.
  public var underWay: [(id: String, name: String)] {
    jobs.withLock { $0.map { ($0.id, $0.imageName ?? "") } }
  }

  /// The ledger's records of those, in the same order.
  public var recordsUnderWay: [String] { jobs.withLock { $0.compactMap(\.recordID) } }

  public func emit(_ event: ImportEvent) {
    switch event {
    case .submitted(let job), .attached(let job), .adopted(let job, _):
      jobs.withLock { jobs in if !jobs.contains(where: { $0.id == job.id }) { jobs.append(job) } }
    case .succeeded(let result): remove(result.reference.id)
    case .failed(let error) where error.kind == .job_failed: remove(error.job?.id)
    default: break
    }
  }

  private func remove(_ id: String?) { jobs.withLock { $0.removeAll { $0.id == id } } }
}
