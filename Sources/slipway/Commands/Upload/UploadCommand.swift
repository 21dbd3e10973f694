import ArgumentParser
import CloudAccess
import Foundation
import ImageImport
import LuaHost
import ObjectStorage
import Workbench

/// `slipway upload`: a file into a bucket.
struct UploadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "upload", abstract: "Upload a file to object storage, in parts that are remembered.",
    discussion: """
      Prints BUCKET:KEY, as --image-url takes it. Interrupted or killed, run the same command again: it goes on with \
      what is stored. An object that is there already with the same content is left as it is. For example:

        slipway upload web01.zvhd2 golden-images:web01.zvhd2
        slipway upload --limit-rate 50MB web01.zvhd2 golden-images:
        zstd -dc web01.raw.zst | slipway upload - golden-images:web01.raw
      """)

  @Argument(
    help: ArgumentHelp("The file; - is standard input, which cannot be gone on with.", valueName: "file"),
    completion: .file())
  var file: String

  @Argument(
    help: ArgumentHelp(
      "BUCKET:KEY, obs://BUCKET/KEY or s3://BUCKET/KEY; a key that is empty or ends with / gets the file's name.",
      valueName: "target"))
  var target: String

  @OptionGroup var options: CloudOptions
  @OptionGroup(title: "Transfer") var transfer: TransferOptions

  @Option(
    help: ArgumentHelp(
      "How many bytes standard input will give: fewer or more are an error. Without it at most 1 TB.",
      valueName: "size"))
  var size: String?

  @Option(
    help: ArgumentHelp("The ledger whose directory remembers uploads; none remembers nothing.", valueName: "path"))
  var ledger: String?

  @Flag(name: .shortAndLong, help: "Show no progress.")
  var quiet = false

  func validate() throws {
    try OutputForm.refuseTable(options.form)
    _ = try streamSize()
    if isStream, let fault = StandardInput.fault { throw ValidationError(fault) }
    guard !isStream || !target.hasSuffix("/") && !target.hasSuffix(":") else {
      throw ValidationError("Standard input has no name: the target needs a key, got '\(target)'.")
    }
    guard UploadPlace(target, file: file) != nil else {
      throw ValidationError("The target must be BUCKET:KEY, obs://BUCKET/KEY or s3://BUCKET/KEY, got '\(target)'.")
    }
  }

  func run() async throws {
    guard let place = UploadPlace(target, file: file) else { return }
    try InputFile.check(file)
    var settings = options.settings
    settings.ledger = ledger
    let workplace = try Workplace(settings, quiet: true)
    workplace.announce()
    let console = workplace.console
    let choices = try transfer.options(recordDirectory: workplace.ledger.uploadsDirectory)
    let view = UploadView(console: console, name: name, json: workplace.json, isQuiet: quiet)
    let (path, signature) = (file, transfer.signature)
    let size = try streamSize()
    let work = Task {
      let source = try path == "-" ? StandardInput.source(size: size) : FileUploadSource(path: path)
      let store = try await workplace.runtime.objectStore(signature: signature)
      return try await Uploader(store: store, options: choices) { view.show($0) }
        .upload(source, bucket: place.bucket, key: place.key)
    }
    let (outcome, signal) = await SignalledWork.result(of: work)
    view.finish()
    await workplace.close()
    switch outcome {
    case .success(let result): try report(result, workplace)
    case .failure(let error):
      if let signal {
        console.note("Interrupted." + (isStream ? " What was sent of it is of no use." : Self.stored(view.progress)))
        workplace.json?.emitFinished(ExitStatus(signal))
      }
      let status = signal.map { ExitCode(ExitStatus($0).code) } ?? workplace.fail(Self.presentable(error))
      if !isStream, let directory = choices.recordDirectory, Self.isRemembered(place, in: directory) {
        let words = ["slipway"] + CommandLine.arguments.dropFirst()
        console.note("To go on: " + words.map(ShellWord.quoted).joined(separator: " "))
      }
      throw status
    }
  }

  private var isStream: Bool { file == "-" }
  private var name: String { isStream ? StandardInput.name : file }

  private func streamSize() throws -> UInt64? {
    guard let size else { return nil }
    guard isStream else { throw ValidationError("--size is for standard input; a file has its own.") }
    guard let bytes = LuaSize.parse(size) else {
      throw ValidationError("--size must be a number of bytes, such as 10737418240 or 10GB, got '\(size)'.")
    }
    return bytes
  }

  private func report(_ result: UploadResult, _ workplace: Workplace) throws {
    let console = workplace.console
    if let json = workplace.json {
      json.write(.object((result.json.objectValue ?? [:]).merging(["event": "uploaded"]) { $1 }))
    } else {
      if !quiet { console.note("\(DisplayText.harmless(name)): \(Self.text(result))") }
      console.print("\(result.bucket):\(result.key)")
    }
    if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
  }

  static func text(_ result: UploadResult) -> String {
    if result.wasThere { return "\(ByteText.short(result.size)) are there already, nothing was sent" }
    let seconds = result.duration.inSeconds
    let rate = seconds > 0 ? ", \(ByteText.short(UInt64(Double(result.sentBytes) / seconds)))/s" : ""
    let resumed = result.resumedBytes > 0 ? " of \(ByteText.short(result.size))" : ""
    let parts = result.parts > 0 ? " in \(result.parts) parts" : ""
    return "\(ByteText.short(result.sentBytes))\(resumed) sent\(parts), \(DurationText.short(result.duration))\(rate)"
  }

  private static func stored(_ progress: UploadProgress?) -> String {
    guard let progress, progress.stored > 0 else { return "" }
    return " \(ByteText.short(progress.stored)) are stored."
  }

  /// Whether there is something to go on with.
  private static func isRemembered(_ place: UploadPlace, in directory: String) -> Bool {
    UploadRecords(directory: directory).list().contains { entry in
      entry.record.bucket == place.bucket && entry.record.key == place.key
    }
  }

  /// Errors of object storage as all other errors of the cloud.
  static func presentable(_ error: any Error) -> any Error {
    switch error {
    case let error as ObjectStorageError: ImportError(error.cloudError)
    case let error as CloudError: ImportError(error)
    default: error
    }
  }
}
