import ArgumentParser
import Foundation
import ImageImport
import ScriptAPI
import Workbench

extension JobsCommand {
  /// `slipway jobs forget`.
  struct Forget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "forget", abstract: "Remove records from the ledger; the cloud is not asked.",
      discussion: """
        A forgotten import is a new one for the next run. A record that the cloud may be working on is removed with --force \
        only, and one that a run is submitting at this moment not at all. For example:

          slipway jobs forget 01JD8ZT6
          slipway jobs forget --before 90d
        """)

    @OptionGroup var source: Source

    @Argument(
      help: ArgumentHelp("Records, by id or key.", valueName: "id or key"), completion: Completions.allRecords)
    var words: [String] = []

    @Option(help: ArgumentHelp("All that ended and were created before then: 90d, or a time.", valueName: "time"))
    var before: String?

    @Flag(help: "Also what the cloud may be working on.")
    var force = false

    func validate() throws {
      if words.isEmpty == (before == nil) { throw ValidationError("Name records, or give --before.") }
      if let before, HistoryModule.moment(before, now: Date()) == nil {
        throw ValidationError("--before must be a duration such as 90d, or a time such as 2024-11-06, got '\(before)'.")
      }
    }

    func run() async throws {
      let console = Console(terminal: .detect())
      let store = try source.open()
      var records: [ImportRecord] = []
      for word in words { records += try await JobsCommand.records(word, in: store) }
      if let before, let moment = HistoryModule.moment(before, now: Date()) {
        records += try await store.records(ImportRecordFilter(isOpen: false)).filter { $0.createdAt < moment }
      }
      var kept = 0
      for record in records {
        if record.state.isUnderWay || record.state == .sent || record.state == .unknown, !force {
          kept += 1
          console.note(
            "record \(record.id) is \(record.state.rawValue) and stays: the next run would send it again beside the first;"
              + " `slipway jobs resume \(record.id)` settles it, --force removes it all the same")
        } else if try await store.forget(record.id) {
          console.note(
            "forgot \(record.id) (\(record.state.rawValue)\(record.name.map { ", " + DisplayText.harmless($0) } ?? ""))"
          )
        } else {
          kept += 1
          console.note("record \(record.id) stays: another run is submitting it")
        }
      }
      if kept > 0 { throw ExitCode(ExitStatus.failed.code) }
    }
  }
}
