import CloudAccess

/// How many private images there are, and how many there may be.
public struct ImageQuota: Sendable, Hashable {
  public var used: Int
  public var quota: Int

  /// From the answer of the quota call; nil when it has no entry for images.
  public init?(json: JSONValue) {
    let entries = json["quotas"]?["resources"]?.arrayValue ?? []
    guard let entry = entries.first(where: { $0.text("type") == "image" }), let used = entry.whole("used"),
      let quota = entry.whole("quota")
    else { return nil }
    self.used = used
    self.quota = quota
  }

  /// How many more fit.
  public var free: Int { max(0, quota - used) }

  /// The quota as a JSON object.
  public var json: JSONValue {
    .object(["used": .integer(Int64(used)), "quota": .integer(Int64(quota)), "free": .integer(Int64(free))])
  }
}
