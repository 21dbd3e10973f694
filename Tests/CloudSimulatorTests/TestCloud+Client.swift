import CloudAccess
import Foundation
import ImageImport
import Logging
import Synchronization

@testable import CloudSimulator

/// The whole client over a test's cloud, with everything it tells.
struct TestClient: Sendable {
  let session: CloudSession
  let images: ImageClient
  let imports: ImportService
  let events: Recorder

  /// Keeps the events of imports.
  final class Recorder: ImportEventSink {
    private let events = Mutex<[ImportEvent]>([])

    func emit(_ event: ImportEvent) { events.withLock { $0.append(event) } }

    var all: [ImportEvent] { events.withLock { $0 } }
    var names: [String] { all.map(\.name) }
    var warnings: [String] {
      all.compactMap { event in if case .warning(_, let message) = event { message } else { nil } }
    }
    var degradations: [(reason: String, delay: Duration)] {
      all.compactMap { event in if case .degraded(_, let reason, _, let delay) = event { (reason, delay) } else { nil }
      }
    }
    var pauses: [Duration] {
      all.compactMap { event in if case .waiting(_, _, let delay) = event { delay } else { nil } }
    }
  }
}

extension TestCloud {
  /// A client over the real network stack; by default its pauses are as short as this cloud's time is fast.
  func client(
    _ profile: CloudProfile? = nil, time: any TimeSource = SystemTime(), transport: (any HTTPTransport)? = nil,
    scale: Double = 1000, timeouts: HTTPTimeouts = HTTPTimeouts(connect: .seconds(5), headers: .seconds(30)),
    budget: RequestBudget.Policy? = nil, checks: Bool = false, killedImages: (any KilledImageMemory)? = nil
  ) -> TestClient {
    var profile = profile ?? access.profile
    profile.timeouts = timeouts
    let events = TestClient.Recorder()
    var schedule = RetrySchedule()
    schedule.base /= scale
    schedule.longestPause /= scale
    let session = CloudSession(
      profile: profile, transport: transport ?? self.transport, time: time,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      schedule: schedule, governor: budget.map { RequestLimiter(policy: $0, time: time) }, random: { 0.5 })
    let images = ImageClient(session: session, time: time)
    let scheduler = JobScheduler(
      client: images, time: time, policy: PollPolicy().scaled(by: scale),
      admission: AdmissionGate.Policy().scaled(by: scale), killedImages: killedImages, events: events, random: { 0.5 })
    let imports = ImportService(
      client: images, rules: RuleSet(dialect: .otc),
      submitter: RecordingSubmitter(
        client: images, store: InMemoryRecordStore(),
        policy: RecordingSubmitter.Policy(
          submission: SubmissionPolicy().scaled(by: scale),
          settlement: SettlementPolicy(looks: [.zero], interval: .milliseconds(50), settlingTime: .milliseconds(200))),
        admission: scheduler, events: events, jitter: { 0.5 }),
      scheduler: scheduler,
      preflight: checks
        ? Preflight(client: images, rules: RuleSet(dialect: .otc), ownImports: { await scheduler.admissions.underWay })
        : nil, events: events)
    return TestClient(session: session, images: images, imports: imports, events: events)
  }

  static func request(_ name: String, url: String = "images:x.zvhd2") -> ImportRequest {
    ImportRequest(json: system(name, url: url, minDisk: 40))
  }

  /// Makes `images:x.zvhd2`.
  func putSample() throws { try putZVHD2("images", "x.zvhd2") }

  /// The names of all images there are, listed or not.
  var imageNames: [String] { cloud.core.inventory().images.map(\.name) }
}
