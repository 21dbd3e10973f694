import CloudAccess
import ImageImport

/// What faults decided about an import when it was accepted; it stays with the job, also over a restart.
struct JobOrder: Sendable, Equatable, Codable {
  /// How it fails whatever its file is like.
  var failure: JobMachine.Failure?

  /// How long it takes, in seconds.
  var seconds: Double?

  var isEmpty: Bool { failure == nil && seconds == nil }

  /// What some effects say together; the last of a kind counts.
  init(_ effects: [FaultEffect]) {
    for effect in effects {
      switch effect {
      case .jobFails(let code, let reason, let keepsImage):
        let reason = reason ?? ErrorCatalogue.entry(code)?.meaning ?? "failed by order"
        failure = JobMachine.Failure(code: code, reason: reason, keepsImage: keepsImage)
      case .jobTakes(let duration): seconds = duration.inSeconds
      default: break
      }
    }
  }
}
