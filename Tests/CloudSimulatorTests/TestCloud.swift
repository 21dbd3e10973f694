import CloudAccess
import DiskImages
import Foundation
import Testing

@testable import CloudSimulator

/// A local cloud on a free port over a directory of its own, with a plain HTTP client.
final class TestCloud: Sendable {
  let directory: String
  let access: LocalCloudAccess
  let cloud: LocalCloud
  let transport: AsyncHTTPTransport

  private init(directory: String, access: LocalCloudAccess, cloud: LocalCloud, transport: AsyncHTTPTransport) {
    self.directory = directory
    self.access = access
    self.cloud = cloud
    self.transport = transport
  }

  /// Runs `body` with a cloud and ends it, whatever happens; a scale of a million makes a job's minute 60 microseconds.
  static func run(
    in directory: String? = nil, scale: Double = 1_000_000, time: any TimeSource = SystemTime(),
    _ configure: (inout LocalCloudConfiguration) -> Void = { _ in },
    _ body: (TestCloud) async throws -> Void
  ) async throws {
    let test = try await open(in: directory, scale: scale, time: time, configure)
    let (home, transport, cloud) = (test.directory, test.transport, test.cloud)
    do {
      try await body(test)
    } catch {
      await transport.shutdown()
      await cloud.stop()
      if directory == nil { try? FileManager.default.removeItem(atPath: home) }
      throw error
    }
    await transport.shutdown()
    await cloud.stop()
    if directory == nil { try? FileManager.default.removeItem(atPath: home) }
  }

  /// Starts a cloud that whoever asked for it ends.
  static func open(
    in directory: String? = nil, scale: Double = 1_000_000, time: any TimeSource = SystemTime(),
    _ configure: (inout LocalCloudConfiguration) -> Void = { _ in }
  ) async throws -> TestCloud {
    let home = directory ?? temporaryDirectory()
    var configuration = LocalCloudConfiguration(dataDirectory: home)
    configuration.clockScale = scale
    configure(&configuration)
    let cloud = try LocalCloud(configuration: configuration, time: time)
    let access = try await cloud.start()
    return TestCloud(directory: home, access: access, cloud: cloud, transport: AsyncHTTPTransport())
  }

  static func temporaryDirectory() -> String {
    let path = FileManager.default.temporaryDirectory.path + "/slipway-cloud-" + RandomText.hex(16)
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  // MARK: Requests

  func send(
    _ method: String, _ path: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil
  ) async throws -> HTTPResponse {
    let request = HTTPRequest(method: method, url: access.endpoint + path, headers: headers, body: body)
    return try await transport.send(request, timeouts: HTTPTimeouts(), bodyLimit: 64 << 20)
  }

  func token() async throws -> String {
    let response = try await send(
      "POST", "/v3/auth/tokens", headers: [("Content-Type", "application/json")], body: Array(loginBody().utf8))
    return try #require(response.header("X-Subject-Token"))
  }

  func loginBody(password: String? = nil, scope: String? = nil) -> String {
    let scope = scope ?? #""project":{"name":"\#(access.project)"}"#
    return #"{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"\#(access.user)","#
      + #""password":"\#(password ?? access.password)","domain":{"name":"\#(access.domain)"}}}},"scope":{\#(scope)}}}"#
  }

  /// A call of the image service with a token.
  func ims(
    _ method: String, _ path: String, _ body: JSONValue? = nil, token: String
  ) async throws -> (status: Int, json: JSONValue) {
    let text = body.map { Array($0.serialized().utf8) }
    let response = try await send(
      method, path, headers: [("X-Auth-Token", token), ("Content-Type", "application/json")], body: text)
    return (response.status, response.body.isEmpty ? .null : try JSONValue(parsing: response.body))
  }

  /// Submits an import and returns the job's id.
  func submit(_ request: JSONValue, token: String) async throws -> String {
    let (status, json) = try await ims("POST", "/v2/cloudimages/quickimport/action", request, token: token)
    #expect(status == 200, "\(json)")
    return try #require(json["job_id"]?.stringValue, "\(json)")
  }

  func job(_ id: String, token: String) async throws -> JSONValue {
    try await ims("GET", "/v1/\(access.projectID)/jobs/\(id)", token: token).json
  }

  /// Asks for a job until it has ended.
  func finished(_ id: String, token: String) async throws -> JSONValue {
    for _ in 0..<2000 {
      let job = try await job(id, token: token)
      if job["status"]?.stringValue == "SUCCESS" || job["status"]?.stringValue == "FAIL" { return job }
      try await Task.sleep(for: .milliseconds(2))
    }
    Issue.record("the job \(id) did not end")
    return .null
  }

  // MARK: Files

  func path(_ bucket: String, _ key: String) -> String { "\(directory)/buckets/\(bucket)/\(key)" }

  func makeBucket(_ bucket: String) throws {
    try FileManager.default.createDirectory(atPath: "\(directory)/buckets/\(bucket)", withIntermediateDirectories: true)
  }

  func put(_ bytes: [UInt8], _ bucket: String, _ key: String) throws {
    let path = path(bucket, key)
    try FileManager.default.createDirectory(
      atPath: String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]), withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  /// A RAW file of zeros with holes, and its bitmap.
  func putRaw(size: UInt64, _ bucket: String, _ key: String, bitmap: Bool = true) throws {
    try put([], bucket, key)
    #expect(truncate(path(bucket, key), off_t(size)) == 0)
    if bitmap { try put([1], bucket, ImportJudge.bitmapKey(key)) }
  }

  /// A real ZVHD2 file of a disk with a few stored blocks.
  @discardableResult
  func putZVHD2(diskSize: UInt64 = 8 << 20, _ bucket: String, _ key: String) throws -> [UInt8] {
    let bytes = try Self.zvhd2(diskSize: diskSize)
    try put(bytes, bucket, key)
    return bytes
  }

  static func zvhd2(diskSize: UInt64) throws -> [UInt8] {
    let collected = Collector()
    let writer = try ZVHD2Writer(diskSize: diskSize) { collected.bytes.append(contentsOf: $0) }
    let block = [UInt8](repeating: 7, count: 2 << 20)
    let count = Int((diskSize + (2 << 20) - 1) / (2 << 20))
    for number in 0..<min(count, 3) {
      let length = min(UInt64(block.count), diskSize - UInt64(number) * (2 << 20))
      try block.withUnsafeBytes { try writer.append(UnsafeRawBufferPointer(rebasing: $0[..<Int(length)])) }
    }
    if count > 3 { try writer.skip(blocks: count - 3) }
    _ = try writer.finish()
    return collected.bytes
  }

  private final class Collector {
    var bytes: [UInt8] = []
  }

  static func system(_ name: String, url: String, minDisk: Int = 1) -> JSONValue {
    [
      "name": .string(name), "image_url": .string(url), "os_version": "CentOS 7.0 64bit",
      "min_disk": .integer(Int64(minDisk)),
    ]
  }
}
