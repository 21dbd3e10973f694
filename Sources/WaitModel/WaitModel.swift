import Foundation
import ImageImport

/// Prints what the model of waiting says; `scripts/bench/poll-model` tells how to run it.
@main
struct WaitModel {
  static func main() {
    var model = PollModel()
    var isWhole = true
    var words = CommandLine.arguments.dropFirst()
    while let word = words.popFirst() {
      guard let text = words.popFirst(), let value = Double(text) else { fail("\(word) needs a number") }
      isWhole = false
      switch word {
      case "--jobs": model.jobs = Int(value)
      case "--rate": model.requestsPerSecond = value
      case "--median": model.median = value
      case "--deviation": model.deviation = value
      case "--failures": model.failures = value
      case "--seed": model.seed = UInt64(value)
      default: fail("unknown option \(word): --jobs, --rate, --median, --deviation, --failures, --seed")
      }
    }
    print("\(model.jobs) jobs, log-normal, median \(Int(model.median)) s, \(model.requestsPerSecond) requests a second")
    print(pad("", 42) + pad("median lag", 12) + pad("p99 lag", 10) + pad("p99 of failures", 17) + "requests")
    var cases = [("lists and jobs", model)]
    if isWhole {
      for failures in [0, 0.01, 0.05] {
        var other = model
        other.failures = failures
        cases.append(("the same", other))
      }
      var killed = model
      killed.showsKilled = true
      cases.append(("failures leave killed images", killed))
      var unlearned = model
      unlearned.isLearned = false
      cases.append(("nothing learned before", unlearned))
      var wide = model
      wide.deviation = 1.2
      cases.append(("times spread wider (sigma 1.2)", wide))
    }
    var without = model
    without.lists = false
    cases.append(("jobs only, no lists", without))
    for (name, model) in cases {
      let outcome = model.run()
      print(
        pad("\(name), \(text(model.failures * 100)) % fail", 42) + pad(text(outcome.lagMedian) + " s", 12)
          + pad(text(outcome.lag99) + " s", 10) + pad(text(outcome.failureLag99) + " s", 17)
          + "\(outcome.jobQueries) + \(outcome.lists) lists"
          + (outcome.ended == model.jobs ? "" : ", only \(outcome.ended) ended"))
    }
  }

  private static func text(_ value: Double) -> String { String(format: "%.1f", value) }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  private static func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("WaitModel: \(message)\n".utf8))
    exit(64)
  }
}
