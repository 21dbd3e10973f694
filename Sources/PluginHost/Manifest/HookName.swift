/// The moments at which plugins are called.
public enum HookName: String, Sendable, Hashable, CaseIterable {
  case onRequest = "on_request"
  case onValidate = "on_validate"
  case beforeSubmit = "before_submit"
  case onSubmitted = "on_submitted"
  case onProgress = "on_progress"
  case onSucceeded = "on_succeeded"
  case onFailed = "on_failed"
  case onRunFinished = "on_run_finished"

  /// Whether it stands in the way of an import, so that its failure stops it; the others only look on.
  public var isPolicy: Bool {
    switch self {
    case .onRequest, .onValidate, .beforeSubmit: true
    default: false
    }
  }
}
