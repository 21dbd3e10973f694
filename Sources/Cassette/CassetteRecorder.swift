import CloudAccess
import Foundation
import Synchronization

/// Records a run: hands out transports that write down what passes, and takes notes.
public final class CassetteRecorder: Sendable {
  public let scrubber: SecretScrubber
  private let writer: CassetteWriter
  private let time: any TimeSource
  private let start: Duration
  private let isEnded = Mutex(false)
  /// Whether there is more than the header.
  private let hasContent = Mutex(false)
  /// When the last arrival was noted.
  private let lastArrival = Mutex(Duration.zero)
  /// When the last answer was handed on.
  private let handed = Mutex(Duration.zero)

  /// Between two answers. What an answer leads to, such as a printed line, should be done before the next one comes: then a replay, which hands
  /// on the answers in the recorded order, does everything in the recorded order.
  private static let gap = Duration.microseconds(500)

  /// Makes the file and writes the header; the run begins now.
  ///
  /// - Throws: ``CassetteError``.
  public init(path: String, header: CassetteHeader, time: any TimeSource, scrubber: SecretScrubber) throws {
    writer = try CassetteWriter(path: path)
    self.time = time
    self.scrubber = scrubber
    start = time.monotonic
    var header = header
    header.script = header.script.map(scrubber.text)
    writer.write(header.line)
  }

  public var path: String { writer.path }

  /// Why the recording broke off; nil where it did not.
  public var failure: CassetteError? { writer.failure }

  /// Writes down the cloud that is used, and learns its secrets.
  public func connected(to profile: CloudProfile) {
    scrubber.add(profile)
    write(JSONValue.object(["cloud": scrubber.json(RecordedProfile.json(profile))]).serialized())
  }

  /// Writes a note of a kind.
  public func note(_ kind: String, _ members: [String: JSONValue]) {
    var members = members
    members["note"] = .string(kind)
    members["at"] = members["at"] ?? RecordedExchange.seconds(elapsed)
    write(scrubber.json(.object(members)).serialized())
  }

  /// Notes that something reaches the script now; see ``CassettePlayer/arrival(_:)``.
  public func arrived(_ name: String) {
    lastArrival.withLock { last in
      // In the order of the calls, whatever the clock's grain.
      last = max(elapsed, last + .microseconds(1))
      write(
        JSONValue.serialized(members: [
          ("note", .string(CassettePlayer.arrivalNote)), ("of", .string(name)), ("at", RecordedExchange.seconds(last)),
        ]))
    }
  }

  /// Takes the file away again, where nothing was recorded yet: a run that did not even begin leaves nothing behind.
  public func abandon() {
    let isFirst = isEnded.withLock { isEnded in
      guard !isEnded, !hasContent.withLock({ $0 }) else { return false }
      isEnded = true
      return true
    }
    if isFirst { writer.discard() }
  }

  /// Records what passes through a transport.
  public func transport(_ inner: any HTTPTransport, _ channel: RecordedExchange.Channel) -> any HTTPTransport {
    RecordingTransport(inner, channel, recorder: self)
  }

  /// Writes how the run ended, and closes the file. One that failed before there was anything to record leaves no file.
  public func end(exitStatus: Int32, isInterrupted: Bool) {
    if exitStatus != 0, !isInterrupted { abandon() }
    let isFirst = isEnded.withLock { isEnded in
      defer { isEnded = true }
      return !isEnded
    }
    guard isFirst else { return }
    writer.write(CassetteEnd(at: elapsed, exitStatus: exitStatus, isInterrupted: isInterrupted).line)
    writer.close()
  }

  var elapsed: Duration { time.monotonic - start }

  /// Waits until an answer may be handed on.
  func takeTurn() async {
    let turn = handed.withLock { handed in
      handed = max(elapsed, handed + Self.gap)
      return handed
    }
    let pause = turn - elapsed
    if pause > .zero { try? await time.sleep(for: pause) }
  }

  func write(_ exchange: RecordedExchange) { write(exchange.text) }

  private func write(_ line: String) {
    hasContent.withLock { $0 = true }
    writer.write(line)
  }
}
