import Foundation

/// Which records are asked for; what is nil does not filter.
public struct ImportRecordFilter: Sendable, Hashable {
  public var states: Set<ImportRecordState>?

  /// The exact name of the image.
  public var name: String?
  public var key: String?

  /// The host of the identity service, or what the profile was called.
  public var cloud: String?
  public var scope: ImportScope?
  public var jobID: String?

  /// Created at or after this moment.
  public var since: Date?

  /// Whether the record's end is still to come.
  public var isOpen: Bool?

  /// At most so many, the latest ones.
  public var limit: Int?

  public init(
    states: Set<ImportRecordState>? = nil, name: String? = nil, key: String? = nil, cloud: String? = nil,
    scope: ImportScope? = nil, jobID: String? = nil, since: Date? = nil, isOpen: Bool? = nil, limit: Int? = nil
  ) {
    self.states = states
    self.name = name
    self.key = key
    self.cloud = cloud
    self.scope = scope
    self.jobID = jobID
    self.since = since
    self.isOpen = isOpen
    self.limit = limit
  }

  /// Whether a record passes, the limit aside.
  public func accepts(_ record: ImportRecord) -> Bool {
    if let states, !states.contains(record.state) { return false }
    if let name, name != record.name { return false }
    if let key, key != record.key { return false }
    if let cloud, cloud.lowercased() != record.scope.cloud, cloud != record.profile { return false }
    if let scope, scope != record.scope { return false }
    if let jobID, jobID != record.jobID { return false }
    if let since, record.createdAt < since { return false }
    if let isOpen, isOpen == record.state.isFinal { return false }
    return true
  }
}
