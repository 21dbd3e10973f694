import CloudAccess
import ImageImport
import LuaHost

/// An import's error as scripts see it, with the job attached where there is one, so that it can be waited for again.
public struct ImsFailure: ScriptError {
  /// The error as the import core gave it.
  public let error: ImportError
  private let ims: ImsModule

  init(_ error: ImportError, _ ims: ImsModule) {
    self.error = error
    self.ims = ims
  }

  public var scriptMessage: String { error.message }

  public var scriptFields: [(String, LuaValue)] {
    var fields: [(String, LuaValue)] = [
      ("kind", text(error.kind.rawValue)), ("message", text(error.message)), ("retryable", .boolean(error.retryable)),
    ]
    if let code = error.code { fields.append(("code", text(code))) }
    if let status = error.status { fields.append(("status", .integer(Int64(status)))) }
    if let requestID = error.requestID { fields.append(("request_id", text(requestID))) }
    if let hint = error.hint { fields.append(("hint", text(hint))) }
    if let cause = error.cause { fields.append(("cause", text(cause))) }
    if SyntheticMark.isOn(error) { fields.append(("synthetic", .boolean(true))) }
    if error.isAmbiguous { fields.append(("ambiguous", .boolean(true))) }
    if let record = error.recordID ?? error.job?.recordID { fields.append(("record", text(record))) }
    if let job = error.job { fields.append(("job", ims.job(job))) }
    if let status = error.jobStatus { fields.append(("job_status", JobStatusTable.value(status))) }
    if let report = error.report { fields.append(("report", ImsReport.value(report))) }
    if let request = error.request { fields.append(("image", ims.image(request))) }
    return fields
  }
}

extension ConfigurationError: ScriptError {
  public var scriptMessage: String { message }
  public var scriptFields: [(String, LuaValue)] {
    ScriptFailure(kind: "configuration", message, hint: hint).scriptFields
  }
}

extension RecordStoreError: ScriptError {
  public var scriptMessage: String { message }
  public var scriptFields: [(String, LuaValue)] {
    ScriptFailure(kind: "configuration", message, hint: hint).scriptFields
  }
}

extension ImsModule {
  func errorValue(_ error: ImportError) -> LuaValue { .error(ImsFailure(error, self)) }
}
