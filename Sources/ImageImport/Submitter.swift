/// Stands between whoever wants an import and the client that sends it.
///
/// The seam where a ledger goes: a submitter that records its intent first can attach to an import of the same key instead of sending
/// it again, and can settle one whose outcome is unknown.
public protocol Submitter: Sendable {
  /// Gets the import under way and names its job.
  ///
  /// - Parameters:
  ///   - request: what to import, already validated.
  ///   - key: what makes two imports the same one; nil derives it from the request.
  /// - Returns: the job, to be polled or waited for.
  /// - Throws: ``ImportError``; with `isAmbiguous` the import may have been started all the same.
  func submit(_ request: ImportRequest, key: String?) async throws -> JobReference
}
