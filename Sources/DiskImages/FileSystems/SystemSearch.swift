/// What a look for the operating system on a disk gave, and what it cost.
public struct SystemSearch: Sendable, Hashable {
  /// The system; nil where none was found.
  public var system: OperatingSystem?
  /// Why none was found, as a sentence; nil where one was.
  public var reason: String?
  /// How much of the image file was read.
  public var cost = ReadCost()
  /// What of the system will trouble it in the cloud.
  public var findings: [DiskFinding] = []

  public init(system: OperatingSystem? = nil, reason: String? = nil) {
    self.system = system
    self.reason = reason
  }
}
