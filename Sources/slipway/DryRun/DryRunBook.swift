import CloudAccess
import Foundation
import ImageImport
import ScriptAPI
import Synchronization

/// What one run of a script would do, taken down while it runs, and what the cloud would look like after it.
final class DryRunBook: Sendable {
  /// Where results were asked for, and for which images of a batch.
  typealias Asks = [DryRunSite: [Int?]]

  struct State {
    var steps: [DryRunStep] = []
    /// The imports by call and number in the batch.
    var imports: [ImportID: Int] = [:]
    var asks: Asks = [:]
    var askOrder: [DryRunSite] = []
    var callCount = 0
    /// How often the same was asked for in the same place.
    var repeats: [String: Int] = [:]
    /// The assumptions of one result that were used up.
    var used: Set<DryRunAssumption> = []
    /// The code with which an import was refused, for when it is sent again.
    var refused: [ImportID: String] = [:]
    /// The jobs whose end the script knows.
    var told: Set<String> = []
    var numbers: [UInt64: Int] = [:]
    var jobs: [String: DryRunJob] = [:]
    var deletedImages: Set<String> = []
    var names: [String: String] = [:]
    var tags: [String: [(key: String, value: String?)]] = [:]
    var objects: [ImageLocation: DryRunObject] = [:]
    var sizes: [ImageLocation: UInt64] = [:]
    var quota: ImageQuota?
    var requests: [RequestKind: Int] = [:]
    var stopped: String?
    var stop: (@Sendable () -> Void)?
  }

  struct ImportID: Hashable {
    var call: UInt64
    var index: Int?
  }

  /// A script that makes more calls than this, or asks for the same more often, goes on for ever.
  static let mostCalls = 30_000
  static let mostRepeats = 500

  let assumptions: [DryRunAssumption]
  let start: Date
  private let mostCalls: Int
  let state = Mutex(State())

  init(assuming assumptions: [DryRunAssumption] = [], start: Date, mostCalls: Int = DryRunBook.mostCalls) {
    self.assumptions = assumptions
    self.start = start
    self.mostCalls = mostCalls
  }

  /// Counts a call of the script that may wait.
  func count() {
    let count = state.withLock { state in
      state.callCount += 1
      return state.callCount
    }
    if count > mostCalls { stop("it makes more than \(mostCalls) calls") }
  }

  /// Counts that the same is asked for in the same place.
  func countRepeat(of subject: String, _ call: ScriptCall?) {
    guard let call else { return }
    let site = DryRunSite(call).text
    let count = state.withLock { state in
      state.repeats["\(site) \(subject)", default: 0] += 1
      return state.repeats["\(site) \(subject)"] ?? 0
    }
    if count > Self.mostRepeats { stop("it calls \(site) for the same more than \(Self.mostRepeats) times") }
  }

  /// What ends the run before its time.
  func setStop(_ stop: @escaping @Sendable () -> Void) { state.withLock { $0.stop = stop } }

  /// Ends the run; the first reason counts.
  func stop(_ reason: String) {
    let stop = state.withLock { state in
      if state.stopped == nil { state.stopped = reason }
      return state.stop
    }
    stop?()
  }

  /// The steps in the order of the calls, those of a batch in the order of its images.
  var steps: [DryRunStep] {
    state.withLock { state in
      state.steps.map { step in
        var step = step
        step.bytes = step.bytes ?? step.location.flatMap { state.objects[$0]?.size ?? state.sizes[$0] }
        return step
      }.sorted { Self.order($0) < Self.order($1) }
    }
  }

  private static func order(_ step: DryRunStep) -> (UInt64, Int, Int) {
    (step.call?.number ?? UInt64.max, step.call?.index ?? 0, step.sequence)
  }

  // MARK: Taking down

  func add(_ step: DryRunStep) {
    state.withLock { state in Self.add(step, &state) }
  }

  static func add(_ step: DryRunStep, _ state: inout State) {
    var step = step
    step.sequence = state.steps.count
    step.call = step.call ?? ScriptCall.current
    state.steps.append(step)
  }

  /// The step of the import that the current call is about; made where there is none yet.
  static func importStep(_ state: inout State, name: String?, _ change: (inout DryRunStep) -> Void) {
    let call = ScriptCall.current
    let id = call.map { ImportID(call: $0.number, index: $0.index) }
    let index: Int
    if let id, let known = state.imports[id] {
      index = known
    } else {
      add(DryRunStep(action: .import, what: name ?? "", call: call), &state)
      index = state.steps.count - 1
      if let id { state.imports[id] = index }
    }
    if let name { state.steps[index].what = name }
    change(&state.steps[index])
  }

  // MARK: Results

  /// Notes that a result is asked for here, and says with which code it is to fail; nil for none.
  ///
  /// Of a batch the assumption of one result is about the image of that number.
  func ask(_ call: ScriptCall?, _ question: DryRunQuestion = .result) -> String? {
    guard let call else { return nil }
    return state.withLock { state in
      let site = DryRunSite(call, question)
      if state.asks[site] == nil { state.askOrder.append(site) }
      state.asks[site, default: []].append(call.index)
      for assumption in assumptions where assumption.site == site {
        switch assumption.extent {
        case .all: return assumption.code
        case .first(let index):
          if index == call.index, state.used.insert(assumption).inserted { return assumption.code }
        }
      }
      return nil
    }
  }

  /// The number of the current call, from 1, and that of the image in a batch.
  static func order(_ state: inout State) -> [Int] {
    let call = ScriptCall.current
    let key = call?.number ?? 0
    let number = state.numbers[key] ?? state.numbers.count + 1
    state.numbers[key] = number
    return [number] + (call?.index.map { [$0 + 1] } ?? [])
  }

  /// An id of something made up for the current call.
  static func newID(_ kind: String, _ state: inout State) -> String {
    let id = "\(SyntheticMark.prefix)\(kind)-" + order(&state).map(String.init).joined(separator: "-")
    guard state.jobs[id] != nil else { return id }
    var again = 2
    while state.jobs["\(id)-again\(again)"] != nil { again += 1 }
    return "\(id)-again\(again)"
  }
}
