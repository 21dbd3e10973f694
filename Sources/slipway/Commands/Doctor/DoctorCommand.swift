import ArgumentParser
import CloudAccess
import Foundation
import LuaHost
import Workbench

/// `slipway doctor`: whether everything an import needs is in place, and where each setting comes from.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check the set-up: credentials, endpoints, clock, permissions, quota, ledger.",
    discussion: """
      Says which credentials win and why, and asks the cloud a few harmless questions. Nothing is made or changed there, and no \
      secret is shown. What only a submission could tell, whether images may be made, is not tried. Ends with 0 when nothing failed, else with \
      the status of the first failure: 69 unreachable, 77 not authorised, 78 configuration. For example:

        slipway doctor --cloud otc --bucket golden-images
      """)

  @OptionGroup var options: CloudOptions
  @OptionGroup(title: "Ledger") var ledger: LedgerOptions

  @Option(help: ArgumentHelp("Also look whether this bucket can be reached; may be repeated.", valueName: "name"))
  var bucket: [String] = []

  @Option(
    help: ArgumentHelp(
      "The project file; by default slipway.yaml in the working directory or above.", valueName: "file"),
    completion: .file(extensions: ["yaml"]))
  var project: String?

  @Flag(help: "Ask no network: versions, configuration and ledger only.")
  var offline = false

  @Option(help: ArgumentHelp("How long one question may take.", valueName: "duration"))
  var timeout = "15s"

  func validate() throws {
    guard let limit = LuaDuration.parse(timeout), limit > .zero else {
      throw ValidationError("--timeout must be a duration above zero such as 15s, got '\(timeout)'.")
    }
  }

  func run() async throws {
    var settings = options.settings(ledger)
    settings.project = project
    let workplace = try Self.workplace(settings, form: options.form)
    let doctor = Doctor(workplace: workplace, named: options.cloud, timeout: LuaDuration.parse(timeout) ?? .seconds(15))
    let console = workplace.console
    var first: ExitStatus?
    var counts: [Diagnosis.Status: Int] = [:]
    let form = options.form
    let output = DataOutput(console, form, columns: Diagnosis.columns)
    func tell(_ diagnosis: Diagnosis) {
      counts[diagnosis.status, default: 0] += 1
      if diagnosis.status == .failed, first == nil { first = diagnosis.exit }
      output.write(diagnosis.json, text: diagnosis.text(verbose: true))
    }
    tell(doctor.versions())
    tell(doctor.configuration())
    tell(doctor.project())
    tell(await doctor.ledger())
    if offline {
      tell(.skipped("cloud", "not asked, because of --offline"))
    } else {
      await doctor.examineCloud(buckets: bucket, tell)
    }
    output.finish()
    await workplace.close()
    if form == .text {
      let failed = counts[.failed] ?? 0
      let warnings = counts[.warning] ?? 0
      console.note(
        failed == 0 && warnings == 0
          ? "All is well." : "\(failed) failed, \(warnings) warning\(warnings == 1 ? "" : "s").")
    }
    if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
    if let first { throw ExitCode(first.code) }
  }

  /// The workplace; a configuration that cannot be used is itself a finding, told in the form asked for.
  private static func workplace(_ settings: Settings, form: OutputForm) throws -> Workplace {
    do {
      return try Workplace(settings, quiet: true, tellsFailures: false)
    } catch let failure as CommandFailure where failure.status == .configuration {
      let diagnosis = Diagnosis.failed(
        "configuration", failure.message, hint: failure.hint, exit: .configuration)
      let console = Console(terminal: .detect())
      let output = DataOutput(console, form, columns: Diagnosis.columns)
      output.write(diagnosis.json, text: diagnosis.text(verbose: true))
      output.finish()
      throw ExitCode(ExitStatus.configuration.code)
    }
  }
}
