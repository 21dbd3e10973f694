import ArgumentParser
import DiskImages
import Foundation
import Workbench

/// `slipway convert`: RAW to ZVHD2 and back, natively; other formats with the help of qemu-nbd.
struct ConvertCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Convert a disk image to ZVHD2 or RAW.",
    discussion: """
      The target's extension says what to write. It appears under its name only when it is whole. For example:

        slipway convert disk.raw disk.zvhd2
      """)

  @Argument(help: ArgumentHelp("The image to read.", valueName: "in"), completion: .file())
  var input: String

  @Argument(help: ArgumentHelp("The image to write: .zvhd2 or .raw.", valueName: "out"), completion: .file())
  var output: String

  @OptionGroup(title: "Conversion") var conversion: ConversionOptions

  @Flag(help: "Replace the target if it exists.")
  var force = false

  @Option(help: ArgumentHelp("Size of a .raw target: original, or current (whole GiB).", valueName: "size"))
  var rawSize: ConvertOptions.RawSize = .original

  @Flag(name: .shortAndLong, help: "Say nothing when all is well.")
  var quiet = false

  @Option(
    name: .customLong("output"), help: ArgumentHelp("How to report: text, table, json or yaml.", valueName: "form"))
  var form: OutputForm = .text

  func validate() throws {
    guard input != "-", output != "-" else {
      throw ValidationError(
        "Standard input and output cannot be converted: images are read at many places, and a ZVHD2 file begins with the "
          + "size of its disk. Save the disk to a file first; plain bytes of a RAW disk go to a bucket with slipway upload - …"
      )
    }
  }

  func run() async throws {
    let console = Console(terminal: .detect())
    try InputFile.check(input)
    var options = conversion.options
    options.force = force
    options.rawSize = rawSize
    let cancelled = CancellationFlag()
    options.isCancelled = { cancelled.isSet }
    let trap = SignalTrap([.interrupt, .terminate, .hangup]) { _ in cancelled.set() }
    // At a limit of file sizes the write shall fail with a message, not the process with a signal.
    signal(SIGXFSZ, SIG_IGN)
    defer { trap.cancel() }
    let meter = ConvertMeter(console: quiet || form != .text ? nil : console, name: output)
    do {
      let summary = try await DiskConverter.convertInBackground(from: input, to: output, options: options) {
        meter.show($0)
      }
      meter.finish()
      guard !quiet || form != .text else { return }
      try report(summary, console)
    } catch {
      meter.finish()
      if let error = error as? ExitCode { throw error }
      if cancelled.isSet { throw CommandFailure(.interrupted, "interrupted; nothing was left behind") }
      guard let error = error as? DiskImageError else { throw CommandFailure(.failed, "\(error)") }
      let hint = error.kind == .exists ? "replace it with --force, or choose another name" : error.hint
      throw CommandFailure(error.kind == .argument ? .usage : .failed, error.message, hint: hint)
    }
  }

  private func report(_ summary: ConvertSummary, _ console: Console) throws {
    let data = DataOutput(console, form, columns: ConvertReport.columns)
    data.write(ConvertReport.json(summary, input: input, output: output), text: nil)
    data.finish()
    if form == .text { console.note(ConvertReport.text(summary, output: output)) }
    if let status = console.reportOutputFailure() { throw ExitCode(status.code) }
  }
}
