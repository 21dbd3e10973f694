import ArgumentParser
import Foundation
import ImageImport
import Workbench

extension JobsCommand {
  /// `slipway jobs list`.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List records, the earliest first.",
      discussion: """
        For example:

          slipway jobs list --since 7d --state failed
          slipway jobs list --state open --output json
        """)

    @OptionGroup var source: Source
    @OptionGroup var selection: Selection

    @Option(
      name: .customLong("output"),
      help: ArgumentHelp("table, json (one object a line), yaml or csv.", valueName: "form"))
    var form: RecordForm = .table

    func run() async throws {
      let console = Console(terminal: .detect())
      let records = try await source.open().records(try selection.filter(now: Date()))
      RecordText.print(records, form, console)
      if records.isEmpty, form == .table { console.note(try source.emptiness()) }
      if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
    }
  }

  /// `slipway jobs export`.
  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export", abstract: "Write records as JSON or CSV.",
      discussion: """
        For example:

          slipway jobs export --format csv > imports.csv
        """)

    @OptionGroup var source: Source
    @OptionGroup var selection: Selection

    @Option(help: ArgumentHelp("json (one object a line), yaml or csv.", valueName: "form"))
    var format: RecordForm = .json

    func validate() throws {
      if format == .table {
        throw ValidationError("--format must be json, yaml or csv; `slipway jobs list` prints a table.")
      }
    }

    func run() async throws {
      let console = Console(terminal: .detect())
      RecordText.print(try await source.open().records(try selection.filter(now: Date())), format, console)
      if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
    }
  }

  /// `slipway jobs show`.
  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show", abstract: "Show all that is known of an import.",
      discussion: """
        A record is named by its id, the first 6 or more characters of it, its key or its job id. For example:

          slipway jobs show web01-2024w03
        """)

    @OptionGroup var source: Source

    @Argument(
      help: ArgumentHelp("The record.", valueName: "id or key"), completion: Completions.allRecords)
    var word: String

    @Option(
      name: .customLong("output"),
      help: ArgumentHelp("text, table, json (one object a line) or yaml (a document each).", valueName: "form"))
    var form: OutputForm = .text

    func run() async throws {
      let console = Console(terminal: .detect())
      let records = try await JobsCommand.records(word, in: source.open())
      switch form {
      case .json: RecordText.print(records, .json, console)
      case .yaml: RecordText.print(records, .yaml, console)
      case .table: RecordText.print(records, .table, console)
      case .text: console.print(records.map(RecordText.details).joined(separator: "\n\n"))
      }
      if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
    }
  }
}
