import Foundation
import Logging

/// Calls of one profile.
public final class CloudSession: Sendable {
  public let profile: CloudProfile

  public init(profile: CloudProfile, transport: any HTTPTransport, time: any TimeSource, logger: Logger) {
    self.profile = profile
  }

  public func send(_ call: APICall) async throws -> APIResponse {
    throw CloudError(kind: .network, message: "The session is not built in yet.")
  }

  public func projectID() async throws -> String {
    throw CloudError(kind: .network, message: "The session is not built in yet.")
  }

  public func endpoint(_ service: CloudService) async throws -> String {
    throw CloudError(kind: .network, message: "The session is not built in yet.")
  }

  public func shutdown() async {}
}
