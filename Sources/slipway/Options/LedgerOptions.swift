import ArgumentParser
import ImageImport

/// Where submissions are remembered, and what happens when an answer gets lost.
struct LedgerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The ledger, which remembers submissions; none keeps no memory beyond this run. By default slipway/ledger.sqlite under XDG_STATE_HOME.",
      valueName: "path"),
    completion: .file())
  var ledger: String?

  @Flag(help: "Put no marker tag on images; a lost answer is then settled by name, time and origin.")
  var noMarker = false

  @Option(
    help: ArgumentHelp(
      "When an answer got lost and no image appears: fail (75; a later run looks again), resubmit where measurements prove that there is none, or ask.",
      valueName: "policy"))
  var onNotFound: NotFoundChoice = .fail

  func validate() throws {
    if ledger == "" { throw ValidationError("--ledger must name a file, or none, got ''.") }
  }
}

/// The words of `--on-not-found`.
enum NotFoundChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
  case fail, resubmit, ask
}
