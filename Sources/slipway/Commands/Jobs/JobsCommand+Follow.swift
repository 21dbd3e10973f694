import ArgumentParser
import Foundation
import ImageImport
import LuaHost
import Workbench

extension JobsCommand {
  /// `slipway jobs watch`.
  struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "watch", abstract: "Show live how open imports go on, until they have ended; sends nothing.",
      discussion: """
        Without ids it watches all that are open in this cloud. Ctrl-C ends the watching only. For example:

          slipway jobs watch --cloud otc
        """)

    @OptionGroup var options: CloudOptions
    @OptionGroup(title: "Ledger") var ledger: LedgerOptions

    @Argument(
      help: ArgumentHelp("Records, by id or key; all open ones without.", valueName: "id or key"),
      completion: Completions.openRecords)
    var words: [String] = []

    @Option(help: ArgumentHelp("How long to watch, such as 90s or 4h.", valueName: "duration"))
    var timeout = "24h"

    func validate() throws { try JobsCommand.validate(timeout: timeout) }

    func run() async throws {
      try await Follower(options.settings(ledger), words: words, timeout: timeout, sends: false).run()
    }
  }

  /// `slipway jobs resume`.
  struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "resume",
      abstract: "Settle what is unknown, send what was interrupted before it was sent, and wait.",
      discussion: """
        Without ids it goes on with all that are open in this cloud. Nothing is ever sent twice blindly. Ends with 75 when \
        something stays unsettled. For example:

          slipway jobs resume --cloud otc 01JD8ZT6
        """)

    @OptionGroup var options: CloudOptions
    @OptionGroup(title: "Ledger") var ledger: LedgerOptions
    @OptionGroup(title: "Preflight") var preflight: PreflightFlags

    @Argument(
      help: ArgumentHelp("Records, by id or key; all open ones without.", valueName: "id or key"),
      completion: Completions.openRecords)
    var words: [String] = []

    @Option(help: ArgumentHelp("How long to wait, such as 90s or 4h.", valueName: "duration"))
    var timeout = "24h"

    func validate() throws { try JobsCommand.validate(timeout: timeout) }

    func run() async throws {
      try await Follower(options.settings(ledger, preflight), words: words, timeout: timeout, sends: true).run()
    }
  }

  fileprivate static func validate(timeout: String) throws {
    guard LuaDuration.parse(timeout) != nil else {
      throw ValidationError("--timeout must be a duration such as 90s, 4h or 1h30m, got '\(timeout)'.")
    }
  }
}

/// Goes on with open records until each has ended or must be left.
private struct Follower {
  /// How often a record that another run drives is looked at.
  private static let interval = Duration.milliseconds(500)

  private let workplace: Workplace
  private let words: [String]
  private let limit: Duration?
  private let sends: Bool
  private let form: OutputForm

  init(_ settings: Settings, words: [String], timeout: String, sends: Bool) throws {
    workplace = try Workplace(settings)
    self.words = words
    limit = LuaDuration.parse(timeout)
    self.sends = sends
    form = settings.form
  }

  func run() async throws {
    workplace.announce()
    let console = workplace.console
    let work = Task { try await follow() }
    let (outcome, signal) = await SignalledWork.result(of: work)
    await workplace.close()
    if let signal {
      console.note("Interrupted; what is under way goes on in the cloud.")
      throw ExitCode(ExitStatus(signal).code)
    }
    switch outcome {
    case .success(let status):
      if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
      if status.code != 0 { throw ExitCode(status.code) }
    case .failure(let failure as CommandFailure): throw failure
    case .failure(let error): throw workplace.fail(error)
    }
  }

  private func follow() async throws -> Workbench.ExitStatus {
    let store = try workplace.ledger.openExisting()
    var asked: [ImportRecord] = []
    for word in words { asked.append(try await JobsCommand.record(word, in: store)) }
    if words.isEmpty { asked = try await store.records(ImportRecordFilter(isOpen: true)) }
    guard !asked.isEmpty else {
      workplace.console.note("nothing is open")
      return .success
    }
    let service = try await workplace.runtime.connector.service()
    let scope = ImportScope(
      profile: service.client.session.profile, projectID: try await service.client.session.projectID())
    let mine = asked.filter { $0.scope == scope }
    if mine.count < asked.count {
      let others = Set(asked.filter { $0.scope != scope }.map(\.profile)).sorted().joined(separator: ", ")
      workplace.console.note(
        "\(asked.count - mine.count) records belong to another cloud, project or region (\(others)): choose it with --cloud"
      )
    }
    service.beginBatch(of: mine.count)
    let results = await withTaskGroup(of: Workbench.ExitStatus.self) { group in
      for record in mine { group.addTask { await one(record, service, store) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    service.endBatch(of: mine.count, notBegun: 0)
    let ids = Set(mine.map(\.id))
    var ended = try await store.records(ImportRecordFilter(scope: scope)).filter { ids.contains($0.id) }
    let successors = Set(ended.compactMap(\.progress.successor))
    if !successors.isEmpty {
      ended += try await store.records(ImportRecordFilter()).filter { successors.contains($0.id) }
    }
    if !form.isData { RecordText.print(ended, .table, workplace.console) }
    for status in [Workbench.ExitStatus.interrupted, .failed, .detached] where results.contains(status) {
      return status
    }
    if mine.count < asked.count, !words.isEmpty { return .detached }
    return results.first { $0 != .success } ?? .success
  }

  private func one(
    _ record: ImportRecord, _ service: ImportService, _ store: any ImportRecordStore
  ) async -> Workbench.ExitStatus {
    do {
      let job =
        sends
        ? try await service.resume(record.id, options: workplace.submission) : try await watched(record.id, store)
      guard let job else { return .detached }
      _ = try await service.wait(for: job, timeout: limit)
      return .success
    } catch let error as CommandFailure {
      workplace.console.note("error: \(error)")
      return error.status
    } catch {
      return Workbench.ExitStatus(error)
    }
  }

  /// The job of a record as soon as another run has got it one; nil when nobody works on it.
  private func watched(_ id: String, _ store: any ImportRecordStore) async throws -> JobReference? {
    let start = ContinuousClock.now
    while true {
      guard let record = try await store.record(id) else { return nil }
      if record.state.isUnderWay || record.state == .succeeded { return JobReference(record, origin: .attached) }
      if record.state.isFinal {
        throw CommandFailure(.failed, "record \(id) is \(record.state.rawValue): \(record.progress.reason ?? "")")
      }
      guard try await store.isDriven(id), ContinuousClock.now - start < limit ?? .seconds(86_400) else {
        workplace.console.note(
          "record \(id) is \(record.state.rawValue), and no run works on it: slipway jobs resume \(id) goes on with it")
        return nil
      }
      try await Task.sleep(for: Self.interval)
    }
  }
}
