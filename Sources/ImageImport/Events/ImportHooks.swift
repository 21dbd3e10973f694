/// What others may do to an import on its way to the cloud: change the request, add findings, refuse.
///
/// The calls come at fixed moments: ``prepare(_:)`` before validation, ``findings(for:report:)`` after the rules, and
/// ``beforeSubmit(_:)`` last of all before sending. Whoever implements them fails closed: what throws stops the import.
public protocol ImportHooks: Sendable {
  /// The request as it shall be imported. It must be the same for the same request, since its key is derived from it.
  ///
  /// - Throws: ``ImportError``.
  func prepare(_ request: ImportRequest) async throws -> ImportRequest

  /// What there is to say about a request, besides what the rules found.
  ///
  /// - Throws: ``ImportError`` of kind `cancelled` only; a failure is a finding of its own.
  func findings(for request: ImportRequest, report: ValidationReport) async throws -> [Finding]

  /// The last word before sending.
  ///
  /// - Throws: ``ImportError`` with the reason of a refusal.
  func beforeSubmit(_ request: ImportRequest) async throws
}

/// Leaves every import as it is.
public struct NoHooks: ImportHooks {
  public init() {}
  public func prepare(_ request: ImportRequest) -> ImportRequest { request }
  public func findings(for request: ImportRequest, report: ValidationReport) -> [Finding] { [] }
  public func beforeSubmit(_ request: ImportRequest) {}
}

extension ImportHooks {
  /// The request as it shall be imported, with everything that the rules and the hooks found in it.
  public func validate(
    _ request: ImportRequest, by rules: RuleSet, file: ImageFileFacts? = nil
  ) async throws -> (request: ImportRequest, report: ValidationReport) {
    let prepared = try await prepare(request)
    var report = rules.report(for: prepared, file: file)
    report.findings += try await findings(for: prepared, report: report)
    return (prepared, report)
  }
}
