import CloudAccess
import ObjectStorage

/// Checks an import against the cloud before it is sent: what no rule can know from the request alone, though each breach costs a whole job.
///
/// All questions are asked at the same time and shared between imports. A question without an answer is a warning, never an error: only what
/// the cloud said refuses an import.
public final class Preflight: Sendable {
  private let client: ImageClient
  private let rules: RuleSet
  private let source: PreflightSource
  private let ownImports: @Sendable () async -> Int

  /// A preflight over a client.
  ///
  /// - Parameters:
  ///   - client: asks the image service, within its request budget.
  ///   - rules: of the cloud's dialect.
  ///   - openStore: opens the object storage, once; by default that of the client's session.
  ///   - ownImports: how many imports of this process are under way; those may yet fail and give their room back.
  public init(
    client: ImageClient, rules: RuleSet, openStore: (@Sendable () async throws -> ObjectStore)? = nil,
    ownImports: @escaping @Sendable () async -> Int = { 0 }
  ) {
    self.client = client
    self.rules = rules
    self.ownImports = ownImports
    source = PreflightSource(client: client) {
      if let openStore { return try await openStore() }
      return try await ObjectStore(session: client.session)
    }
  }

  /// Says that an object was just written, so that the next report asks for it anew.
  public func objectWasUploaded(bucket: String, key: String) {
    source.forget(ImageLocation(bucket: bucket, key: key))
  }

  /// Says that an import of this name was sent, so that the name counts as taken from now on.
  func wasSent(_ name: String?) {
    if let name { source.wasSent(name) }
  }

  /// Every finding of every check that is not left out.
  ///
  /// - Returns: the report, in the order of ``PreflightCheck/all``; every finding names its check.
  /// - Throws: `CancellationError` when the task is cancelled.
  public func report(
    for request: ImportRequest, options: PreflightOptions = PreflightOptions()
  ) async throws -> ValidationReport {
    let checks = PreflightCheck.all.filter { !options.skipped.contains($0.name) && $0.applies(to: request) }
    let (report, age) = try await report(for: request, checks, options.timeout, noOlderThan: PreflightSource.anyAge)
    if report.isValid || age <= Self.stale { return report }
    // What would refuse an import is not taken from memory: somebody may have mended it.
    return try await self.report(for: request, checks, options.timeout, noOlderThan: Self.stale).0
  }

  /// An error must rest on answers no older than this.
  private static let stale = Duration.seconds(2)

  private func report(
    for request: ImportRequest, _ checks: [PreflightCheck], _ timeout: Duration, noOlderThan age: Duration
  ) async throws -> (ValidationReport, age: Duration) {
    let (facts, oldest) = try await facts(
      for: request, Set(checks.flatMap(\.questions)), timeout: timeout, noOlderThan: age)
    return (PreflightJudge(request: request, rules: rules, facts: facts, checks: checks).report, oldest)
  }

  // MARK: Asking

  private typealias Change = @Sendable (inout PreflightFacts) -> Void

  /// What one of the tasks behind a report came back with.
  private enum Event: Sendable {
    case told(PreflightQuestion, age: Duration, Change)
    case timeIsUp
    case cancelled
  }

  private func facts(
    for request: ImportRequest, _ questions: Set<PreflightQuestion>, timeout: Duration, noOlderThan age: Duration
  ) async throws -> (PreflightFacts, oldest: Duration) {
    let profile = client.session.profile
    var facts = PreflightFacts(region: profile.region, projectName: profile.projectName, projectID: profile.projectID)
    facts.ownImports = await ownImports()
    var oldest = Duration.zero
    let place = rules.place(of: request)
    var open: Set<PreflightQuestion> = []
    for question in questions {
      if question.isAboutFile, place == nil {
        let error = CloudError(kind: .validation, message: "image_url does not name a file as BUCKET:KEY")
        facts.fail(question, PreflightFailure(error))
      } else if let silence = source.silence(of: question) {
        facts.fail(question, silence)
      } else {
        open.insert(question)
      }
    }
    let asked = open
    guard !open.isEmpty else { return (facts, oldest) }
    await withTaskGroup(of: Event.self) { group in
      for question in open {
        group.addTask { [self] in
          do {
            return try await ask(question, place, request.name, noOlderThan: age)
          } catch is CancellationError {
            return .cancelled
          } catch {
            let failure = PreflightFailure(wrapping: error)
            return .told(question, age: .zero) { $0.fail(question, failure) }
          }
        }
      }
      let time = client.time
      group.addTask {
        do {
          try await time.sleep(for: timeout)
          return .timeIsUp
        } catch {
          return .cancelled
        }
      }
      gathering: while !open.isEmpty, let event = await group.next() {
        switch event {
        case .told(let question, let age, let change):
          open.remove(question)
          oldest = max(oldest, age)
          change(&facts)
        case .timeIsUp, .cancelled: break gathering
        }
      }
      group.cancelAll()
    }
    try Task.checkCancellation()
    for question in open {
      facts.fail(
        question,
        PreflightFailure(CloudError(kind: .timeout, message: "no answer came within \(timeout.brief)", retryable: true))
      )
    }
    source.noteSilence(facts, asked: asked)
    return (facts, oldest)
  }

  private func ask(
    _ question: PreflightQuestion, _ place: ImageLocation?, _ name: String?, noOlderThan age: Duration
  ) async throws -> Event {
    func event<Value>(
      _ told: PreflightSource.Told<Value>,
      _ path: @escaping @Sendable () -> WritableKeyPath<PreflightFacts, PreflightAnswer<Value>>
    ) -> Event {
      .told(question, age: told.age) { $0[keyPath: path()] = told.answer }
    }
    switch question {
    case .quota: return event(try await source.quota(noOlderThan: age), { \.quota })
    case .images: return event(try await source.images(named: name, noOlderThan: age), { \.images })
    case .bucket, .object, .bitmap, .header: break
    }
    guard let location = place else { return .cancelled }
    switch question {
    case .bucket: return event(try await source.bucket(location.bucket, noOlderThan: age), { \.bucket })
    case .object: return event(try await source.object(location, noOlderThan: age), { \.object })
    case .header: return event(try await source.header(location, noOlderThan: age), { \.header })
    case .bitmap, .quota, .images:
      let bitmap = ImageLocation(bucket: location.bucket, key: location.bitmapKey ?? location.key + ".mf")
      return event(try await source.bitmap(bitmap, noOlderThan: age), { \.bitmap })
    }
  }
}
