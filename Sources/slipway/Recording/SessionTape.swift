import Cassette
import CloudAccess
import Foundation
import ImageImport
import LuaHost
import Synchronization
import Workbench

/// What a session is written to, or played from; most sessions have neither.
final class SessionTape: Sendable {
  enum Mode: Sendable {
    case recording(CassetteRecorder)
    case replaying(CassettePlayer)
  }

  let mode: Mode
  private let recordIDs: RecordIDs
  private let interrupter = Mutex<Task<Void, Never>?>(nil)
  private let retold = Mutex<TapeEvents?>(nil)
  private let retelling = Mutex<Task<Void, Never>?>(nil)
  private let isTold = Mutex(false)

  private init(_ mode: Mode) {
    self.mode = mode
    if case .replaying(let player) = mode {
      recordIDs = RecordIDs(player.content.notes[RecordIDs.note] ?? [])
    } else {
      recordIDs = RecordIDs([])
    }
  }

  deinit {
    interrupter.withLock { $0 }?.cancel()
    retelling.withLock { $0 }?.cancel()
  }

  /// Reads a cassette.
  ///
  /// - Throws: `CommandFailure` of status 64.
  static func read(_ path: String) throws -> CassetteContent {
    do {
      return try CassetteContent(path: path)
    } catch let error as CassetteError {
      throw CommandFailure(.usage, DisplayText.harmless(error.message), hint: error.hint)
    }
  }

  /// Begins to record.
  ///
  /// - Throws: `CommandFailure` of status 64.
  static func recording(
    to path: String, _ header: CassetteHeader, time: any TimeSource, environment: [String: String]
  ) throws -> SessionTape {
    let scrubber = SecretScrubber()
    scrubber.add(environment: environment)
    do {
      return SessionTape(
        .recording(try CassetteRecorder(path: path, header: header, time: time, scrubber: scrubber)))
    } catch let error as CassetteError {
      throw CommandFailure(.usage, DisplayText.harmless(error.message), hint: error.hint)
    }
  }

  /// Begins to replay.
  static func replaying(
    _ content: CassetteContent, from path: String, time: any TimeSource, environment: [String: String]
  ) -> SessionTape {
    let scrubber = SecretScrubber()
    scrubber.add(environment: environment)
    return SessionTape(
      .replaying(CassettePlayer(content, path: path, time: time, scrubber: scrubber, spare: emptySighting)))
  }

  /// The scheduler's lists of images that changed lately only make it ask sooner, and how many it makes depends on chance: one that was not
  /// recorded shows nothing.
  @Sendable private static func emptySighting(_ request: RecordedRequest) -> HTTPResponse? {
    let query = PercentEncoding.decode(request.url)
    guard request.method == "GET", query.contains("/v2/cloudimages?"), query.contains("updated_at=gte:"),
      query.contains("status=active") || query.contains("status=killed")
    else { return nil }
    return HTTPResponse(
      status: 200, headers: [("Content-Type", "application/json")], body: Array(#"{"images":[]}"#.utf8))
  }

  // MARK: What the session is made of

  /// Between the session and the network.
  var cloudLayer: TransportLayer { layer(.cloud) }

  /// Between the script module `http` and the network.
  var webLayer: TransportLayer { layer(.web) }

  private func layer(_ channel: RecordedExchange.Channel) -> TransportLayer {
    switch mode {
    case .recording(let recorder): { recorder.transport($0, channel) }
    case .replaying(let player): { _ in player.transport(channel) }
    }
  }

  var isReplay: Bool {
    if case .replaying = mode { return true }
    return false
  }

  /// Sees to it that scripts go on in the recorded order.
  var arrivals: any LuaArrivals { TapeArrivals(mode: mode) }

  /// Between the session and who is told its events.
  func events(_ below: any ImportEventSink) -> any ImportEventSink {
    let events = TapeEvents(tape: mode, below: below)
    retold.withLock { $0 = events }
    return events
  }

  /// Between the imports and the scheduler that makes room for them.
  func admission(_ below: any ImportAdmission) -> any ImportAdmission { TapeAdmission(mode, below) }

  /// Gives jitter: in a replay the shortest pauses, so that requests come before the moments of their answers.
  var random: @Sendable () -> Double {
    if isReplay { return { 0 } }
    return { .random(in: 0..<1) }
  }

  /// Makes the ids of records, or gives those of the recorded run.
  func recordID(_ date: Date, _ key: String) -> String {
    switch mode {
    case .recording(let recorder):
      let id = ULID.make(at: date)
      recorder.note(RecordIDs.note, ["key": .string(key), "id": .string(id)])
      return id
    case .replaying: return recordIDs.next(key) ?? ULID.make(at: date)
    }
  }

  /// A store that also writes down, or that knows, what was known before the run.
  func store(_ store: any ImportRecordStore) -> any ImportRecordStore {
    switch mode {
    case .recording(let recorder): RecordedStore(store, recorder)
    case .replaying(let player): RecordedStore.replayed(player.content)
    }
  }

  /// Writes down the cloud that is used.
  ///
  /// - Throws: `ConfigurationError` where the recorded run used none.
  func connected(to profile: CloudProfile) throws {
    switch mode {
    case .recording(let recorder): recorder.connected(to: profile)
    case .replaying(let player):
      do {
        _ = try player.profile()
      } catch let error as CassetteError {
        throw ConfigurationError(message: error.message, hint: error.hint)
      }
    }
  }

  // MARK: Words and the end

  /// What to say before any work.
  var banner: String {
    switch mode {
    case .recording(let recorder): return "slipway: records to \(DisplayText.harmless(recorder.path))"
    case .replaying(let player):
      let header = player.content.header
      let cloud = (try? player.profile()).map { ", cloud '\($0.name)' in region \($0.region)" } ?? ""
      return DisplayText.harmless(
        "slipway: replays \(player.path), recorded \(Timestamp.iso8601(header.startedAt))\(cloud); nothing is sent")
    }
  }

  /// Where the recorded run was interrupted, or the recording broke off, the replay is interrupted too.
  func start() {
    if isReplay, let events = retold.withLock({ $0 }) {
      retelling.withLock { $0 = Task { await events.retell() } }
    }
    guard case .replaying(let player) = mode, player.isOpenEnded else { return }
    let task = Task {
      do { try await player.time.sleep(for: player.end + .milliseconds(1)) } catch { return }
      kill(getpid(), SIGINT)
    }
    interrupter.withLock { $0 = task }
  }

  /// The status of a run that ended so: a replay that asked for what was not recorded has failed.
  func settle(_ status: ExitStatus) -> ExitStatus {
    interrupter.withLock { $0 }?.cancel()
    retelling.withLock { $0 }?.cancel()
    guard case .replaying(let player) = mode, status != .interrupted, !player.mismatches.isEmpty else { return status }
    return .failed
  }

  /// Ends a session that did not begin: of its recording nothing is left.
  func abandon() {
    if case .recording(let recorder) = mode { recorder.abandon() }
  }

  /// Ends the recording or tells how the replay went, once.
  func finish(_ status: ExitStatus, _ console: Console) {
    let isFirst = isTold.withLock { isTold in
      defer { isTold = true }
      return !isTold
    }
    guard isFirst else { return }
    switch mode {
    case .recording(let recorder):
      recorder.end(exitStatus: status.code, isInterrupted: status == .interrupted)
      if let failure = recorder.failure { console.note("warning: \(DisplayText.harmless(failure.description))") }
    case .replaying(let player):
      for line in ReplayReport.lines(player, status) { console.note(DisplayText.harmless(line, keepingLines: true)) }
    }
  }
}
