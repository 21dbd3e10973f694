import ArgumentParser
import Foundation
import ImageImport
import ImportLedger
import ScriptAPI
import Workbench

/// `slipway jobs`: what the ledger remembers, and going on with what is open.
struct JobsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs", abstract: "Show what was submitted and how it ended; go on with what is open.",
    discussion: """
      Every import is on record from before its first byte is sent. list, show, export and forget need no cloud; watch \
      and resume ask the cloud that --cloud names. For example:

        slipway jobs list --state unknown,not_found
        slipway jobs resume
      """,
    subcommands: [List.self, Show.self, Watch.self, Resume.self, Forget.self, Export.self], defaultSubcommand: List.self
  )

  /// Which ledger.
  struct Source: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "The ledger; by default slipway/ledger.sqlite under XDG_STATE_HOME.", valueName: "path"), completion: .file())
    var ledger: String?

    /// The ledger, or an empty one where there is none yet.
    func open() throws -> any ImportRecordStore {
      do {
        return try access().openExisting()
      } catch let error as RecordStoreError {
        throw CommandFailure(.configuration, error.message, hint: error.hint)
      }
    }

    /// What to say when there is nothing to show: no record may mean that there is no such ledger.
    func emptiness() throws -> String {
      guard let path = try access().path, !FileManager.default.fileExists(atPath: path) else { return "no records" }
      return "no records: there is no ledger yet at \(DisplayText.harmless(path))"
    }

    private func access() throws -> LedgerAccess {
      let environment = ProcessInfo.processInfo.environment
      var settings = Settings()
      settings.ledger = ledger
      let project = try ProjectDefaults(
        settings, environment: environment, workingDirectory: FileManager.default.currentDirectoryPath)
      return LedgerAccess(project.settings.ledger, environment: environment)
    }
  }

  /// Which records.
  struct Selection: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "Only these states, separated by commas; open stands for all without an end.", valueName: "states")
    )
    var state: String?

    @Option(help: ArgumentHelp("Only images of this name.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Only imports of this key.", valueName: "key"))
    var key: String?

    @Option(
      name: .customLong("cloud"),
      help: ArgumentHelp("Only this cloud: its profile's name or its identity service's host.", valueName: "name"))
    var cloudName: String?

    @Option(help: ArgumentHelp("Only since then: 24h, 7d, or a time such as 2024-11-06.", valueName: "time"))
    var since: String?

    func validate() throws {
      _ = try filter(now: Date())
    }

    func filter(now: Date) throws -> ImportRecordFilter {
      var filter = ImportRecordFilter(name: name, key: key, cloud: cloudName)
      for word in state?.split(separator: ",").map(String.init) ?? [] {
        if word == "open" {
          filter.states = (filter.states ?? []).union(ImportRecordState.allCases.filter { !$0.isFinal })
        } else if let state = ImportRecordState(rawValue: word) {
          filter.states = (filter.states ?? []).union([state])
        } else {
          let known = ImportRecordState.allCases.map(\.rawValue).joined(separator: ", ")
          throw ValidationError(
            "--state: there is no state '\(word)'. The states are \(known); open stands for all without an end.")
        }
      }
      if let since {
        guard let moment = HistoryModule.moment(since, now: now) else {
          throw ValidationError(
            "--since must be a duration such as 24h or 7d, or a time such as 2024-11-06T06:21:08Z, got '\(since)'.")
        }
        filter.since = moment
      }
      return filter
    }
  }

  /// Finds a record by its id, the beginning of its id, its key or its job id.
  static func records(_ word: String, in store: any ImportRecordStore) async throws -> [ImportRecord] {
    if let record = try await store.record(word) { return [record] }
    let byKey = try await store.records(ImportRecordFilter(key: word))
    if !byKey.isEmpty { return byKey }
    let byJob = try await store.records(ImportRecordFilter(jobID: word))
    if !byJob.isEmpty { return byJob }
    guard word.count >= 6 else { throw missing(word) }
    let beginning = try await store.records(ImportRecordFilter()).filter { $0.id.hasPrefix(word.uppercased()) }
    guard !beginning.isEmpty else { throw missing(word) }
    return beginning
  }

  /// The one record that a word names.
  static func record(_ word: String, in store: any ImportRecordStore) async throws -> ImportRecord {
    let found = try await records(word, in: store)
    guard found.count == 1, let record = found.first else {
      throw CommandFailure(
        .usage, "'\(DisplayText.harmless(word))' names \(found.count) records",
        hint: "give one of their ids: " + found.suffix(5).map(\.id).joined(separator: ", "))
    }
    return record
  }

  private static func missing(_ word: String) -> CommandFailure {
    CommandFailure(
      .usage, "the ledger has no record '\(DisplayText.harmless(word))'",
      hint: "a record is named by its id, the first 6 or more characters of it, its key or its job id")
  }
}
