import Foundation

/// A token, what it is good for, and until when.
struct ProjectToken: Sendable {
  var value: Secret
  /// The moment of the session's monotonic clock from which on it should be replaced.
  var renewAt: Duration
  /// The moment at which the service ends it.
  var endsAt: Duration
  var projectID: String?
  var catalog: ServiceCatalog

  /// Takes a token from IAM's answer.
  ///
  /// Its life is the span between the answer's own two times, counted from now on the monotonic clock, so that
  /// neither a wrong nor a hurried clock on either side matters. It is renewed after nine tenths of its life, or five
  /// minutes before its end if that is later.
  init(value: Secret, answer: JSONValue?, received: Duration, now: Date, region: String) {
    self.value = value
    let token = answer?["token"]
    let expires = token?["expires_at"]?.stringValue.flatMap { Timestamp.iso8601($0) }
    let issued = token?["issued_at"]?.stringValue.flatMap { Timestamp.iso8601($0) }
    let life = expires.map { max($0.timeIntervalSince(issued ?? now), 0) } ?? 86400
    endsAt = received + .seconds(life)
    renewAt = received + .seconds(max(life * 0.9, life - 300))
    projectID = token?["project"]?["id"]?.stringValue
    catalog = ServiceCatalog(token?["catalog"], region: region)
  }
}
