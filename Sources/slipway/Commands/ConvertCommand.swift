import ArgumentParser
import DiskImages
import Workbench

/// `slipway convert`: RAW to ZVHD2 and back, natively.
struct ConvertCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Convert a disk image: RAW to ZVHD2, ZVHD2 or ZVHD to RAW.",
    discussion: """
      The target's extension says what to write. It appears under its name only when it is whole. For example:

        slipway convert disk.raw disk.zvhd2
      """)

  @Argument(help: ArgumentHelp("The image to read.", valueName: "in"), completion: .file())
  var input: String

  @Argument(help: ArgumentHelp("The image to write: .zvhd2 or .raw.", valueName: "out"), completion: .file())
  var output: String

  @Flag(help: "Replace the target if it exists.")
  var force = false

  @Flag(name: .shortAndLong, help: "Say nothing when all is well.")
  var quiet = false

  @Option(name: .customLong("output"), help: ArgumentHelp("How to report: text or json.", valueName: "form"))
  var form: OutputForm = .text

  func run() async throws {
    let console = Console(terminal: .detect())
    var options = ConvertOptions()
    options.force = force
    let cancelled = CancellationFlag()
    options.isCancelled = { cancelled.isSet }
    let trap = SignalTrap([.interrupt, .terminate]) { _ in cancelled.set() }
    defer { trap.cancel() }
    let meter = ConvertMeter(console: quiet || form == .json ? nil : console, name: output)
    do {
      let summary = try DiskConverter.convert(from: input, to: output, options: options) { meter.show($0) }
      meter.finish()
      guard !quiet || form == .json else { return }
      try report(summary, console)
    } catch {
      meter.finish()
      if let error = error as? ExitCode { throw error }
      if let error = error as? DiskImageError, error.kind == .exists {
        throw CommandFailure(.failed, error.message, hint: "replace it with --force, or choose another name")
      }
      if cancelled.isSet { throw CommandFailure(.interrupted, "interrupted; nothing was left behind") }
      throw CommandFailure(.failed, "\(error)")
    }
  }

  private func report(_ summary: ConvertSummary, _ console: Console) throws {
    if form == .json {
      console.print(ConvertReport.json(summary, input: input, output: output))
    } else {
      console.note(ConvertReport.text(summary, output: output))
    }
    if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
  }
}
