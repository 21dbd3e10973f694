import CloudAccess
import Foundation
import Synchronization

/// Replays a run: hands out transports that answer from a cassette, on a clock on which waiting takes no time.
///
/// No answer comes earlier than it came in the recorded run. With a session whose chance always waits the shortest time, requests come
/// early and wait for their answers' moments, so the answers come in the recorded order.
public final class CassettePlayer: Sendable {
  private struct State {
    var deck: ReplayDeck
    var mismatches: [ReplayMismatch] = []
  }

  static let arrivalNote = "arrival"
  private static let mostMismatches = 1000

  public let content: CassetteContent
  public let path: String
  public let scrubber: SecretScrubber
  public let time: any TimeSource
  private let start: Duration
  /// When what scripts waited for reached them.
  private let arrivals: [String: Duration]
  private let state: Mutex<State>

  /// What answers a request that was not recorded, where it is one that a run makes or leaves out as chance has it; nil for all others.
  let spare: @Sendable (RecordedRequest) -> HTTPResponse?

  /// The replay begins now on that clock.
  public init(
    _ content: CassetteContent, path: String, time: any TimeSource, scrubber: SecretScrubber,
    spare: @escaping @Sendable (RecordedRequest) -> HTTPResponse? = { _ in nil }
  ) {
    self.spare = spare
    self.content = content
    self.path = path
    self.time = time
    self.scrubber = scrubber
    let start = time.monotonic
    self.start = start
    arrivals = Dictionary(
      (content.notes[Self.arrivalNote] ?? []).compactMap { note in
        guard let name = note["of"]?.stringValue, let at = note["at"]?.doubleValue else { return nil }
        return (name, start + .seconds(at))
      }, uniquingKeysWith: { first, _ in first })
    state = Mutex(State(deck: ReplayDeck(content.exchanges)))
  }

  /// The recorded cloud with a credential that stands for the real one.
  ///
  /// - Throws: ``CassetteError`` where the recorded run used no cloud, or the cassette does not say which.
  public func profile() throws -> CloudProfile {
    guard let cloud = content.cloud else {
      throw CassetteError(
        "The cassette '\(path)' has no cloud: the recorded run used none.", hint: "is it the same script?")
    }
    return try RecordedProfile.profile(cloud)
  }

  /// A transport that never touches the network.
  public func transport(_ channel: RecordedExchange.Channel) -> any HTTPTransport {
    ReplayTransport(channel, player: self)
  }

  /// Whether the recorded run was stopped, or its recording.
  public var isOpenEnded: Bool { content.end?.isInterrupted ?? true }

  /// Requests that the cassette has no answer to, each once, in their order.
  public var mismatches: [ReplayMismatch] { state.withLock { $0.mismatches } }

  /// Recorded requests that were not made.
  public var unused: [RecordedExchange] { state.withLock { $0.deck.unused } }

  /// When the recorded run ended or broke off.
  public var end: Duration {
    content.end?.at
      ?? max(content.exchanges.map(\.answeredAt).max() ?? .zero, (arrivals.values.max() ?? start) - start)
  }

  /// When something reached the script in the recorded run, on this replay's clock; nil where it did not, or nobody noted it.
  public func arrival(_ name: String) -> Duration? { arrivals[name] }

  /// When a timer is due that is computed to be due at `deadline`: when it was in the recorded run; one that was not is not before that has ended.
  public func arrival(timer name: String, due deadline: Duration) -> Duration {
    arrival(name) ?? (arrivals.isEmpty ? deadline : max(deadline, start + end + .milliseconds(10)))
  }

  /// Waits for the moment of the recorded run when something reached the script.
  ///
  /// What never reached it before that run was stopped does not do so now.
  public func wait(forArrival name: String) async {
    let due = arrival(name) ?? (isOpenEnded && !arrivals.isEmpty ? start + end + .seconds(3600) : .zero)
    try? await time.sleep(for: max(.zero, due - time.monotonic))
  }

  /// Waits for a moment of the recorded run.
  ///
  /// - Throws: `CancellationError`.
  public func wait(until moment: Duration) async throws { try await time.sleep(for: max(.zero, moment - elapsed)) }

  var elapsed: Duration { time.monotonic - start }

  /// How much later an answer comes that was recorded fewer times than it is asked for: longer each time, so that a question which is asked
  /// without end does not keep the time from passing.
  func pause(_ repeats: Int) -> Duration {
    min(.seconds(60), .milliseconds(20) * (1 << min(repeats, 16))) / content.header.clockScale
  }

  func draw(_ request: RecordedRequest, _ channel: RecordedExchange.Channel) -> ReplayDeck.Draw {
    let moment = elapsed
    return state.withLock { $0.deck.draw(request, channel, at: moment) }
  }

  /// Remembers a request that has no answer; the same again is no news.
  func note(_ mismatch: ReplayMismatch) {
    state.withLock { state in
      guard state.mismatches.count < Self.mostMismatches,
        !state.mismatches.contains(where: { $0.request.key == mismatch.request.key })
      else { return }
      state.mismatches.append(mismatch)
    }
  }
}
