import CloudAccess
import Testing

@testable import ObjectStorage

@Suite("The upload machine")
struct UploadMachineTests {
  private func parts(_ count: Int) -> [UploadPart] {
    (1...count).map { UploadPart(number: $0, offset: UInt64($0 - 1) * 10, size: 10) }
  }

  private func machine(_ count: Int, ceiling: Int = 4, attempts: Int = 10) -> UploadMachine {
    UploadMachine(parts: parts(count), pace: UploadPace(ceiling: ceiling), attempts: attempts)
  }

  private func stored(_ number: Int) -> StoredPart { StoredPart(number: number, etag: "e\(number)", size: 10) }

  private func error(_ code: String, retryable: Bool, retryAfter: Duration? = nil) -> ObjectStorageError {
    ObjectStorageError(
      cloudError: CloudError(
        kind: .service, message: "m", code: code, retryable: retryable, delivery: .answered, retryAfter: retryAfter),
      bucket: "b")
  }

  /// What may be sent now.
  private func sends(_ machine: inout UploadMachine, at now: Duration = .zero) -> [Int] {
    var numbers: [Int] = []
    while case .send(let part) = machine.next(at: now) { numbers.append(part.number) }
    return numbers
  }

  @Test("One part is sent at first, then more as parts are stored, up to the ceiling; the end completes")
  func grows() {
    var machine = machine(12, ceiling: 3)
    #expect(sends(&machine) == [1])
    #expect(machine.next(at: .zero) == .wait(until: nil))
    machine.stored(stored(1), at: .seconds(1))
    #expect(sends(&machine) == [2, 3])
    machine.stored(stored(3), at: .seconds(2))
    machine.stored(stored(2), at: .seconds(2))
    #expect(sends(&machine) == [4, 5, 6])
    for number in 4...12 {
      machine.stored(stored(number), at: .seconds(3))
      _ = sends(&machine)
      #expect(machine.underWay <= 3)
    }
    #expect(machine.next(at: .zero) == .complete)
    #expect(machine.storedParts.count == 12)
  }

  @Test("The parts under way have no more bytes together than the largest part, whatever is done")
  func bytesUnderWay() {
    let plan = PartPlan(size: 200 << 20, parallel: 4)
    let all = plan.parts(ofSize: 200 << 20)
    var dice = SeededDice(seed: 7)
    var machine = UploadMachine(
      parts: all, pace: UploadPace(ceiling: 64, base: .zero, longest: .zero), attempts: 1000,
      mostUnderWay: plan.mostUnderWay)
    var underWay: [Int] = []
    var most = 0
    while machine.storedParts.count < all.count {
      underWay += sends(&machine)
      let bytes = underWay.reduce(0) { $0 + all[$1 - 1].size }
      #expect(bytes <= 20 << 20)
      most = max(most, underWay.count)
      guard !underWay.isEmpty else { break }
      let number = underWay.remove(at: dice.next(below: underWay.count))
      if dice.next(below: 8) == 0 {
        machine.failed(number, error("SlowDown", retryable: true), at: .zero, random: 0)
      } else {
        machine.stored(StoredPart(number: number, etag: "e", size: all[number - 1].size), at: .zero)
      }
    }
    #expect(machine.next(at: .zero) == .complete)
    #expect(most == 4)
  }

  @Test("With a rate limit it stays at one part")
  func limited() {
    var machine = machine(3)
    for number in 1...3 {
      #expect(sends(&machine) == [number])
      machine.stored(stored(number), at: .zero, mayGrow: false)
    }
    #expect(machine.next(at: .zero) == .complete)
  }

  @Test("Parts that fail together are one trouble: half as many, after a pause, the failed ones first")
  func trouble() {
    var machine = machine(40)
    for number in 1...10 {
      _ = sends(&machine)
      machine.stored(stored(number), at: .zero)
    }
    #expect(sends(&machine) == [14] || machine.underWay == 4)
    #expect(machine.underWay == 4)
    let now = Duration.seconds(10)
    for number in 11...14 { machine.failed(number, error("SlowDown", retryable: true), at: now, random: 0) }
    #expect(machine.pace.limit == 2)
    guard case .wait(let until?) = machine.next(at: now) else { return #expect(Bool(false), "it does not wait") }
    #expect(until == now + .milliseconds(250))
    #expect(sends(&machine, at: until) == [11, 12])
  }

  @Test("The pause doubles with each trouble in a row, and is never shorter than the store asks for")
  func pauses() {
    var pace = UploadPace(ceiling: 8)
    var now = Duration.zero
    for expected in [500, 1000, 2000] {
      pace.troubled(begun: now, now: now, retryAfter: nil, random: 1)
      #expect(pace.notBefore - now == .milliseconds(expected))
      now = pace.notBefore
    }
    pace.troubled(begun: now, now: now, retryAfter: .seconds(50), random: 1)
    #expect(pace.notBefore - now == .seconds(50))
    now = pace.notBefore
    for _ in 0..<20 {
      pace.troubled(begun: now, now: now, retryAfter: nil, random: 1)
      #expect(pace.notBefore - now <= .seconds(30))
      now = pace.notBefore
    }
    pace.succeeded(begun: now)
    pace.troubled(begun: now, now: now, retryAfter: nil, random: 1)
    #expect(pace.notBefore - now == .milliseconds(500))
  }

  @Test("A damaged part is sent again without a pause, a lasting error stops, a lost upload stops with its own reason")
  func failures() {
    var machine = machine(2)
    _ = sends(&machine)
    machine.failed(1, error("BadDigest", retryable: false), at: .zero, random: 0.5)
    #expect(sends(&machine) == [1])
    var lost = machine
    lost.failed(1, error("NoSuchUpload", retryable: false), at: .zero, random: 0.5)
    #expect(lost.next(at: .zero) == .stop(.uploadGone))
    let refusal = error("AccessDenied", retryable: false)
    machine.failed(1, refusal, at: .zero, random: 0.5)
    #expect(machine.next(at: .zero) == .stop(.failed(refusal)))
  }

  @Test("A part that fails too often stops the upload")
  func attempts() {
    var machine = machine(1, attempts: 3)
    var now = Duration.zero
    for _ in 0..<3 {
      #expect(sends(&machine, at: now) == [1])
      machine.failed(1, error("InternalError", retryable: true), at: now, random: 1)
      now += .seconds(60)
    }
    #expect(machine.next(at: now) == .stop(.failed(error("InternalError", retryable: true))))
  }

  @Test("A source in order is asked for one part ahead, and for none while a part too large to be held is sent")
  func sequential() {
    var machine = UploadMachine(parts: nil, pace: UploadPace(ceiling: 4))
    #expect(machine.next(at: .zero) == .make)
    #expect(machine.next(at: .zero) == .wait(until: nil))
    machine.made(parts(1)[0])
    #expect(sends(&machine) == [1])
    // Asking made it make the next one.
    #expect(machine.next(at: .zero) == .wait(until: nil))
    var large = parts(2)[1]
    large.isExclusive = true
    machine.made(large)
    #expect(machine.next(at: .zero) == .wait(until: nil))
    machine.stored(stored(1), at: .zero)
    #expect(sends(&machine) == [2])
    machine.shortened(2, to: 4)
    large.size = 4
    #expect(machine.next(at: .zero) == .send(large))
    machine.stored(StoredPart(number: 2, etag: "e", size: 4), at: .zero)
    #expect(machine.next(at: .zero) == .complete)
  }

  @Test("What was found stored is not sent")
  func found() {
    var machine = machine(3)
    machine.found(stored(1))
    machine.found(stored(3))
    #expect(sends(&machine) == [2])
    machine.stored(stored(2), at: .zero)
    #expect(machine.next(at: .zero) == .complete)
  }
}

/// Numbers that follow from a seed.
private struct SeededDice {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(below limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % limit
  }
}
