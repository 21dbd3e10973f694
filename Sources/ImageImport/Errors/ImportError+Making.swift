import CloudAccess

extension ImportError {
  /// From a failed call; the documented remedy of its code is the hint where the call brought none.
  public init(_ error: CloudError, job: JobReference? = nil, request: ImportRequest? = nil) {
    let entry = error.code.flatMap(ErrorCatalogue.entry)
    self.init(
      kind: error.code.flatMap(ImportError.kind(ofCode:)) ?? Kind(rawValue: error.kind.rawValue) ?? .service,
      message: error.message, code: error.code, status: error.status, requestID: error.requestID,
      hint: entry?.action ?? error.hint, retryable: error.retryable || entry?.retryable == .yes,
      isAmbiguous: error.delivery == .ambiguous, cause: error.cause, job: job, request: request)
  }

  /// What the status of an answer hides: the service answers 400 for most refusals.
  private static func kind(ofCode code: String) -> Kind? {
    switch code {
    case "IMG.0009": .conflict
    case "IMG.0015": .quota
    case "IMG.0026": .permission
    case "IMG.0060", "IMG.0194": .throttled
    default: nil
    }
  }

  /// From whatever was thrown: an import error as it is, a cloud error, a cancellation, else a service error with its text.
  public init(wrapping error: any Error, job: JobReference? = nil, request: ImportRequest? = nil) {
    switch error {
    case let error as ImportError:
      self = error
      self.job = error.job ?? job
      self.request = error.request ?? request
    case let error as CloudError:
      self.init(error, job: job, request: request)
    case is CancellationError:
      self.init(kind: .cancelled, message: "Cancelled.", job: job, request: request)
    default:
      self.init(kind: .service, message: "\(error)", job: job, request: request)
    }
  }

  /// For a request the rules refuse.
  public init(refused request: ImportRequest, report: ValidationReport) {
    let errors = report.errors
    let first = errors.first
    let more = errors.count > 1 ? " (and \(errors.count - 1) more)" : ""
    let name = request.name.map { "image \(Quoted.text($0)): " } ?? ""
    self.init(
      kind: .validation, message: name + (first?.message ?? "The request was refused.") + more, code: first?.code,
      hint: first?.hint, report: report, request: request)
  }

  /// For a job that ended with FAIL.
  public init(failed status: JobStatus, job: JobReference) {
    let entry = status.errorCode.flatMap(ErrorCatalogue.entry)
    let subject = (job.imageName ?? status.imageName).map { "import of \(Quoted.text($0))" } ?? job.noun
    let reason = status.failReason ?? entry?.meaning ?? "the cloud gave no reason"
    var message = "The \(subject) failed: \(Quoted.plain(reason))"
    if let code = status.errorCode { message += " (\(code))" }
    let broken = status.subJobs.filter { $0.state == .failed }
    for part in broken where part.failReason != nil && part.failReason != status.failReason {
      message += "; sub-job \(part.id): \(Quoted.plain(part.failReason ?? ""))"
      if let code = part.errorCode { message += " (\(code))" }
    }
    self.init(
      kind: .job_failed, message: message, code: status.errorCode, hint: entry?.action,
      retryable: entry?.retryable == .yes, cause: entry?.meaning, job: job, jobStatus: status, request: job.request)
  }

  /// For a wait that reached its time limit: the job goes on.
  public init(detached job: JobReference, after limit: Duration, last status: JobStatus?) {
    if let status, status.state == .succeeded {
      self.init(
        kind: .timeout,
        message: "The \(job.noun) succeeded without naming its image, which was not found within \(limit.brief).",
        hint: "Look the image up by its name, or wait for the job again by its id, \(job.id).", retryable: true,
        job: job, jobStatus: status, request: job.request)
      return
    }
    let state = status.flatMap { $0.rawStatus.isEmpty ? nil : " (last status \(Quoted.plain($0.rawStatus)))" } ?? ""
    self.init(
      kind: .timeout, message: "The \(job.noun) is still running after \(limit.brief)\(state); it was left alone.",
      hint: job.goesOn, retryable: true, job: job,
      jobStatus: status, request: job.request)
  }
}

extension ImportError {
  /// For a job that succeeded while no image is listed that can be its own, or several; with a record it is one to be settled.
  public init(imageMissing status: JobStatus, job: JobReference) {
    let name = (job.imageName ?? status.imageName).map {
      ", and no image named \(Quoted.text($0)) is listed that must be its own"
    }
    self.init(
      kind: job.recordID == nil ? .service : .not_found,
      message: "The job \(job.id) ended with \(status.rawStatus) but named no image\(name ?? "").",
      hint: "List the images of the project and look for one made at that time.", job: job, jobStatus: status,
      request: job.request)
  }

  /// For a job the cloud does not let be asked for.
  public init(unavailable error: CloudError, job: JobReference) {
    self.init(error, job: job, request: job.request)
    if kind == .not_found || kind == .validation {
      kind = .not_found
      message = "The cloud does not know the job \(job.id): \(error.message)"
      hint =
        job.imageName.map { "Look the image \(Quoted.text($0)) up by its name before importing it again." }
        ?? "Check the id, the region and the project."
    } else {
      hint =
        (hint.map { $0.hasSuffix(".") ? $0 + " " : $0 + ". " } ?? "")
        + job.goesOn
    }
  }
}
