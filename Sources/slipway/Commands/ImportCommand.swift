import ArgumentParser
import CloudAccess
import Foundation
import ImageImport
import LuaHost
import Synchronization
import Workbench

/// `slipway import`: one image without a script.
struct ImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Import one image: validate, preflight, submit, wait.",
    discussion: """
      Prints the image id. Ctrl-C and a time limit detach: the job goes on in the cloud. For example:

        slipway import --name web01 --min-disk 40 \\
          --image-url golden-images:web01.zvhd2 \\
          --os-version "Ubuntu 22.04 Server 64bit"
      """)

  @OptionGroup var options: CloudOptions
  @OptionGroup(title: "Ledger") var ledger: LedgerOptions
  @OptionGroup(title: "Request") var request: RequestOptions
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
    if let key, let fault = ImportKey.fault(of: key) { throw ValidationError("--key: \(fault)") }
    guard LuaDuration.parse(timeout) != nil else {
      throw ValidationError("--timeout must be a duration such as 90s, 4h or 1h30m, got '\(timeout)'.")
    }
  }

  func run() async throws {
    let limit = LuaDuration.parse(timeout)
    let workplace = try Workplace(options.settings(ledger, preflight).with(plugins), tellsFailures: false)
    workplace.announce()
    try await workplace.loadPlugins()
    let console = workplace.console
    let request = request.request
    let noWait = noWait
    let form = options.form
    var submission = workplace.submission
    submission.key = key
    submission.again = again
    let choices = submission
    let work = Task {
      let service = try await workplace.runtime.connector.service()
      if noWait {
        let job = try await service.submit(request, options: choices)
        console.print(form == .json ? job.json.serialized() : job.id)
      } else {
        let result = try await service.importImage(request, options: choices, timeout: limit, onProgress: nil)
        if form == .text { console.print(result.imageID) }
      }
    }
    let received = Mutex<SignalTrap.Signal?>(nil)
    let trap = SignalTrap([.interrupt, .terminate, .hangup]) { signal in
      let isFirst = received.withLock { received in
        defer { received = received ?? signal }
        return received == nil
      }
      guard isFirst else { _exit(ExitStatus(signal).code) }
      work.cancel()
    }
    defer { trap.cancel() }
    let outcome = await work.result
    await workplace.close()
    if case .failure = outcome, let signal = received.withLock({ $0 }) {
      let job = workplace.jobs.underWay.first?.id
      console.note(
        job.map { "Interrupted; job \($0) goes on in the cloud." } ?? "Interrupted before the cloud named a job.")
      workplace.tellHowToGoOn()
      workplace.json?.emitFinished(ExitStatus(signal))
      throw ExitCode(ExitStatus(signal).code)
    }
    if case .failure(let error) = outcome {
      let status = workplace.fail(error)
      if status.rawValue == ExitStatus.detached.code { workplace.tellHowToGoOn() }
      throw status
    }
    if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
  }
}
