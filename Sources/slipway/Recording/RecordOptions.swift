import ArgumentParser

/// Whether a run is written down, or played again.
struct RecordOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write every HTTP request and answer of this run to a new file, without secrets, for --replay.", valueName: "file"
    ),
    completion: .file())
  var record: String?

  @Option(
    help: ArgumentHelp(
      "Take every answer from a file that --record wrote: no network, no credentials, no waiting.", valueName: "file"),
    completion: .file())
  var replay: String?

  static let excludesDryRun =
    "--dry-run sends nothing that could be recorded or replayed: leave out --record and --replay."

  func validate() throws {
    if record != nil, replay != nil { throw ValidationError("--record and --replay exclude each other.") }
    if record == "" { throw ValidationError("--record must name a file, got ''.") }
    if replay == "" { throw ValidationError("--replay must name a file, got ''.") }
  }

  /// Refuses what a replay takes from the file.
  func validate(with options: CloudOptions, _ ledger: LedgerOptions) throws {
    guard replay != nil else { return }
    let given = [
      ("--cloud", options.cloud != nil), ("--local-cloud", options.localCloud != nil),
      ("--clock-scale", options.clockScale != nil), ("--dialect", options.dialect != nil),
      ("--ledger", ledger.ledger != nil),
      ("faults and switches", !options.faults.trouble.isEmpty),
    ].filter(\.1).map(\.0)
    guard given.isEmpty else {
      throw ValidationError(
        "--replay takes its cloud and its time from the file, so it excludes \(given.joined(separator: ", ")).")
    }
  }
}
