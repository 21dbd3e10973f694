import CloudAccess
import ObjectStorage

/// Why a question of preflight has no answer.
struct PreflightFailure: Error, Sendable {
  var error: CloudError

  /// The endpoint that object storage names for a bucket that lives elsewhere.
  var rightEndpoint: String?

  /// The region that it names instead.
  var rightRegion: String?

  /// Whether the object's newest version is a delete marker.
  var isDeleteMarker = false

  /// The question whose failure left this one without a sense; nobody needs to hear of both.
  var cause: PreflightQuestion?

  init(_ error: CloudError, rightEndpoint: String? = nil, cause: PreflightQuestion? = nil) {
    self.error = error
    self.rightEndpoint = rightEndpoint
    self.cause = cause
  }

  /// From whatever a call threw.
  init(wrapping error: any Error) {
    switch error {
    case let error as PreflightFailure: self = error
    case let error as ObjectStorageError:
      self.init(error.cloudError, rightEndpoint: error.rightEndpoint)
      rightRegion = error.rightRegion
      isDeleteMarker = error.isDeleteMarker
    case let error as CloudError: self.init(error)
    default: self.init(CloudError(kind: .service, message: "\(error)", delivery: .answered))
    }
  }

  /// Whether the service said that the thing is not there, rather than that it would not tell.
  var isMissing: Bool { error.kind == .not_found && error.delivery == .answered }
}
