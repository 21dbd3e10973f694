import CloudAccess
import Foundation
import Testing

@testable import ImageImport

@Suite("The state machine of a job")
struct JobPollStateMachineTests {
  private let policy = PollPolicy(jitter: 0)
  private let reference = JobReference(
    id: "j1", imageName: "web01", submittedAt: Date(timeIntervalSince1970: 1_700_000_000))
  private let offline = CloudError(kind: .network, message: "offline", retryable: true, delivery: .notSent)

  private func machine(age: Duration? = .zero, policy: PollPolicy? = nil) -> JobPollStateMachine {
    var machine = JobPollStateMachine(
      policy: policy ?? self.policy, reference: reference, age: age, now: .seconds(100))
    machine.subscribe(1, limit: .seconds(10_000), now: .seconds(100))
    return machine
  }

  private func status(_ status: String, _ members: [String: JSONValue] = [:]) -> JobStatus {
    JobStatus(json: .object(members.merging(["status": .string(status)]) { own, _ in own }))
  }

  /// A machine whose first question is under way, at 105 s.
  private func asked(_ policy: PollPolicy? = nil) -> JobPollStateMachine {
    var machine = machine(policy: policy)
    #expect(machine.due(now: .seconds(105)) == [.query])
    return machine
  }

  @Test("asks first some seconds after the submission, at once for a job of unknown age")
  func first() {
    #expect(machine().nextDue == .seconds(105))
    #expect(machine(age: .seconds(3)).nextDue == .seconds(102))
    #expect(machine(age: .seconds(500)).nextDue == .seconds(100))
    #expect(machine(age: nil).nextDue == .seconds(100))
    var early = machine()
    #expect(early.due(now: .seconds(104)) == [])
  }

  /// The pauses of a machine that is answered RUNNING until this age.
  private func pauses(_ timing: JobTiming, until age: Duration, stretch: Double = 1) -> [(age: Double, pause: Double)] {
    var machine = machine()
    machine.timing = timing
    machine.stretch = stretch
    var pauses: [(age: Double, pause: Double)] = []
    var due = machine.nextDue ?? .zero
    while due < .seconds(100) + age {
      #expect(machine.due(now: due) == [.query])
      _ = machine.answered(status("RUNNING"), now: due, random: 0.5)
      let next = machine.nextDue ?? .zero
      pauses.append(((due - .seconds(100)).inSeconds, (next - due).inSeconds))
      due = next
    }
    return pauses
  }

  @Test("asks more often towards the learned median, and after it at a tenth of the age")
  func adaptiveIntervals() {
    let learned = JobTiming(early: .seconds(200), median: .seconds(300), isLearned: true)
    let pauses = pauses(learned, until: .seconds(3000))
    for (age, pause) in pauses {
      let early: Double = min(max((300 - age) / 4, 2), 60)
      let late: Double = min(max(age * 0.1, 5), 60)
      let wanted = age < 300 ? early : late
      #expect(abs(pause - wanted) < 1e-6, "at \(age) s")
    }
    #expect(pauses.first?.pause == 60 && pauses.last?.pause == 60)
    #expect(pauses.contains { $0.pause == 2 })
  }

  @Test("does not trust a guess: no pause is longer than half of the time that has passed")
  func guesses() {
    for (age, pause) in pauses(JobTiming(guess: .seconds(300)), until: .seconds(200)) {
      #expect(pause <= max(5, age / 2) + 1e-6, "at \(age) s")
    }
  }

  @Test("asks first after half of what the fastest imports take, but never before five seconds")
  func learnedFirst() {
    func first(_ early: Duration) -> Duration? {
      var machine = JobPollStateMachine(
        policy: policy, reference: reference, age: .zero, now: .seconds(100),
        timing: JobTiming(early: early, median: .seconds(3000), isLearned: true))
      machine.subscribe(1, limit: nil, now: .seconds(100))
      return machine.nextDue
    }
    #expect(first(.seconds(200)) == .seconds(200))
    #expect(first(.seconds(1)) == .seconds(105))
  }

  @Test("spreads the intervals by the injected jitter")
  func jitter() {
    let start = asked(PollPolicy(jitter: 0.1))
    func pause(_ random: Double) -> Double {
      var machine = start
      machine.timing = JobTiming(early: .seconds(20), median: .seconds(65), isLearned: true)
      _ = machine.answered(status("RUNNING"), now: .seconds(105), random: random)
      return ((machine.nextDue ?? .zero) - .seconds(105)).inSeconds
    }
    #expect(abs(pause(0) - 13.5) < 1e-6)
    #expect(abs(pause(0.5) - 15) < 1e-6)
    #expect(abs(pause(1) - 16.5) < 1e-6)
  }

  @Test("asks when the job says that it will end, earlier or later than usual")
  func prediction() {
    var machine = machine(age: .seconds(900))
    #expect(machine.due(now: .seconds(100)) == [.query])
    _ = machine.answered(status("RUNNING", ["entities": ["process_percent": 0.98]]), now: .seconds(100), random: 0.5)
    let pause = ((machine.nextDue ?? .zero) - .seconds(100)).inSeconds
    #expect(abs(pause - 900 * 0.02 / 0.98) < 1e-6)
    _ = machine.due(now: .seconds(200))
    _ = machine.answered(status("RUNNING", ["entities": ["process_percent": 0.999]]), now: .seconds(200), random: 0.5)
    #expect(machine.nextDue == .seconds(202))
    _ = machine.due(now: .seconds(202))
    _ = machine.answered(status("RUNNING", ["entities": ["process_percent": 0.5]]), now: .seconds(202), random: 0.5)
    #expect(machine.nextDue == .seconds(262))
  }

  @Test("asks at once when an image that can be its own is seen, and soon again while the job goes on")
  func sighting() {
    var machine = asked()
    machine.timing = JobTiming(early: .seconds(500), median: .seconds(1000), isLearned: true)
    _ = machine.answered(status("RUNNING"), now: .seconds(105), random: 0.5)
    #expect(machine.nextDue == .seconds(165))
    let isDue = machine.imageSeen(now: .seconds(110))
    #expect(isDue && machine.nextDue == .seconds(110))
    #expect(machine.due(now: .seconds(110)) == [.query])
    let isAgain = machine.imageSeen(now: .seconds(110))
    #expect(!isAgain, "a question is under way")
    var now = Duration.seconds(110)
    var pauses: [Double] = []
    for _ in 0..<7 {
      _ = machine.answered(status("RUNNING"), now: now, random: 0.5)
      let next = machine.nextDue ?? .zero
      pauses.append((next - now).inSeconds)
      now = next
      _ = machine.due(now: now)
    }
    #expect(pauses == [2, 4, 8, 16, 32, 60, 60])
  }

  @Test("a pause for the cloud's silence is cut short when it answers others")
  func recovery() {
    var machine = asked()
    var now = Duration.seconds(105)
    for _ in 0..<6 {
      _ = machine.queryFailed(offline, now: now, random: 0.5)
      now = machine.nextDue ?? now
      _ = machine.due(now: now)
    }
    _ = machine.queryFailed(offline, now: now, random: 0.5)
    #expect((machine.nextDue ?? .zero) - now == .seconds(300))
    let isSooner = machine.cloudRecovered(now: now + .seconds(10), random: 0.5)
    #expect(isSooner)
    #expect(machine.nextDue == now + .seconds(11))
    var well = asked()
    _ = well.answered(status("RUNNING"), now: .seconds(105), random: 0.5)
    let isTouched = well.cloudRecovered(now: .seconds(105), random: 0)
    #expect(!isTouched, "it was not failing")
  }

  @Test("scales with the clock of the cloud")
  func scale() {
    let fast = PollPolicy(jitter: 0).scaled(by: 1000)
    #expect(fast.first == .milliseconds(5) && fast.maximum == .milliseconds(60) && fast.minimum == .milliseconds(2))
    #expect(fast.timeout == .seconds(86_400))
    #expect(PollPolicy().scaled(by: 1_000_000).first == .milliseconds(1))
  }

  @Test("reports news only")
  func progress() {
    var machine = asked()
    let initial = status("INIT")
    #expect(machine.answered(initial, now: .seconds(105), random: 0) == [.progress(initial)])
    _ = machine.due(now: .seconds(200))
    #expect(machine.answered(initial, now: .seconds(200), random: 0) == [])
    _ = machine.due(now: .seconds(300))
    let running = status("RUNNING", ["entities": ["process_percent": 10]])
    #expect(machine.answered(running, now: .seconds(300), random: 0) == [.progress(running)])
  }

  @Test("takes an unknown status for running, with one warning")
  func unknownStatus() {
    var machine = asked()
    let odd = status("PAUSED")
    #expect(
      machine.answered(odd, now: .seconds(105), random: 0) == [
        .progress(odd), .warn("The job has the unknown status \"PAUSED\", which is taken for running."),
      ])
    _ = machine.due(now: .seconds(200))
    #expect(machine.answered(odd, now: .seconds(200), random: 0) == [])
    #expect(machine.nextDue != nil)
  }

  @Test("succeeds with the image, fails with FAIL")
  func endings() {
    var good = asked()
    let success = status("SUCCESS", ["entities": ["image_id": "i1"]])
    #expect(
      good.answered(success, now: .seconds(105), random: 0) == [
        .end(.succeeded(imageID: "i1", success, warnings: []))
      ])
    #expect(good.nextDue == nil && good.due(now: .seconds(500)) == [])
    var bad = asked()
    let failure = status("FAIL", ["error_code": "IMG.0057"])
    #expect(bad.answered(failure, now: .seconds(105), random: 0) == [.end(.failed(failure))])
  }

  @Test(
    "tolerates a cloud that answers badly, for as long as it takes",
    arguments: [
      (CloudError.Kind.network, nil), (.timeout, nil), (.service, 503), (.throttled, 429), (.authentication, 503),
      (.validation, 408),
    ] as [(CloudError.Kind, Int?)])
  func tolerance(kind: CloudError.Kind, status code: Int?) {
    let error = CloudError(kind: kind, message: "bad", status: code, retryable: true, delivery: .answered)
    var machine = machine()
    for _ in 0..<30 {
      let due = machine.nextDue ?? .zero
      #expect(machine.due(now: due) == [.query])
      let actions = machine.queryFailed(error, now: due, random: 0.5)
      let pause = (machine.nextDue ?? .zero) - due
      #expect(actions == [.degraded(reason: "bad", pause: pause)])
      #expect(pause <= .seconds(300))
    }
    let due = machine.nextDue ?? .zero
    _ = machine.due(now: due)
    _ = machine.answered(status("RUNNING"), now: due, random: 0.5)
    #expect((machine.nextDue ?? .zero) - due == .seconds(60), "one answer, and all is well again")
  }

  @Test("waits as long as Retry-After says")
  func retryAfter() {
    var machine = asked()
    var error = offline
    error.retryAfter = .seconds(77)
    #expect(
      machine.queryFailed(error, now: .seconds(105), random: 0.5) == [.degraded(reason: "offline", pause: .seconds(77))]
    )
    #expect(machine.nextDue == .seconds(182))
  }

  @Test("gives an unknown job a minute to become known")
  func unknownJob() {
    let missing = CloudError(kind: .not_found, message: "who?", status: 404, delivery: .answered)
    var young = asked()
    #expect(young.queryFailed(missing, now: .seconds(105), random: 0.5) == [])
    #expect(young.nextDue == .seconds(110))
    _ = young.due(now: .seconds(165))
    #expect(young.queryFailed(missing, now: .seconds(165), random: 0.5) == [.end(.unavailable(missing))])
    var stranger = machine(age: nil)
    _ = stranger.due(now: .seconds(100))
    #expect(stranger.queryFailed(missing, now: .seconds(100), random: 0.5) == [.end(.unavailable(missing))])
  }

  @Test("ends when the job may not be asked for", arguments: [CloudError.Kind.authentication, .permission])
  func forbidden(kind: CloudError.Kind) {
    let error = CloudError(kind: kind, message: "no", status: 403, delivery: .answered)
    var machine = asked()
    #expect(machine.queryFailed(error, now: .seconds(105), random: 0) == [.end(.unavailable(error))])
  }

  @Test("looks the image up by name when the job names none, and takes the oldest of its time")
  func lookUp() {
    var machine = asked()
    let success = status("SUCCESS")
    let actions = machine.answered(success, now: .seconds(105), random: 0)
    #expect(actions.last == .lookUp(name: "web01"))
    func image(_ id: String, _ created: String) -> ImageRecord {
      ImageRecord(json: ["id": .string(id), "status": "active", "created_at": .string(created)])
    }
    let images = [
      image("late", "2023-11-14T22:20:00Z"), image("old", "2023-11-14T22:00:00Z"),
      image("mine", "2023-11-14T22:12:30Z"),
    ]
    let end = machine.lookedUp(images, now: .seconds(106), random: 0)
    guard case .end(.succeeded("mine", success, let warnings)) = end.last else {
      Issue.record("\(end)")
      return
    }
    #expect(warnings.count == 2)
  }

  @Test("takes of several images of a name the one with its marker, and never one with another's")
  func lookUpByMarker() {
    func image(_ id: String, marker: String?) -> ImageRecord {
      var json: [String: JSONValue] = [
        "id": .string(id), "status": "active", "created_at": "2023-11-14T22:12:30Z",
      ]
      if let marker { json["tags"] = [.string("slipway=\(marker)"), "n=1"] }
      return ImageRecord(json: .object(json))
    }
    let success = status("SUCCESS")
    func lookedUp(marked: Bool, _ images: [ImageRecord]) -> [JobPollStateMachine.Action] {
      var reference = reference
      (reference.recordID, reference.isMarked) = ("MINE", marked)
      var machine = JobPollStateMachine(policy: PollPolicy(), reference: reference, age: .zero, now: .seconds(100))
      machine.subscribe(1, limit: nil, now: .seconds(100))
      _ = machine.due(now: .seconds(105))
      var actions = machine.answered(success, now: .seconds(105), random: 0)
      while actions.last != .lookUp(name: "web01") {
        // Its name alone is weak, so the job is asked again.
        #expect(!marked && machine.due(now: machine.nextDue ?? .zero) == [.query])
        actions = machine.answered(success, now: .seconds(105), random: 0)
      }
      return machine.lookedUp(images, now: .seconds(106), random: 0)
    }
    func taken(_ actions: [JobPollStateMachine.Action]) -> String? {
      guard case .end(.succeeded(let id, _, _)) = actions.last else { return nil }
      return id
    }
    let (bare, other, mine) = (
      image("bare", marker: nil), image("other", marker: "ANOTHER"), image("mine", marker: "MINE")
    )
    #expect(taken(lookedUp(marked: true, [bare, other, mine])) == "mine")
    #expect(taken(lookedUp(marked: true, [bare, other])) == nil)
    #expect(taken(lookedUp(marked: false, [other, bare])) == "bare")
    #expect(taken(lookedUp(marked: false, [other])) == nil)
    // Two that only the name tells may each be another's.
    #expect(lookedUp(marked: false, [bare, image("twin", marker: nil)]) == [.end(.imageMissing(success))])
  }

  @Test("an image that only its name would tell is named by the job's next answer")
  func askedAgain() {
    var reference = reference
    (reference.recordID, reference.isMarked) = ("MINE", false)
    var machine = JobPollStateMachine(policy: PollPolicy(), reference: reference, age: .zero, now: .seconds(100))
    machine.subscribe(1, limit: nil, now: .seconds(100))
    _ = machine.due(now: .seconds(105))
    let first = machine.answered(status("SUCCESS"), now: .seconds(105), random: 0)
    #expect(first.count == 2 && !first.contains(.lookUp(name: "web01")))
    #expect(machine.due(now: machine.nextDue ?? .zero) == [.query])
    let whole = status("SUCCESS", ["entities": ["image_id": "image-7"]])
    guard case .end(.succeeded("image-7", _, _)) = machine.answered(whole, now: .seconds(115), random: 0).last else {
      Issue.record("it is not taken")
      return
    }
  }

  @Test("looks some times before it says that the image is missing")
  func missing() {
    var machine = asked()
    let success = status("SUCCESS")
    _ = machine.answered(success, now: .seconds(105), random: 0.5)
    for _ in 0..<3 {
      #expect(machine.lookedUp([], now: .seconds(105), random: 0.5) == [])
      #expect(machine.due(now: machine.nextDue ?? .zero) == [.lookUp(name: "web01")])
    }
    #expect(machine.lookedUp([], now: .seconds(105), random: 0.5) == [.end(.imageMissing(success))])
  }

  @Test("goes on looking after a look that failed")
  func lookUpFails() {
    var machine = asked()
    _ = machine.answered(status("SUCCESS"), now: .seconds(105), random: 0.5)
    _ = machine.queryFailed(offline, now: .seconds(105), random: 0.5)
    #expect(machine.due(now: machine.nextDue ?? .zero) == [.lookUp(name: "web01")])
  }

  @Test("ends a wait at its time limit, and the others go on")
  func limits() {
    var machine = machine()
    machine.subscribe(2, limit: .seconds(3), now: .seconds(100))
    #expect(machine.nextDue == .seconds(103))
    #expect(machine.due(now: .seconds(103)) == [.detach(waiter: 2, limit: .seconds(3), last: nil)])
    #expect(machine.nextDue == .seconds(105))
    #expect(machine.due(now: .seconds(105)) == [.query])
    let running = status("RUNNING")
    _ = machine.answered(running, now: .seconds(105), random: 0)
    #expect(
      machine.due(now: .seconds(20_000)) == [.detach(waiter: 1, limit: .seconds(10_000), last: running.slim), .forget])
  }

  @Test("waits a day when nobody says how long")
  func defaultLimit() {
    var machine = JobPollStateMachine(policy: policy, reference: reference, age: .zero, now: .zero)
    machine.subscribe(1, limit: nil, now: .zero)
    #expect(machine.due(now: .seconds(86_399)) == [.query])
    #expect(machine.nextDue == .seconds(86_400))
  }

  @Test("forgets a job nobody waits for, and ignores its late answer")
  func forgetting() {
    var machine = asked()
    machine.subscribe(2, limit: nil, now: .seconds(105))
    #expect(machine.unsubscribe(1) == [])
    #expect(machine.unsubscribe(1) == [])
    #expect(machine.unsubscribe(2) == [.forget])
    #expect(machine.answered(status("FAIL"), now: .seconds(106), random: 0) == [])
    #expect(machine.queryFailed(offline, now: .seconds(106), random: 0) == [])
  }
}
