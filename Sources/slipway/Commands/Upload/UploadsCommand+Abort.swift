import ArgumentParser
import CloudAccess
import ObjectStorage
import Workbench

extension UploadsCommand {
  /// `slipway uploads abort`.
  struct Abort: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "abort", abstract: "Give uploads up: the store forgets their parts.",
      discussion: """
        What is given up has to be sent again as a whole. One that another process is at stays. For example:

          slipway uploads abort golden-images:web01.zvhd2
          slipway uploads abort --all
        """)

    @Argument(
      help: ArgumentHelp(
        "BUCKET:KEY for all uploads to that key, remembered or not; or the id of one that is remembered.",
        valueName: "upload"))
    var uploads: [String] = []

    @Flag(help: "All that are remembered here and lie at this cloud.")
    var all = false

    @OptionGroup var options: CloudOptions

    @Option(help: ArgumentHelp("The ledger whose directory remembers uploads.", valueName: "path"))
    var ledger: String?

    func validate() throws {
      guard all != !uploads.isEmpty else { throw ValidationError("Name uploads, or say --all.") }
    }

    func run() async throws {
      let workplace = try UploadsCommand.workplace(options, ledger)
      workplace.announce()
      let console = workplace.console
      let records = workplace.ledger.uploadsDirectory.map { UploadRecords(directory: $0) }
      var failed = false
      do {
        let store = try await workplace.runtime.objectStore(signature: nil)
        for entry in try await chosen(records, store) {
          do {
            if let record = entry.record, let records {
              try await records.abort(record, in: store)
            } else {
              try await store.abortUpload(bucket: entry.bucket, key: entry.key, uploadID: entry.uploadID)
            }
            if let data = options.form.data(entry.json) {
              console.write(Array(data.utf8))
            } else {
              console.note(DisplayText.harmless("aborted \(entry.bucket):\(entry.key) (\(entry.uploadID))"))
            }
          } catch {
            failed = true
            _ = workplace.fail(UploadCommand.presentable(error))
          }
        }
        await workplace.close()
      } catch {
        await workplace.close()
        throw workplace.fail(UploadCommand.presentable(error))
      }
      if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
      if failed { throw ExitCode(ExitStatus.failed.code) }
    }

    private func chosen(_ records: UploadRecords?, _ store: ObjectStore) async throws -> [Entry] {
      let known = try await UploadsCommand.entries(records, buckets: [], store: nil).filter {
        $0.record?.store == store.identity
      }
      if all { return known }
      var chosen: [Entry] = []
      for word in uploads {
        if let entry = known.first(where: { $0.uploadID == word }) {
          chosen.append(entry)
        } else if let place = UploadPlace(word, file: "") {
          let there = try await UploadsCommand.entries(records, buckets: [place.bucket], store: store)
          let matching = there.filter { $0.key == place.key }
          guard !matching.isEmpty else { throw Self.missing(word) }
          chosen += matching
        } else {
          throw Self.missing(word)
        }
      }
      return chosen
    }

    private static func missing(_ word: String) -> CloudError {
      CloudError(
        kind: .not_found, message: "There is no unfinished upload '\(word)'.",
        hint: "slipway uploads list BUCKET shows what there is")
    }
  }
}
