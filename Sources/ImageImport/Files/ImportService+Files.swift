import CloudAccess
import ObjectStorage

extension ImportService {
  /// Makes an image of a disk file: judges the request, brings the file into its bucket, submits and waits.
  ///
  /// The request gets the object as its file and, if it names none, the smallest disk that fits. What the rules refuse is refused
  /// before anything is sent. Safe to run again after any end: what is stored is not sent again, and the same file asked for in the
  /// same words gives the same image, unless `options` name a key of their own or want another. An object that is to be deleted is
  /// deleted when the image is made, and not sent again for an import that the ledger knows as done.
  ///
  /// - Throws: what ``submit(_:options:evenIfInvalid:file:)`` and ``wait(for:timeout:onProgress:)`` throw, and ``ImportError`` for
  ///   the file and its upload.
  public func importFile(
    _ upload: ImageFileUpload, as request: ImportRequest, options: SubmitOptions = SubmitOptions(),
    signature: ObjectStorageSignature? = nil, timeout: Duration? = nil,
    onSubmitted: (@Sendable (JobReference) async throws -> Void)? = nil, onProgress: JobScheduler.Progress? = nil
  ) async throws -> ImportResult {
    guard upload.deletesObject else {
      let job = try await submitFile(upload, as: request, options: options, signature: signature)
      try await onSubmitted?(job)
      return try await wait(for: job, timeout: timeout, onProgress: onProgress)
    }
    let store = try await ObjectStore(session: client.session, signature: signature)
    let completed = upload.plan.completing(request)
    if await upload.isGone(from: store), let job = try await done(completed, options: keyed(options, completed, upload))
    {
      try await onSubmitted?(job)
      return try await wait(for: job, timeout: timeout, onProgress: onProgress)
    }
    let job = try await submitFile(upload, as: request, options: options, signature: signature)
    try await onSubmitted?(job)
    let result = try await wait(for: job, timeout: timeout, onProgress: onProgress)
    await upload.delete(from: store)
    return result
  }

  /// The same without waiting for the job.
  public func submitFile(
    _ upload: ImageFileUpload, as request: ImportRequest, options: SubmitOptions = SubmitOptions(),
    signature: ObjectStorageSignature? = nil
  ) async throws -> JobReference {
    let request = upload.plan.completing(request)
    let report = validate(request, file: upload.plan.facts)
    guard report.isValid else { throw ImportError(refused: request, report: report) }
    let store = try await ObjectStore(session: client.session, signature: signature)
    let result: UploadResult
    do {
      result = try await upload.run(in: store)
    } catch {
      throw ImportError(wrapping: error, request: request)
    }
    // What preflight knew of the object before is no longer so.
    preflight?.objectWasUploaded(bucket: upload.plan.location.bucket, key: upload.plan.location.key)
    var facts = upload.plan.facts
    facts.objectSize = result.size
    var options = keyed(options, request, upload)
    if upload.rehearse != nil, upload.plan.route == .converted, !result.wasThere {
      // Nobody has made that object, so nobody can look at it; the file itself was looked at.
      facts.objectSize = nil
      options.preflight.skipped.formUnion(PreflightCheck.namesOfFileChecks)
    }
    return try await submit(request, options: options, file: facts)
  }

  /// The options with a key, for the request alone would make every version of the file the same import.
  private func keyed(_ options: SubmitOptions, _ request: ImportRequest, _ upload: ImageFileUpload) -> SubmitOptions {
    var options = options
    options.key = options.key ?? Self.key(of: request, upload)
    return options
  }

  private static func key(of request: ImportRequest, _ upload: ImageFileUpload) -> String {
    "file-" + Fingerprint.sha256(Array((request.jsonValue.serialized() + "\n" + upload.fingerprint).utf8))
  }
}
