import Foundation

/// The life of one import job, as a value: what happens next, and when, without clocks, files or locks.
///
///     initializing ──due──▶ inspecting ──verdict──▶ working ──due──▶ succeeded | failed
///          ▲                    │
///          └──────restart───────┘   (the reading of the file died with the process)
struct JobMachine: Sendable, Equatable {
  /// Why a job failed, as the service reports it.
  struct Failure: Error, Sendable, Equatable, Codable {
    /// Such as `IMG.0121`.
    var code: String
    /// One sentence: the object, what was expected, what was found.
    var reason: String
    /// Whether the image stays, as `killed`; nil leaves it to the cloud's switch.
    var keepsImage: Bool?
  }

  /// What reading the image file led to.
  enum Verdict: Sendable, Equatable {
    /// Importable; the size of the disk inside and of the file, in bytes.
    case good(virtualSize: UInt64, fileSize: UInt64)
    case bad(Failure)
  }

  enum Phase: Sendable, Equatable {
    /// INIT until `startsAt`.
    case initializing(startsAt: Date)
    /// RUNNING; the file is being read.
    case inspecting(began: Date)
    /// RUNNING; the verdict is known and shown at `ends`.
    case working(began: Date, ends: Date, verdict: Verdict)
    case succeeded(began: Date, ended: Date)
    case failed(began: Date, ended: Date, Failure)
  }

  /// What the owner of the machine has to do after a transition.
  enum Action: Sendable, Equatable {
    /// Read the image file and report with `inspected`.
    case inspect
    /// The image is ready.
    case activate(virtualSize: UInt64, fileSize: UInt64)
    /// The image failed.
    case kill(Failure)
  }

  /// How long jobs take, in cloud time.
  struct Timing: Sendable, Equatable {
    var base: Double
    var perGiB: Double

    /// Seconds a job of this verdict runs; a failure is found by reading, so it takes the base time only.
    func seconds(for verdict: Verdict) -> Double {
      switch verdict {
      case .good(let virtualSize, _): base + perGiB * (Double(virtualSize) / 1_073_741_824)
      case .bad: base
      }
    }
  }

  private(set) var phase: Phase

  /// A job that leaves INIT at `startsAt`.
  init(startsAt: Date) {
    phase = .initializing(startsAt: startsAt)
  }

  /// A job in a phase read back from the store.
  init(phase: Phase) {
    self.phase = phase
  }

  /// When `advance` will do something; nil while the file is read and after the end.
  var due: Date? {
    switch phase {
    case .initializing(let startsAt): startsAt
    case .working(_, let ends, _): ends
    case .inspecting, .succeeded, .failed: nil
    }
  }

  var hasEnded: Bool {
    switch phase {
    case .succeeded, .failed: true
    case .initializing, .inspecting, .working: false
    }
  }

  /// Goes through the transition that is due at `now`, if any; call again until it returns nil.
  mutating func advance(to now: Date) -> Action? {
    switch phase {
    case .initializing(let startsAt) where startsAt <= now:
      phase = .inspecting(began: startsAt)
      return .inspect
    case .working(let began, let ends, let verdict) where ends <= now:
      switch verdict {
      case .good(let virtualSize, let fileSize):
        phase = .succeeded(began: began, ended: ends)
        return .activate(virtualSize: virtualSize, fileSize: fileSize)
      case .bad(let failure):
        phase = .failed(began: began, ended: ends, failure)
        return .kill(failure)
      }
    case .initializing, .inspecting, .working, .succeeded, .failed:
      return nil
    }
  }

  /// Takes the verdict on the file; the job ends no earlier than `now`, when the verdict came later than the job's own pace.
  mutating func inspected(_ verdict: Verdict, now: Date, timing: Timing) {
    guard case .inspecting(let began) = phase else { return }
    let planned = began.addingTimeInterval(timing.seconds(for: verdict))
    phase = .working(began: began, ends: max(planned, now), verdict: verdict)
  }

  /// Puts a job whose reading was cut off by the end of the process back before the reading.
  mutating func resume() {
    if case .inspecting(let began) = phase {
      phase = .initializing(startsAt: began)
    }
  }

  /// `INIT`, `RUNNING`, `SUCCESS` or `FAIL`.
  var status: String {
    switch phase {
    case .initializing: "INIT"
    case .inspecting, .working: "RUNNING"
    case .succeeded: "SUCCESS"
    case .failed: "FAIL"
    }
  }

  var began: Date? {
    switch phase {
    case .initializing: nil
    case .inspecting(let began), .working(let began, _, _), .succeeded(let began, _), .failed(let began, _, _): began
    }
  }

  var ended: Date? {
    switch phase {
    case .succeeded(_, let ended), .failed(_, let ended, _): ended
    case .initializing, .inspecting, .working: nil
    }
  }

  var failure: Failure? {
    if case .failed(_, _, let failure) = phase { failure } else { nil }
  }

  /// Fraction of the work done, 0 to 1; it says nothing of the outcome, which is known only at the end.
  func progress(at now: Date) -> Double {
    switch phase {
    case .initializing, .inspecting, .failed: return 0
    case .succeeded: return 1
    case .working(let began, let ends, _):
      let length = ends.timeIntervalSince(began)
      guard length > 0 else { return 0 }
      return min(0.99, max(0, now.timeIntervalSince(began) / length))
    }
  }
}
