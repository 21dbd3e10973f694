import ImageImport

extension ProgressBoard {
  /// Takes an event in and says what of it deserves a line of its own.
  public mutating func apply(_ event: ImportEvent, at now: Duration) -> [ProgressNotice] {
    switch event {
    case .preflighted(let request, let report):
      return report.warnings.compactMap { finding in
        let text = ErrorReport.Item(finding).text
        guard isNews(text) else { return nil }
        return notice(.warning, request.name ?? "request", text, finding.hint.map { ["hint: " + $0] })
      }
    case .validated(let request, let report):
      return report.warnings.map { finding in
        notice(
          .warning, request.name ?? "request", ErrorReport.Item(finding).text, finding.hint.map { ["hint: " + $0] })
      }
    case .submitted(let job):
      update(id: job.id, name: job.imageName, phase: .submitted, at: now)
      return [notice(.step, subject(job), "submitted as job \(job.id)")]
    case .attached(let job):
      update(id: job.id, name: job.imageName, phase: .submitted, at: now)
      return [
        notice(.step, subject(job), "is under way already; waiting for \(job.jobID.map { "job \($0)" } ?? "its image")")
      ]
    case .adopted(let job, let others):
      update(id: job.id, name: job.imageName, phase: .submitted, at: now)
      let text = "its answer was lost; found its image \(job.imageID ?? job.id)"
      guard !others.isEmpty else { return [notice(.step, subject(job), text)] }
      return [
        notice(
          .warning, subject(job), text + "; \(others.count) more look the same",
          others.map { "image \($0) was left alone: delete it if nobody needs it" })
      ]
    case .settling(let name, let recordID, let reason, let delay):
      let subject = name ?? recordID
      let isNew = phase(id: nil, name: subject) == nil
      update(id: "waiting:" + subject, name: subject, phase: .queued, note: "looking for its image", at: now)
      let text = "\(Self.clause(reason)); looks for its image in \(DurationText.short(delay)) (record \(recordID))"
      return isNew ? [notice(.warning, subject, text)] : []
    case .progress(let job, let status):
      return progress(job, status, at: now)
    case .waiting(let name, let reason, let delay):
      let subject = name ?? "import"
      let isNew = phase(id: nil, name: subject) == nil
      update(id: "waiting:" + subject, name: subject, phase: .queued, note: reason, at: now)
      let text = Self.clause(reason) + (delay.map { "; tries again in \(DurationText.short($0))" } ?? "")
      guard isNew else { return [] }
      var waiting = notice(.step, subject, text)
      waiting.isMinor = true
      return [waiting]
    case .degraded(let job, let reason, let lasting, let delay):
      let again = "; asks again in \(DurationText.short(delay))"
      guard let job else {
        isDegraded = true
        let text = lasting > .zero ? "API degraded for \(DurationText.short(lasting)): " : "API degraded: "
        return [notice(.warning, "cloud", text + Self.clause(reason) + again)]
      }
      update(id: job.id, name: job.imageName, phase: phase(id: job.id, name: nil) ?? .running, note: reason, at: now)
      return [notice(.step, subject(job), Self.clause(reason) + again)]
    case .recovered(let lasting):
      isDegraded = false
      return [notice(.step, "cloud", "API well again after \(DurationText.short(lasting))")]
    case .warning(let job, let message):
      return [notice(.warning, subject(job), message)]
    case .batchBegan(let count):
      expect(count, at: now)
      return count > 1 ? [notice(.step, "batch", "\(count) images to import")] : []
    case .batchEnded(let count, let notBegun):
      endBatch(notBegun: notBegun)
      return count > ProgressRenderer.many ? [notice(.step, "batch", "over: " + summary(at: now))] : []
    case .succeeded(let result):
      let onBoard = settle(id: result.reference.id, name: nil, success: true, at: now)
      let time = result.duration ?? (result.waited > .zero ? result.waited : onBoard)
      let text =
        "image \(result.imageID)" + (result.reused ? ", imported before" : "")
        + (time.map { " in \(DurationText.short($0))" } ?? "")
      return [notice(.succeeded, result.imageName ?? subject(result.reference), text)]
        + result.warnings.map { notice(.warning, result.imageName ?? subject(result.reference), $0) }
    case .failed(let error) where error.kind != .timeout && error.kind != .cancelled:
      return [failed(error, at: now)]
    case .failed(let error), .detached(let error):
      return [detached(error, at: now)]
    }
  }

  private mutating func progress(_ job: JobReference, _ status: JobStatus, at now: Duration) -> [ProgressNotice] {
    guard !status.state.isFinal else { return [] }  // the result or the failure follows and says more
    let before = phase(id: job.id, name: nil)
    let next: Phase = status.state == .initializing ? .submitted : .running
    update(
      id: job.id, name: job.imageName ?? status.imageName, phase: next, fraction: status.progress,
      note: status.progress == nil ? status.currentTask : nil, at: now)
    guard before != next, next == .running else { return [] }
    var running = notice(.step, subject(job), "running")
    running.isMinor = before != nil
    return [running]
  }

  private mutating func failed(_ error: ImportError, at now: Duration) -> ProgressNotice {
    let name = error.job?.imageName ?? error.request?.name
    settle(id: error.job?.id, name: name, success: false, at: now)
    let code = error.code.flatMap { error.message.contains($0) ? nil : " (\($0))" } ?? ""
    if let first = alike(error.code, name ?? "import") {
      return notice(.failed, name ?? error.job?.id ?? "import", "failed as \(first): \(error.code ?? "")")
    }
    var details: [String] = []
    if let report = error.report, !report.errors.isEmpty {
      for finding in report.errors {
        details.append(ErrorReport.Item(finding).text)
        if let hint = finding.hint { details.append("hint: " + hint) }
      }
      let who = error.kind == .preflight ? "preflight" : "the rules"
      return notice(.failed, name ?? "import", "refused by \(who); nothing was sent", details)
    } else if let hint = error.hint {
      details.append("hint: " + hint)
    }
    return notice(.failed, name ?? error.job?.id ?? "import", error.message + code, details)
  }

  private mutating func detached(_ error: ImportError, at now: Duration) -> ProgressNotice {
    let name = error.job?.imageName ?? error.request?.name
    settle(id: error.job?.id, name: name, success: nil, at: now)
    let goesOn = error.job.map { "; job \($0.id) goes on in the cloud" } ?? ""
    let text = error.kind == .cancelled ? "no longer waited for" + goesOn : error.message
    return notice(.warning, name ?? error.job?.id ?? "import", text)
  }

  /// A sentence as the first half of a longer one.
  private static func clause(_ sentence: String) -> String {
    sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
  }

  private func subject(_ job: JobReference) -> String {
    job.imageName ?? job.id
  }

  private func notice(
    _ kind: ProgressNotice.Kind, _ subject: String, _ text: String, _ details: [String]? = nil
  ) -> ProgressNotice {
    ProgressNotice(
      kind: kind, subject: DisplayText.harmless(subject), text: DisplayText.harmless(text),
      details: (details ?? []).map { DisplayText.harmless($0) })
  }
}
