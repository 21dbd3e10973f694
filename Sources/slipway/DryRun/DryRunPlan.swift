import Cassette
import CloudAccess
import ImageImport
import Workbench

/// What a script would do, in every branch that differs from those before it.
struct DryRunPlan: Sendable {
  struct Branch: Sendable {
    var outcome: DryRunOutcome
    /// Which of its steps the first branch does not have.
    var isNew: [Bool]
  }

  /// A branch that came to nothing new.
  struct Folded: Sendable {
    var assumptions: [DryRunAssumption]
    /// The number of the branch it is the same as, from 1.
    var sameAs: Int
  }

  let script: String
  let profile: CloudProfile
  let isLocal: Bool
  private(set) var branches: [Branch]
  private(set) var folded: [Folded] = []
  /// How often the script was run.
  private(set) var runs = 1
  /// What was left out since there are more branches than asked for.
  var notFollowed: [[DryRunAssumption]] = []
  var mostBranches = 0
  /// Requests that left this machine.
  var requestsMade = 0
  let scrubber = SecretScrubber()

  init(script: String, profile: CloudProfile, isLocal: Bool, main: DryRunOutcome) {
    self.script = script
    self.profile = profile
    self.isLocal = isLocal
    branches = [Branch(outcome: main, isNew: main.steps.map { _ in true })]
  }

  /// Takes a run in, as a branch or as one that is the same as another.
  mutating func add(_ outcome: DryRunOutcome) {
    runs += 1
    let signature = outcome.signature
    if let same = branches.firstIndex(where: { $0.outcome.signature == signature }) {
      folded.append(Folded(assumptions: outcome.assumptions, sameAs: same + 1))
    } else {
      branches.append(Branch(outcome: outcome, isNew: outcome.isNew(against: branches[0].outcome)))
    }
  }

  var main: DryRunOutcome { branches[0].outcome }

  /// How the command ends: as the script does where all goes well, but 65 where anything is refused then.
  var status: ExitStatus { main.steps.contains(where: \.isRefused) ? .refused : main.ending.status }
}
