import CloudAccess
import Foundation
import ImageImport
import ObjectStorage
import Workbench

extension Doctor {
  /// Requests are refused by the gateways when their signature's time is farther off.
  private static let toleratedSkew = 900.0

  /// A clock that is this far off will be too far off one day.
  private static let noticedSkew = 60.0

  /// Asks the cloud, from the outside in: what cannot be reached is asked nothing else.
  func examineCloud(buckets: [String], _ tell: (Diagnosis) -> Void) async {
    let service: ImportService
    do {
      service = try await within("connect") { try await workplace.runtime.connector.service() }
    } catch {
      return tell(.failed("connect", error))
    }
    let session = service.client.session
    // The catalogue that names the other endpoints comes with the login, so that goes first.
    var offsets: [Double] = []
    guard await reach(.identity, session, &offsets, tell) else { return }
    do {
      let projectID = try await within("credentials") { try await session.projectID() }
      tell(.ok("credentials", "accepted", [("project", projectID)]))
    } catch {
      return tell(.failed("credentials", error))
    }
    let reachesImages = await reach(.image, session, &offsets, tell)
    let reachesObjects = await reach(.objectStorage, session, &offsets, tell)
    if !offsets.isEmpty { tell(clock(offsets.sorted()[offsets.count / 2])) }
    if reachesImages { await examineImages(service.client, tell) }
    if reachesObjects { await examineStorage(session, buckets, tell) }
    tell(.skipped("submitting", "whether images may be made shows at the first import; trying it would make one"))
  }

  private func examineImages(_ client: ImageClient, _ tell: (Diagnosis) -> Void) async {
    tell(await permission(to: "list images", "images") { try await Self.anyImage(client) })
    tell(
      await permission(to: "look at jobs", "jobs") {
        // No job has this id: whoever may look is told so.
        do {
          _ = try await client.job("00000000000000000000000000000000")
        } catch let error as CloudError where [.not_found, .validation].contains(error.kind) {}
      })
    tell(await quota(client))
  }

  /// Whether a service answers at all; adds how many seconds its clock is ahead of this machine's.
  private func reach(
    _ service: CloudService, _ session: CloudSession, _ offsets: inout [Double], _ tell: (Diagnosis) -> Void
  ) async -> Bool {
    let name = "endpoint \(service.rawValue)"
    do {
      let url = try await within(name) { try await session.endpoint(service) }
      let start = session.time.now
      let response = try await within(name) {
        try await session.transport.send(
          HTTPRequest(method: "GET", url: url + "/", overflow: .truncate), timeouts: session.profile.timeouts,
          bodyLimit: 1 << 16)
      }
      let duration = session.time.now.timeIntervalSince(start)
      if let date = response.header("Date").flatMap({ Timestamp.http($0) }) {
        // The header counts whole seconds, so on average it is half a second late.
        offsets.append(date.timeIntervalSince(start) + 0.5 - duration / 2)
      }
      tell(
        .ok(
          name, "\(Redaction.url(url)) answers",
          [("status", "\(response.status)"), ("after", "\(Int(duration * 1000)) ms")]))
      return true
    } catch {
      tell(.failed(name, error))
      return false
    }
  }

  /// What an offset means, in seconds the cloud's clock is ahead.
  func clock(_ offset: Double) -> Diagnosis {
    let size = abs(offset)
    guard size > Self.noticedSkew else {
      return .ok("clock", size < 2 ? "agrees with the cloud's" : "\(Int(size)) s off the cloud's, which does no harm")
    }
    let text = "this machine's clock is \(Int(size)) s \(offset > 0 ? "behind" : "ahead of") the cloud's"
    let hint = "set it right, for example with `timedatectl set-ntp true`"
    guard size > Self.toleratedSkew else { return .warning("clock", text, hint: hint) }
    return .failed("clock", text + "; signed requests farther off than 15 minutes are refused", hint: hint)
  }

  private func permission(
    to deed: String, _ check: String, _ ask: @escaping @Sendable () async throws -> Void
  ) async -> Diagnosis {
    do {
      try await within(check, ask)
      return .ok(check, "allowed to \(deed)")
    } catch {
      return .failed(check, error)
    }
  }

  private static func anyImage(_ client: ImageClient) async throws {
    var query = ImageQuery()
    query.pageSize = 1
    for try await _ in client.images(query) { return }
  }

  private func quota(_ client: ImageClient) async -> Diagnosis {
    do {
      let quota = try await within("quota") { try await client.quota() }
      let text = "\(quota.used) of \(quota.quota) private images used"
      guard quota.free == 0 else { return .ok("quota", text) }
      return .warning("quota", text, hint: "delete images or ask for a larger quota: every import would be refused")
    } catch {
      return .failed("quota", error)
    }
  }

  private func examineStorage(_ session: CloudSession, _ buckets: [String], _ tell: (Diagnosis) -> Void) async {
    guard session.profile.keyForObjectStorage != nil else {
      return tell(
        .warning(
          "object storage", "there is no access key, which object storage asks for",
          hint: "set access_key and secret_key; without them preflight and uploads are not possible"))
    }
    do {
      let store = try await within("object storage") { try await ObjectStore(session: session) }
      if buckets.isEmpty {
        // A bucket of this name is nobody's: the answer that there is none proves that the key was accepted.
        let nobody = "slipway-doctor-" + String(UInt64.random(in: 0 ... .max), radix: 36)
        do {
          _ = try await within("object storage") { try await store.headBucket(nobody) }
        } catch let error as ObjectStorageError where error.cloudError.status == 404 {}
        tell(.ok("object storage", "the access key is accepted"))
      }
      for bucket in buckets {
        let check = "bucket \(bucket)"
        do {
          let info = try await within(check) { try await store.headBucket(bucket) }
          tell(judge(info, session.profile.region, check))
        } catch {
          tell(.failed(check, Self.cause(error)))
        }
      }
    } catch {
      tell(.failed("object storage", Self.cause(error)))
    }
  }

  private func judge(_ info: BucketInfo, _ region: String, _ check: String) -> Diagnosis {
    let facts = [("region", info.region ?? "not told"), ("class", info.storageClass.rawValue)]
    if let place = info.region, place != region {
      return .failed(
        check, "it lies in \(place), images are made in \(region)",
        hint: "copy the file into a bucket of \(region), or import in \(place)")
    }
    guard info.storageClass == .standard else {
      return .failed(
        check, "its class is \(info.storageClass.rawValue), the image service reads STANDARD only",
        hint: "copy the file into a bucket of class STANDARD")
    }
    return .ok(check, "can be reached", facts)
  }

  private static func cause(_ error: any Error) -> any Error {
    (error as? ObjectStorageError)?.cloudError ?? error
  }

  /// Runs a question, and fails with `timeout` when it takes too long.
  private func within<Answer: Sendable>(
    _ check: String, _ ask: @escaping @Sendable () async throws -> Answer
  ) async throws -> Answer {
    let limit = timeout
    return try await withThrowingTaskGroup(of: Answer?.self) { group in
      group.addTask { try await ask() }
      group.addTask {
        try await Task.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      guard let first = try await group.next(), let answer = first else {
        throw CloudError(
          kind: .timeout, message: "The question for \(check) had no answer within \(limit.components.seconds) s.",
          hint: "a firewall or a proxy may hold the connection back; --timeout allows more")
      }
      return answer
    }
  }
}
