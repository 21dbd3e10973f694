import CloudAccess

/// One request and what became of it.
public struct RecordedExchange: Sendable, Hashable {
  /// Who asked.
  public enum Channel: String, Sendable, Hashable {
    /// The session with the cloud and its object storage.
    case cloud
    /// The script module `http`.
    case web
  }

  public var channel: Channel
  /// When it was sent, from the start of the run.
  public var at: Duration
  /// How long the answer took.
  public var took: Duration
  public var request: RecordedRequest
  public var outcome: RecordedOutcome
  /// The line in the file, from 1; 0 for one that was not read.
  public var line = 0

  /// When the answer was there.
  var answeredAt: Duration { at + took }

  var text: String {
    JSONValue.serialized(members: [
      ("at", Self.seconds(at)), ("took", Self.seconds(took)), ("channel", .string(channel.rawValue)),
      ("request", request.json), outcome.member,
    ])
  }

  init(channel: Channel, at: Duration, took: Duration, request: RecordedRequest, outcome: RecordedOutcome) {
    self.channel = channel
    self.at = at
    self.took = took
    self.request = request
    self.outcome = outcome
  }

  init(_ json: JSONValue, line: Int) throws {
    guard let request = json["request"], let channel = Channel(rawValue: json["channel"]?.stringValue ?? "cloud") else {
      throw CassetteError("has a channel that is unknown")
    }
    at = try Self.duration(json["at"], "at")
    took = try Self.duration(json["took"], "took")
    self.channel = channel
    self.request = try RecordedRequest(request)
    outcome = try RecordedOutcome(json)
    self.line = line
  }

  static func seconds(_ duration: Duration) -> JSONValue { .number((duration.inSeconds * 1e7).rounded() / 1e7) }

  static func duration(_ json: JSONValue?, _ name: String) throws -> Duration {
    guard let seconds = json?.doubleValue, (0...1e9).contains(seconds) else {
      throw CassetteError("has no time '\(name)' in seconds")
    }
    return .seconds(seconds)
  }
}
