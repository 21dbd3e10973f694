import CloudAccess
import Foundation
import Synchronization

/// A client of object storage, as far as an import needs one. Every call is repeated after transient failures.
public final class ObjectStore: Sendable {
  /// The endpoint without a bucket, for example `https://obs.eu-de.otc.t-systems.com`.
  public let endpoint: String
  public let region: String
  /// What the store is recognised by in a later run: its endpoint, unless that changes with every start.
  public let identity: String
  public let signature: ObjectStorageSignature

  let time: any TimeSource
  private let key: AccessKey
  private let pathStyle: Bool
  private let transport: any HTTPTransport
  private let timeouts: HTTPTimeouts
  private let schedule: RetrySchedule
  private let random: @Sendable () -> Double
  /// Seconds to add to the local clock when signing, learned from a refusal.
  private let clockOffset = Mutex(0.0)

  /// Opens nothing; the first call does. Without an `identity` the endpoint is it.
  ///
  /// With `pathStyle` the bucket stands in the path, which fakes and own installations need. It does in any case where the endpoint is an
  /// address: nothing can stand in front of one.
  public init(
    endpoint: String, identity: String? = nil, region: String, key: AccessKey, pathStyle: Bool,
    signature: ObjectStorageSignature = .obs,
    transport: any HTTPTransport, time: any TimeSource, timeouts: HTTPTimeouts = HTTPTimeouts(),
    schedule: RetrySchedule = RetrySchedule(), random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
  ) {
    var trimmed = endpoint[...]
    while trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
    self.endpoint = String(trimmed)
    self.identity = identity ?? String(trimmed)
    self.region = region
    self.key = key
    self.pathStyle = pathStyle || URLParts(String(trimmed)).isAddress
    self.signature = signature
    self.transport = transport
    self.time = time
    self.timeouts = timeouts
    self.schedule = schedule
    self.random = random
  }

  /// The store of a session's profile, at the endpoint its catalogue or pattern names, signed as the profile says or as given.
  ///
  /// Throws a ``CloudError`` of kind `authentication` when the profile holds no access key: object storage takes no
  /// tokens.
  public convenience init(session: CloudSession, signature: ObjectStorageSignature? = nil) async throws {
    let profile = session.profile
    guard let key = profile.keyForObjectStorage else {
      throw CloudError(
        kind: .authentication, message: "The profile \(profile.name) has no access key for object storage.",
        hint: "set access_key and secret_key, or S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY")
    }
    self.init(
      endpoint: try await session.endpoint(.objectStorage), identity: profile.identity, region: profile.region,
      key: key,
      pathStyle: profile.objectStoragePathStyle,
      signature: signature ?? profile.objectStorageSignature, transport: session.transport,
      time: session.time, timeouts: profile.timeouts, random: session.random)
  }

  /// What a request carries.
  enum Payload: Sendable {
    case none
    case bytes([UInt8])
    case stream(HTTPBodyStream)
  }

  /// Sends a request until it is answered with 2xx or 416, and returns that answer.
  func send(
    _ request: ObjectRequest, body: [UInt8]? = nil, bodyLimit: Int = 4 << 20,
    overflow: HTTPRequest.BodyOverflow = .fail
  ) async throws -> HTTPResponse {
    let start = time.monotonic
    var attempt = 1
    while true {
      let failure: ObjectStorageError
      do {
        return try await sendOnce(
          request, body.map { .bytes($0) } ?? .none, bodyLimit: bodyLimit, overflow: overflow)
      } catch let error as ObjectStorageError { failure = error }
      guard failure.cloudError.retryable,
        let pause = schedule.pause(
          afterAttempt: attempt, elapsed: time.monotonic - start, retryAfter: failure.cloudError.retryAfter,
          random: random())
      else { throw failure }
      do {
        try await time.sleep(for: pause)
      } catch { throw cancelled(request) }
      attempt += 1
    }
  }

  /// Sends a request once, and once more when the cloud's answer tells that this machine's clock is off.
  ///
  /// Throws an ``ObjectStorageError``, or what the maker of a streamed body threw.
  func sendOnce(
    _ request: ObjectRequest, _ payload: Payload, bodyLimit: Int = 4 << 20,
    overflow: HTTPRequest.BodyOverflow = .fail
  ) async throws -> HTTPResponse {
    if let name = request.bucket, !Self.isHarmless(bucket: name) {
      let error = CloudError(
        kind: .validation, message: "'\(name.prefix(60))' is no name of a bucket.",
        hint: "a name has letters, digits, hyphens, periods and underscores only")
      throw ObjectStorageError(cloudError: error, bucket: name, key: request.key)
    }
    var mayLearn = true
    while true {
      do {
        let wire = signed(request, payload, overflow: overflow)
        let response = try await exchange(wire, bodyLimit: bodyLimit)
        if (200..<300).contains(response.status) || response.status == 416 { return response }
        let failure = ObjectStorageError(
          response: response, method: request.method, bucket: request.bucket ?? "", key: request.key, now: time.now)
        // A streamed body is made once, so whoever sent it decides about a second time.
        guard failure.cloudError.code == "RequestTimeTooSkewed", mayLearn, learnClock(from: response) else {
          throw failure
        }
        if case .stream = payload {
          var again = failure
          again.cloudError.retryable = true
          throw again
        }
        mayLearn = false
      } catch let error as CloudError {
        throw ObjectStorageError(cloudError: error, bucket: request.bucket ?? "", key: request.key)
      }
    }
  }

  private func cancelled(_ request: ObjectRequest) -> ObjectStorageError {
    let bucket = request.bucket ?? ""
    let error = CloudError(kind: .cancelled, message: "\(request.method) of \(bucket) was cancelled.")
    return ObjectStorageError(cloudError: error, bucket: bucket, key: request.key)
  }

  /// Whether a bucket's name stays one part of the host's name or of the path: with `evil.example/` in front of it a signed
  /// request would go elsewhere.
  static func isHarmless(bucket: String) -> Bool {
    !bucket.isEmpty && bucket != "." && bucket != ".." && bucket.utf8.count <= 255
      && bucket.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
          || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      }
  }

  /// Sends a request once; the clock stands meanwhile, if it is one that jumps.
  private func exchange(_ request: HTTPRequest, bodyLimit: Int) async throws -> HTTPResponse {
    time.hold()
    defer { time.release() }
    let response = try await transport.send(request, timeouts: timeouts, bodyLimit: bodyLimit)
    return (200..<300).contains(response.status) ? response : SecretMask(request).masked(response)
  }

  private func learnClock(from response: HTTPResponse) -> Bool {
    guard let offset = CloudError.clockOffset(of: response, now: time.now) else { return false }
    clockOffset.withLock { $0 = offset }
    return true
  }

  private func signed(_ request: ObjectRequest, _ payload: Payload, overflow: HTTPRequest.BodyOverflow) -> HTTPRequest {
    var request = request
    request.addressing = pathStyle ? .path : .virtual
    let host = host(of: request)
    let now = time.now + clockOffset.withLock { $0 }
    if let token = key.securityToken {
      request.headers.append((signature.headerPrefix + "security-token", token.reveal()))
    }
    request.headers.append(("Host", host))
    switch signature {
    case .obs, .awsV2:
      request.headers.append(("Date", Timestamp.http(now)))
      let value = ObjectStorageSigner.authorization(request, kind: signature, key: key)
      request.headers.append(("Authorization", value))
    case .awsV4:
      request.headers.append(("x-amz-date", Timestamp.compactUTC(now)))
      request.headers.append(("x-amz-content-sha256", "UNSIGNED-PAYLOAD"))
      let value = ObjectStorageSigner.authorizationV4(request, key: key, region: region)
      request.headers.append(("Authorization", value))
    }
    let query = request.wireQuery
    let scheme = URLParts(endpoint).scheme
    var wire = HTTPRequest(
      method: request.method, url: "\(scheme)://\(host)\(request.wirePath)" + (query.isEmpty ? "" : "?" + query),
      headers: request.headers, overflow: overflow)
    switch payload {
    case .none: break
    case .bytes(let bytes): wire.body = bytes
    case .stream(let stream): wire.stream = stream
    }
    return wire
  }

  private func host(of request: ObjectRequest) -> String {
    let host = URLParts(endpoint).host
    guard request.addressing == .virtual, let bucket = request.bucket else { return host }
    return "\(bucket).\(host)"
  }
}
