/// A fault, a switch or a file of them that cannot be taken: where, what was expected, what came.
public struct FaultError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Such as `faults.yaml:7`, or the fault's text.
  public var place: String
  public var message: String

  public init(place: String, message: String) {
    self.place = place
    self.message = message
  }

  public var description: String { "\(place): \(message)" }
}
