import ArgumentParser

/// Whether a script is only gone through, and how thoroughly.
struct DryRunOptions: ParsableArguments {
  @Flag(
    help: """
      Say what the script would do, and do none of it: it runs with results made up, once as if all succeeded and once \
      for each way in which it can fail. Only questions reach the cloud.
      """)
  var dryRun = false

  @Option(
    help: ArgumentHelp("How many times a dry run runs the script, at most; 16 by default.", valueName: "n"))
  var maxBranches: Int?

  func validate() throws {
    guard let maxBranches else { return }
    guard dryRun else { throw ValidationError("--max-branches is for --dry-run.") }
    guard (1...10_000).contains(maxBranches) else {
      throw ValidationError("--max-branches must be from 1 to 10000, got \(maxBranches).")
    }
  }
}
