import CloudAccess

/// The last line: how the run ended.
public struct CassetteEnd: Sendable, Hashable {
  public var at: Duration
  public var exitStatus: Int32
  /// Whether the user stopped it.
  public var isInterrupted: Bool

  public init(at: Duration, exitStatus: Int32, isInterrupted: Bool) {
    self.at = at
    self.exitStatus = exitStatus
    self.isInterrupted = isInterrupted
  }

  var line: String {
    var end: [String: JSONValue] = ["at": RecordedExchange.seconds(at), "exit_status": .integer(Int64(exitStatus))]
    if isInterrupted { end["interrupted"] = true }
    return JSONValue.object(["end": .object(end)]).serialized()
  }

  init(_ json: JSONValue) throws {
    at = try RecordedExchange.duration(json["at"], "at")
    guard let status = json["exit_status"]?.intValue, (0...255).contains(status) else {
      throw CassetteError("has an end without an exit_status")
    }
    exitStatus = Int32(status)
    isInterrupted = json["interrupted"]?.boolValue ?? false
  }
}
