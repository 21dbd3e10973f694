import ArgumentParser
import CloudAccess
import Foundation
import ImageImport
import LuaHost
import Workbench

/// `slipway import`: one image without a script.
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Import one image, of an object or of a file on this machine.",
    discussion: """
      A file is looked at, converted to ZVHD2 where needed while it is sent to the bucket, and then imported; killed or \
      interrupted, run the same command again. The object stays, unless --delete-object is given. Without --os-version \
      the system that is found on its disk counts, if the service's list has just that. Prints the image id. Ctrl-C and a \
      time limit detach: the job goes on in the cloud. For example:

        slipway import --name web01 --min-disk 40 \\
          --image-url golden-images:web01.zvhd2 \\
          --os-version "Ubuntu 22.04 Server 64bit"
        slipway import web01.qcow2 --bucket golden-images \\
          --name web01 --os-version "Ubuntu 22.04 Server 64bit"
      """)

  @Argument(help: ArgumentHelp("A disk image on this machine.", valueName: "file"), completion: .file())
  var file: String?

  @OptionGroup(title: "File") var place: FileOptions
  @OptionGroup(title: "Transfer") var transfer: TransferOptions
  @OptionGroup(title: "Conversion") var conversion: ConversionOptions
  @OptionGroup var options: CloudOptions
  @OptionGroup(title: "Ledger") var ledger: LedgerOptions
  @OptionGroup(title: "Request") var request: RequestOptions
  @OptionGroup(title: "Record") var tape: RecordOptions
  @OptionGroup(title: "Plugins") var plugins: PluginOptions
  @OptionGroup(title: "Preflight") var preflight: PreflightFlags

  @Option(help: ArgumentHelp("How long to wait, such as 90s, 4h or 1h30m.", valueName: "duration"))
  var timeout = "24h"

  @Flag(help: "Print the job id as soon as the cloud has accepted the request; do not wait.")
  var noWait = false

  @Option(
    help: ArgumentHelp(
      "Names this import, so that running it again finds it; by default what is asked for is its name.",
      valueName: "key"))
  var key: String?

  @Flag(help: "Make a new image even if the same import was done before.")
  var again = false

  func validate() throws {
    try tape.validate(with: options, ledger)
    if place.dryRun, tape.record != nil || tape.replay != nil { throw ValidationError(RecordOptions.excludesDryRun) }
    try OutputForm.refuseTable(options.form)
    if let key, let fault = ImportKey.fault(of: key) { throw ValidationError("--key: \(fault)") }
    if file == "-" {
      throw ValidationError(
        "Standard input cannot be imported: what it is shows only in all of it. Save it to a file first; or send it with "
          + "slipway upload - BUCKET:KEY, and import the object with --image-url.")
    }
    if file != nil {
      guard let bucket = place.bucket, !bucket.isEmpty else {
        throw ValidationError("--bucket is missing: where shall '\(file ?? "")' go?")
      }
      if request.imageUrl != nil {
        throw ValidationError("Give a file or --image-url, not both: a file gets its URL from --bucket and --object.")
      }
    } else if place.isGiven {
      throw ValidationError(
        "--bucket, --object, --convert and --delete-object are for files; name the file.")
    }
    if noWait, place.deleteObject {
      throw ValidationError("--delete-object waits for the image, --no-wait does not: leave one out.")
    }
    guard LuaDuration.parse(timeout) != nil else {
      throw ValidationError("--timeout must be a duration such as 90s, 4h or 1h30m, got '\(timeout)'.")
    }
  }

  func run() async throws {
    if let file { try InputFile.check(file) }
    if place.dryRun { return try await dryRun() }
    let limit = LuaDuration.parse(timeout)
    let workplace = try Workplace(options.settings(ledger, preflight).with(plugins).with(tape), tellsFailures: false)
    workplace.announce()
    try await workplace.loadPlugins()
    let console = workplace.console
    let request = request.request
    let noWait = noWait
    let form = options.form
    let signature = transfer.signature
    let view = file.map { ImportFileView(console: console, name: $0, json: workplace.json) }
    let upload: ImageFileUpload?
    do {
      upload = try open(workplace, view)
    } catch {
      await workplace.close()
      throw workplace.fail(error)
    }
    var submission = workplace.submission
    submission.key = key
    submission.again = again
    let choices = submission
    let work = Task {
      let service = try await workplace.runtime.connector.service()
      if noWait {
        let job =
          if let upload {
            try await service.submitFile(upload, as: request, options: choices, signature: signature)
          } else {
            try await service.submit(request, options: choices)
          }
        console.write(Array((form.data(job.json) ?? job.id + "\n").utf8))
      } else {
        let result =
          if let upload {
            try await service.importFile(
              upload, as: request, options: choices, signature: signature, timeout: limit)
          } else {
            try await service.importImage(request, options: choices, timeout: limit, onProgress: nil)
          }
        if !form.isData { console.print(result.imageID) }
      }
    }
    workplace.tape?.start()
    let (outcome, signal) = await SignalledWork.result(of: work)
    view?.finish()
    let settled = await workplace.close(Self.status(outcome, signal))
    if case .failure = outcome, let signal {
      let job = workplace.jobs.underWay.first?.id
      console.note(
        job.map { "Interrupted; job \($0) goes on in the cloud." }
          ?? view?.interruption ?? "Interrupted before the cloud named a job.")
      workplace.tellHowToGoOn()
      workplace.json?.emitFinished(ExitStatus(signal))
      throw ExitCode(ExitStatus(signal).code)
    }
    if case .failure(let error) = outcome {
      let status = workplace.fail(error)
      if status.rawValue == ExitStatus.detached.code { workplace.tellHowToGoOn() }
      throw ExitCode(settled.code)
    }
    if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
    if settled.code != 0 { throw ExitCode(settled.code) }
  }

  private static func status(_ outcome: Result<Void, any Error>, _ signal: SignalTrap.Signal?) -> ExitStatus {
    switch (outcome, signal) {
    case (.success, _): .success
    case (.failure, let signal?): ExitStatus(signal)
    case (.failure(let error), nil): ExitStatus(error)
    }
  }

  /// Looks at the file, where one is given.
  func open(_ workplace: Workplace, _ view: ImportFileView?) throws -> ImageFileUpload? {
    guard let file, let bucket = place.bucket else { return nil }
    let needsSystem = request.osVersion == nil && request.osType == nil && request.request.kind == .system
    let plan = try ImageFilePlan(
      path: file, bucket: bucket, key: place.object, alwaysConverts: place.convert,
      findingSystemFor: needsSystem ? workplace.choice.dialect : nil)
    if !place.dryRun { view?.show(.planned(plan)) }
    let transfer = try transfer.options(recordDirectory: workplace.ledger.uploadsDirectory)
    var upload = try ImageFileUpload(plan, options: transfer, conversion: conversion.options) { view?.show($0) }
    upload.deletesObject = place.deleteObject
    return upload
  }
}
