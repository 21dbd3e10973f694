/// Stands between whoever wants an import and the client that sends it, with a memory: what was sent is sent once.
public protocol Submitter: Sendable {
  /// Gets the import under way and names its job; finds it again where it was sent or done before.
  ///
  /// - Parameters:
  ///   - request: what to import, already validated.
  ///   - options: what makes it the same as another, and what to do when its answer gets lost.
  /// - Returns: the job, or the image of an import whose job is not known.
  /// - Throws: ``ImportError``; with `isAmbiguous` the import may have been started all the same, and the next run goes on from there.
  ///   ``RecordStoreError`` when the memory fails; then nothing was sent.
  func submit(_ request: ImportRequest, options: SubmitOptions) async throws -> JobReference

  /// The image of the same import where it was done before and is still there; sends nothing.
  func done(_ request: ImportRequest, options: SubmitOptions) async throws -> JobReference?

  /// Goes on with an import on record, whatever its state.
  func resume(_ recordID: String, options: SubmitOptions) async throws -> JobReference

  /// The job with what the memory knows about it.
  func recalled(_ job: JobReference) async -> JobReference

  /// The cloud has begun to work on it.
  func began(_ job: JobReference) async

  /// Its wait is over; only an end of the import itself is remembered.
  func ended(_ job: JobReference, _ result: Result<ImportResult, ImportError>) async
}
