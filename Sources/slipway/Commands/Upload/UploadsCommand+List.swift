import ArgumentParser
import CloudAccess
import ObjectStorage
import Workbench

extension UploadsCommand {
  /// `slipway uploads list`.
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "List uploads that were not finished.",
      discussion: """
        Without a bucket those that are remembered here; with buckets all that the store has in them, of others too. \
        For example:

          slipway uploads list golden-images
        """)

    @Argument(help: ArgumentHelp("Buckets to look into.", valueName: "bucket"))
    var buckets: [String] = []

    @OptionGroup var options: CloudOptions

    @Option(help: ArgumentHelp("The ledger whose directory remembers uploads.", valueName: "path"))
    var ledger: String?

    func run() async throws {
      let workplace = try UploadsCommand.workplace(options, ledger)
      let records = workplace.ledger.uploadsDirectory.map { UploadRecords(directory: $0) }
      let entries: [Entry]
      do {
        var store: ObjectStore?
        if !buckets.isEmpty {
          workplace.announce()
          store = try await workplace.runtime.objectStore(signature: nil)
        }
        entries = try await UploadsCommand.entries(records, buckets: buckets, store: store)
        await workplace.close()
      } catch {
        await workplace.close()
        throw workplace.fail(UploadCommand.presentable(error))
      }
      let console = workplace.console
      let output = DataOutput(console, options.form, columns: [])
      if options.form.isData {
        for entry in entries { output.write(entry.json, text: nil) }
      } else {
        for line in Self.lines(entries) { console.print(line) }
      }
      if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
    }

    static func lines(_ entries: [Entry]) -> [String] {
      guard !entries.isEmpty else { return [] }
      var rows = [["BEGUN", "STORED", "STATE", "TARGET", "UPLOAD"]]
      for entry in entries {
        let size = entry.record?.size.map { " of \(ByteText.short($0))" } ?? ""
        let state =
          entry.isUnderWay
          ? "under way" : entry.record == nil ? "not ours" : entry.isAtStore == false ? "gone" : "stopped"
        rows.append([
          entry.begun.map { Timestamp.iso8601($0) } ?? "",
          entry.record.map { ByteText.short($0.storedBytes) + size } ?? "",
          state, DisplayText.harmless("\(entry.bucket):\(entry.key)"), DisplayText.harmless(entry.uploadID),
        ])
      }
      let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
      return rows.map { row in
        zip(row, widths).map { text, width in
          text.padding(toLength: max(width, text.count), withPad: " ", startingAt: 0)
        }
        .joined(separator: "  ").trimmingTrailingBlanks
      }
    }
  }
}

extension String {
  fileprivate var trimmingTrailingBlanks: String { String(reversed().drop { $0 == " " }.reversed()) }
}
