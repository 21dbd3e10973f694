import CloudAccess

extension ImportError {
  /// For a submission whose answer was lost and which could not be settled: nothing is lost, the next run goes on.
  init(unsettled record: ImportRecord, _ what: String, cause: CloudError? = nil) {
    let name = record.name.map { Quoted.text($0) } ?? "without a name"
    let why = cause?.message ?? record.progress.reason ?? "its answer was lost"
    self.init(
      kind: cause.map { $0.kind == .cancelled ? .cancelled : $0.kind == .service ? .service : .network } ?? .timeout,
      message: "It is unknown whether the cloud started the import of image \(name): \(why) \(what)",
      code: cause?.code, status: cause?.status, requestID: cause?.requestID ?? record.requestID,
      hint: "Run the same again, or `slipway jobs resume \(record.id)`: it looks again and never sends twice."
        + " If you are sure that no such image was made, `slipway jobs forget \(record.id)` lets the next run send it again.",
      retryable: true, isAmbiguous: true, cause: cause?.cause, request: record.request, recordID: record.id)
  }

  /// For a submission whose image was found dead, or vanished.
  init(dead record: ImportRecord, image: String, _ fate: String) {
    let name = record.name.map { Quoted.text($0) } ?? "without a name"
    self.init(
      kind: .job_failed, message: "The import of image \(name) failed: its image \(image) \(fate).",
      hint: "The reason was lost with the job id. Check the image file, then run the same again.",
      request: record.request, recordID: record.id)
  }

  /// For an import that another run saw fail.
  init(failedElsewhere record: ImportRecord) {
    let name = record.name.map { Quoted.text($0) } ?? "without a name"
    let reason = record.progress.reason ?? "no reason is on record"
    let entry = record.progress.code.flatMap(ErrorCatalogue.entry)
    self.init(
      kind: .job_failed, message: "The import of image \(name), which another run submitted, failed: \(reason)",
      code: record.progress.code, requestID: record.requestID, hint: entry?.action,
      retryable: entry?.retryable == .yes, job: JobReference(record, origin: .attached),
      jobStatus: record.result.map(JobStatus.init(json:)), request: record.request, recordID: record.id)
  }

  /// For a key that stands for another request.
  init(keyOf record: ImportRecord, isNot request: ImportRequest) {
    let names = Set(request.fields.keys).union(record.request.fields.keys)
    let different = names.filter { request.jsonValue[$0] != record.request.jsonValue[$0] }.sorted()
    self.init(
      kind: .conflict,
      message: "The key \(Quoted.text(record.key)) stands for another request, which differs in "
        + "\(different.joined(separator: ", ")); record \(record.id) is \(record.state.rawValue).",
      hint: record.state.isFinal
        ? "Give this import another key, or make a new image with again = true (--again)."
        : "Give this import another key, or wait for the other one: slipway jobs show \(record.id).",
      request: request, recordID: record.id)
  }
}
