import CloudAccess
import Foundation

/// Lets the scheduler's own ``PollPlanner`` and ``RequestBudget`` wait for thousands of imagined jobs on an imagined clock, and measures
/// how late it learns of their ends: what no cloud can be used for.
///
/// The times of the jobs are log-normal. A list shows successes only, and unless told otherwise a failure leaves nothing to be seen.
package struct PollModel: Sendable {
  package var jobs = 10_000
  package var requestsPerSecond = 50.0
  package var median = 300.0

  /// Of the logarithm of the times.
  package var deviation = 0.8

  /// The part of the jobs that fails.
  package var failures = 0.02

  /// In how many seconds all are submitted, one after another.
  package var submission = 60.0

  /// From a question to its answer.
  package var roundTrip = 0.1

  /// Whether lists of images are asked for besides the jobs.
  package var lists = true

  /// Whether a failure leaves a killed image, which a list shows.
  package var showsKilled = false

  /// Whether the run begins with what earlier runs learned.
  package var isLearned = true
  package var seed: UInt64 = 1

  /// What came out.
  package struct Outcome: Sendable, Equatable {
    package var ended = 0
    package var lagMedian = 0.0
    package var lag99 = 0.0
    package var failureLagMedian = 0.0
    package var failureLag99 = 0.0
    package var jobQueries = 0
    package var lists = 0

    /// Those of them that looked for killed images.
    package var killedLists = 0

    /// When the last end was known.
    package var duration = 0.0
  }

  package init() {}

  private struct Job {
    var end: Double
    var fails: Bool
  }

  private enum Event {
    case submit(Int)
    case answer(Int, token: Int)
    case list([SeenImage], ListPlan.Sight)
  }

  package func run() -> Outcome {
    var random = Generator(state: seed)
    var work: [Job] = []
    var images: [(end: Double, index: Int)] = []
    var killed: [(end: Double, index: Int)] = []
    for index in 0..<jobs {
      let start = submission * Double(index) / Double(max(1, jobs))
      let time = median * exp(deviation * random.normal())
      work.append(Job(end: start + time, fails: random.unit() < failures))
      if !work[index].fails {
        images.append((work[index].end, index))
      } else if showsKilled {
        killed.append((work[index].end, index))
      }
    }
    images.sort { $0.end < $1.end }
    killed.sort { $0.end < $1.end }
    var policy = PollPolicy()
    if !lists { policy.listsFrom = .max }
    var planner = PollPlanner(policy: policy, maximumInFlight: 64)
    if isLearned {
      for _ in 0..<100 { planner.learn(.seconds(median * exp(deviation * random.normal())), size: .small) }
    }
    var budget = RequestBudget(policy: RequestBudget.Policy(rate: requestsPerSecond))
    var events = DueHeap<Event>()
    for index in 0..<jobs {
      events.insert(.submit(index), due: .seconds(submission * Double(index) / Double(max(1, jobs))))
    }
    var outcome = Outcome()
    var lags: [Double] = []
    var failureLags: [Double] = []
    var now = Duration.zero
    let epoch = Date(timeIntervalSince1970: 1_700_000_000)
    func seconds(_ duration: Duration) -> Double { duration.inSeconds }
    while lags.count < jobs {
      guard let due = [events.first?.due, planner.nextDue].compactMap(\.self).min() else { break }
      now = max(now, due)
      while let first = events.first, first.due <= now {
        _ = events.popFirst()
        var effects: [PollPlanner.Effect] = []
        switch first.item {
        case .submit(let index):
          let reference = JobReference(
            id: "\(index)", imageName: "image-\(index)", submittedAt: epoch + seconds(now), recordID: "r\(index)")
          planner.add(reference, age: .zero, now: now)
          // However long it takes: time limits are not what is looked at here.
          planner.subscribe(index, to: reference.id, limit: .seconds(1_000_000_000), now: now)
        case .answer(let index, let token):
          let job = work[index]
          let isOver = job.end <= seconds(first.due) - roundTrip / 2
          let status = JobStatus(state: isOver ? job.fails ? "FAIL" : "SUCCESS" : "RUNNING", image: "i\(index)")
          effects = planner.answered("\(index)", token: token, .success(status), now: now, random: random.unit())
        case .list(let seen, let sight):
          effects = planner.listed(seen, sight, now: now, budget: budget)
        }
        for (id, action) in effects {
          guard case .end = action, let index = Int(id) else { continue }
          let lag = seconds(now) - work[index].end
          lags.append(lag)
          if work[index].fails { failureLags.append(lag) }
          outcome.duration = seconds(now)
        }
      }
      _ = planner.advance(now: now)
      for ask in planner.asks(now: now, budget: &budget) {
        switch ask {
        case .job(let id, let token):
          outcome.jobQueries += 1
          guard let index = Int(id) else { continue }
          events.insert(.answer(index, token: token), due: now + .seconds(roundTrip))
        case .list(let sight, let since):
          // The client asks the budget for each page.
          let at = now + budget.reserve(.list, now: now) + .seconds(roundTrip / 2)
          let from = since.timeIntervalSince(epoch).rounded(.down)
          let seen = PollModel.ended(sight == .active ? images : killed, from: from, to: seconds(at)).map {
            end, index in
            SeenImage(
              id: "i\(index)", name: "image-\(index)", marker: "r\(index)", origin: nil, createdAt: nil,
              updatedAt: epoch + end.rounded(.down))
          }
          var pages = 1
          while seen.count >= pages * 500 {
            pages += 1
            _ = budget.reserve(.list, now: now)
          }
          outcome.lists += pages
          if sight == .killed { outcome.killedLists += pages }
          events.insert(.list(seen, sight), due: at + .seconds(roundTrip / 2 + roundTrip * Double(pages - 1)))
        case .images: break
        }
      }
    }
    outcome.ended = lags.count
    (outcome.lagMedian, outcome.lag99) = PollModel.quantiles(lags)
    (outcome.failureLagMedian, outcome.failureLag99) = PollModel.quantiles(failureLags)
    return outcome
  }

  private static func ended(
    _ images: [(end: Double, index: Int)], from: Double, to: Double
  ) -> ArraySlice<(end: Double, index: Int)> {
    func first(_ value: Double) -> Int {
      var low = 0
      var high = images.count
      while low < high {
        let middle = (low + high) / 2
        if images[middle].end < value { low = middle + 1 } else { high = middle }
      }
      return low
    }
    let start = first(from)
    return images[start..<max(start, first(to))]
  }

  private static func quantiles(_ values: [Double]) -> (Double, Double) {
    guard !values.isEmpty else { return (0, 0) }
    let sorted = values.sorted()
    return (sorted[(sorted.count - 1) / 2], sorted[(sorted.count - 1) * 99 / 100])
  }

  /// SplitMix64: the same numbers everywhere.
  private struct Generator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }

    mutating func unit() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

    mutating func normal() -> Double {
      (-2 * log(max(unit(), 1e-300))).squareRoot() * cos(2 * .pi * unit())
    }
  }
}

extension JobStatus {
  fileprivate init(state: String, image: String) {
    self.init(json: .object(["status": .string(state)]))
    imageID = image
  }
}
