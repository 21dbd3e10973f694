import CloudAccess
import Foundation
import Logging

/// A client of object storage, as far as an import needs one.
public final class ObjectStore: Sendable {
  /// The endpoint without a bucket, for example `https://obs.eu-de.otc.t-systems.com`.
  public let endpoint: String

  public init(
    endpoint: String, region: String, key: AccessKey, pathStyle: Bool, transport: any HTTPTransport,
    time: any TimeSource, timeouts: HTTPTimeouts = HTTPTimeouts(), logger: Logger = Logger(label: "slipway.objects")
  ) {
    self.endpoint = endpoint
  }

  public func headBucket(_ bucket: String) async throws -> BucketInfo {
    throw CloudError(kind: .network, message: "The store is not built in yet.")
  }

  public func headObject(bucket: String, key: String) async throws -> ObjectInfo {
    throw CloudError(kind: .network, message: "The store is not built in yet.")
  }

  public func list(
    bucket: String, prefix: String = "", marker: String? = nil, delimiter: String? = nil, limit: Int = 1000
  ) async throws -> ObjectPage {
    throw CloudError(kind: .network, message: "The store is not built in yet.")
  }

  public func read(bucket: String, key: String, offset: UInt64, count: Int) async throws -> [UInt8] {
    throw CloudError(kind: .network, message: "The store is not built in yet.")
  }

  public func put(
    bucket: String, key: String, body: [UInt8], contentType: String = "application/octet-stream"
  ) async throws -> String? {
    throw CloudError(kind: .network, message: "The store is not built in yet.")
  }
}
