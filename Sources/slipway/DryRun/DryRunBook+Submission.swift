import CloudAccess
import Foundation
import ImageImport
import ScriptAPI

/// Submissions and the jobs that follow from them.
extension DryRunBook {
  /// What stands for the ledger's id in the marker tag, which is another one in every run.
  static let marker = "<record id>"

  /// A submission reached the network: takes it down and answers in the cloud's place.
  func submit(_ body: [UInt8], now: Date) -> HTTPResponse {
    let json = (try? JSONValue(parsing: body)) ?? .null
    let request = ImportRequest(json: json)
    let call = ScriptCall.current
    let full = fullQuota
    let code = full == nil ? isRepeated(call) ?? ask(call) : DryRunAssumption.usualRefusal
    let isRefusal = full != nil || call?.function == "image:submit" || code.map(DryRunAssumption.isRefusal) == true
    return state.withLock { state in
      state.requests[.submit, default: 0] += 1
      let refused = isRefusal ? code : nil
      let failing = isRefusal ? nil : code
      let id = Self.newID("job", &state)
      let imageID = id.replacing("\(SyntheticMark.prefix)job", with: "\(SyntheticMark.prefix)image")
      Self.importStep(&state, name: request.name) { step in
        step.body = Self.shown(json)
        step.location = request.imageURL.flatMap { ImageLocation($0) }
        step.detail = request.imageURL
        if let code = refused ?? failing { step.outcome = .fails(code) }
        if let full {
          step.outcome = .refused("The quota of \(full) private images would be used up by then (IMG.0015).")
        }
        if refused == nil {
          step.jobID = id
          if failing == nil { step.imageID = imageID }
        }
      }
      if let refused {
        if let id = call.map({ ImportID(call: $0.number, index: $0.index) }) { state.refused[id] = refused }
        return Self.refusal(refused, number: state.steps.count)
      }
      state.jobs[id] = DryRunJob(
        id: id, imageID: imageID, name: request.name, request: request, began: now,
        order: Self.order(&state), code: failing)
      return .synthetic(200, .object(["job_id": .string(id)]))
    }
  }

  /// The code of a submission that is sent again, since it was refused for want of room; it is no other result.
  private func isRepeated(_ call: ScriptCall?) -> String? {
    guard let call else { return nil }
    return state.withLock { $0.refused[ImportID(call: call.number, index: call.index)] }
  }

  static func refusal(_ code: String, number: Int) -> HTTPResponse {
    let entry = ErrorCatalogue.entry(code)
    var response = HTTPResponse.synthetic(
      entry?.status ?? 400,
      .object([
        "error": .object(["code": .string(code), "message": .string("Dry run: \(entry?.meaning ?? "refused")")])
      ]))
    response.headers.append(("X-Request-Id", "\(SyntheticMark.prefix)request-\(number)"))
    return response
  }

  /// The body as the plan shows it.
  static func shown(_ json: JSONValue) -> JSONValue {
    guard case .object(var members) = json else { return json }
    if case .array(let tags)? = members["image_tags"] {
      members["image_tags"] = .array(
        tags.map { tag in
          guard tag["key"]?.stringValue == ImportMarker.tagKey, case .object(var entry) = tag else { return tag }
          entry["value"] = .string(marker)
          return .object(entry)
        })
    }
    if case .array(let tags)? = members["tags"] {
      members["tags"] = .array(
        tags.map { tag in
          tag.stringValue?.hasPrefix("\(ImportMarker.tagKey).") == true
            ? .string("\(ImportMarker.tagKey).\(marker)") : tag
        })
    }
    return .object(members)
  }

  /// The answer to a question about a job; nil where the cloud has to give it.
  func answer(job id: String, now: Date) -> HTTPResponse? {
    state.withLock { state in
      state.requests[.poll, default: 0] += 1
      return state.jobs[id].map { .synthetic(200, $0.answer(now: now)) }
    }
  }

  /// A job that the cloud works on: from the next question on its end is made up.
  func adopt(job id: String, answer: JSONValue, now: Date) {
    let status = JobStatus(json: answer)
    guard !status.state.isFinal else { return }
    state.withLock { state in Self.adopt(id, name: status.imageName, request: nil, now: now, &state) }
  }

  private static func adopt(_ id: String, name: String?, request: ImportRequest?, now: Date, _ state: inout State) {
    guard state.jobs[id] == nil else { return }
    state.jobs[id] = DryRunJob(
      id: id, imageID: "\(SyntheticMark.prefix)image-of-job-\(state.jobs.count + 1)", name: name, request: request,
      began: now, order: Self.order(&state))
  }

  /// Lets a job that the script is about to learn of fail, if the branch says so.
  private func fail(_ job: JobReference, at call: ScriptCall?) {
    guard job.result == nil, let id = job.jobID else { return }
    // What a script was told of a job stays so.
    guard state.withLock({ $0.told.insert(id).inserted }), let code = ask(call) else { return }
    state.withLock { state in
      Self.adopt(id, name: job.imageName, request: job.request, now: start, &state)
      state.jobs[id]?.code = code
      for index in state.steps.indices where state.steps[index].jobID == id {
        state.steps[index].outcome = .fails(code)
        state.steps[index].imageID = nil
      }
    }
  }
}

extension DryRunBook: Rehearsal {
  func submitted(_ job: JobReference) {
    guard job.origin != .submitted else { return }
    state.withLock { state in
      Self.importStep(&state, name: job.imageName) { step in
        step.action = job.origin == .attached ? .attach : .reuse
        step.body = job.request.map { Self.shown($0.jsonValue) }
        step.jobID = job.jobID
        step.imageID = job.imageID
        step.recordID = job.recordID
        step.detail = step.action == .attach ? "job \(job.id)" : job.imageID.map { "image \($0)" }
      }
    }
    if job.origin == .attached, ScriptCall.current?.function != "image:submit" { fail(job, at: ScriptCall.current) }
  }

  func asking(about job: JobReference) {
    countRepeat(of: job.id, ScriptCall.current)
    fail(job, at: ScriptCall.current)
  }

  func writing(file: String, bytes: UInt64) {
    add(DryRunStep(action: .write, what: file, bytes: bytes))
  }

  func converting(file: String, to target: String, bytes: UInt64?) throws {
    let code = ask(ScriptCall.current, .conversion)
    var step = DryRunStep(action: .convert, what: file, detail: target, bytes: bytes)
    if let code { step.outcome = .fails(code) }
    add(step)
    guard code != nil else { return }
    var failure = ScriptFailure(
      kind: "conflict", "Dry run: there is no room for '\(target)'", hint: "free some space or write to another disk")
    failure.isSynthetic = true
    throw failure
  }

  func sending(_ request: RehearsedRequest) -> Int {
    var step = DryRunStep(action: .http, what: "\(request.method) \(request.url)", bytes: request.bytes)
    if !request.headers.isEmpty { step.detail = "headers \(request.headers.sorted().joined(separator: ", "))" }
    // One that a policy sends on behalf of an import is no result of the script's.
    let call = ScriptCall.current
    let code = call?.function.hasPrefix("http.") == true ? ask(call) : nil
    if let code { step.outcome = .fails(code) }
    add(step)
    return code.flatMap { Int($0) } ?? 200
  }
}

extension DryRunBook: ImportEventSink {
  func emit(_ event: ImportEvent) {
    switch event {
    case .validated(let request, let report):
      countRepeat(of: request.name ?? "", ScriptCall.current)
      state.withLock { state in
        Self.importStep(&state, name: request.name ?? "") { step in
          step.validation = report.findings
          step.detail = step.detail ?? request.imageURL
          step.location = request.imageURL.flatMap { ImageLocation($0) }
          step.body = step.body ?? Self.shown(request.jsonValue)
          if !report.isValid { step.outcome = .refused(nil) }
        }
      }
    case .preflighted(let request, let report):
      state.withLock { state in
        Self.importStep(&state, name: request.name) { step in
          step.preflight = report.findings
          if !report.isValid { step.outcome = .refused(nil) }
        }
      }
    case .failed(let error), .detached(let error): failed(error)
    default: break
    }
  }

  /// An import that did not get under way for a reason of its own: a plugin, the key of another one, a cloud that does not answer.
  private func failed(_ error: ImportError) {
    guard error.job == nil, error.report == nil, error.kind != .cancelled, ScriptCall.current != nil else { return }
    state.withLock { state in
      Self.importStep(&state, name: error.request?.name) { step in
        guard step.outcome == .planned, step.jobID == nil else { return }
        step.outcome = error.kind == .preflight ? .refused(error.message) : .impossible(error.message)
      }
    }
  }
}

extension HTTPResponse {
  /// An answer in the cloud's place.
  static func synthetic(_ status: Int, _ json: JSONValue? = nil) -> HTTPResponse {
    HTTPResponse(
      status: status, headers: json == nil ? [] : [("Content-Type", "application/json")],
      body: json.map { Array($0.serialized().utf8) } ?? [])
  }
}
