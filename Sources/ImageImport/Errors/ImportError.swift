import CloudAccess

/// Why an import, or a call around one, did not succeed; the fields are those scripts see.
public struct ImportError: Error, Sendable {
  /// What went wrong, in the words scripts see.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case validation, preflight, authentication, permission, not_found, conflict, quota, throttled, service, network,
      timeout
    case job_failed, cancelled, capability, argument
  }

  public var kind: Kind

  /// One sentence: the thing, what was expected, what came.
  public var message: String

  /// The cloud's code, such as `IMG.0009` or `APIGW.0301`.
  public var code: String?

  /// The HTTP status, when an answer came.
  public var status: Int?

  /// The id under which the cloud's support finds the request.
  public var requestID: String?

  /// What to do about it.
  public var hint: String?

  /// Whether the same call may succeed later without any change, and may safely be made again.
  public var retryable: Bool

  /// Whether the cloud may have acted on the request all the same.
  public var isAmbiguous: Bool

  /// The text of what lies beneath, without secrets.
  public var cause: String?

  /// The job, when there is one: after a time-out it can be waited for again.
  public var job: JobReference?

  /// The last answer of the job query.
  @IndirectOptional public var jobStatus: JobStatus?

  /// What the rules or the checks found, for kinds `validation` and `preflight`.
  public var report: ValidationReport?

  /// What was asked for.
  @IndirectOptional public var request: ImportRequest?

  /// The import's record in the ledger.
  public var recordID: String?

  public init(
    kind: Kind, message: String, code: String? = nil, status: Int? = nil, requestID: String? = nil, hint: String? = nil,
    retryable: Bool = false, isAmbiguous: Bool = false, cause: String? = nil, job: JobReference? = nil,
    jobStatus: JobStatus? = nil, report: ValidationReport? = nil, request: ImportRequest? = nil,
    recordID: String? = nil
  ) {
    self.kind = kind
    self.message = message
    self.code = code
    self.status = status
    self.requestID = requestID
    self.hint = hint
    self.retryable = retryable
    self.isAmbiguous = isAmbiguous
    self.cause = cause
    self.job = job
    self.jobStatus = jobStatus
    self.report = report
    self.request = request
    self.recordID = recordID
  }
}

extension ImportError: CustomStringConvertible {
  /// One readable line.
  public var description: String {
    var text = "\(kind.rawValue): \(message)"
    if let code, !message.contains(code) { text += " [\(code)]" }
    return text
  }
}
