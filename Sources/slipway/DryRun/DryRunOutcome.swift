import CloudAccess
import ImageImport

/// What one run of the script came to.
struct DryRunOutcome: Sendable {
  var assumptions: [DryRunAssumption]
  var steps: [DryRunStep]
  /// Where results were asked for, in the order of the first time, with the lowest number of an image each.
  var sites: [(site: DryRunSite, first: Int?)]
  var output: String
  /// Calls of the script that may wait.
  var callCount: Int
  var ending: DryRunEnding
  var quota: (now: ImageQuota, after: Int)?
  /// Requests that the session made, those that were answered here included.
  var requests: [RequestKind: Int]

  /// Two outcomes of one signature are the same for a reader.
  var signature: String {
    ([ending.signature, output] + steps.map(\.signature).sorted()).joined(separator: "\u{1}")
  }

  /// Which steps another outcome does not have.
  func isNew(against other: DryRunOutcome) -> [Bool] {
    var known: [String: Int] = [:]
    for step in other.steps { known[step.signature, default: 0] += 1 }
    return steps.map { step in
      guard let count = known[step.signature], count > 0 else { return true }
      known[step.signature] = count - 1
      return false
    }
  }
}
