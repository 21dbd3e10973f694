import CloudAccess
import Foundation
import Testing

@testable import ObjectStorage

@Suite("The object storage client against a real server")
struct ObjectStoreTests {
  private struct Bench {
    var server: ScriptedServer
    var store: ObjectStore
    var time: ManualTime
    var transport: AsyncHTTPTransport

    func close() async {
      await transport.shutdown()
      await server.stop()
    }
  }

  private static let key = AccessKey(access: "AK", secret: Secret("s3cr3t"), securityToken: Secret("tok=="))

  private func bench(
    signature: ObjectStorageSignature = .obs,
    _ script: @escaping @Sendable (ScriptedServer.Received, Int) -> ScriptedServer.Answer
  ) async throws -> Bench {
    let server = try await ScriptedServer.start(script)
    let time = ManualTime()
    let transport = AsyncHTTPTransport()
    let store = ObjectStore(
      endpoint: server.url + "/", region: "eu-de", key: Self.key, pathStyle: true, signature: signature,
      transport: transport, time: time, random: { 0.5 })
    return Bench(server: server, store: store, time: time, transport: transport)
  }

  private func failure<Value>(_ work: () async throws -> Value) async -> ObjectStorageError? {
    do {
      _ = try await work()
      return nil
    } catch { return error as? ObjectStorageError }
  }

  @Test(
    "A name that is none never becomes part of an address: nothing is sent",
    arguments: ["evil.example/x", "", "..", "a b", "user@evil.example", "x?y", "b#", "ünde", "a\nb"])
  func badBuckets(_ bucket: String) async throws {
    let bench = try await bench { _, _ in .answer(200, [], []) }
    let failure = await failure { try await bench.store.headBucket(bucket) }
    #expect(failure?.cloudError.kind == .validation)
    #expect(failure?.cloudError.delivery == .notSent)
    #expect(bench.server.received.isEmpty)
    await bench.close()
  }

  @Test(
    "Every request passes a server's verification, whichever way it is signed",
    arguments: ObjectStorageSignature.allCases)
  func signed(_ signature: ObjectStorageSignature) async throws {
    let bench = try await bench(signature: signature) { request, _ in
      let parts = request.uri.split(separator: "?", maxSplits: 1).map(String.init)
      let received = ReceivedObjectRequest(
        method: request.method, path: parts[0], query: parts.count > 1 ? parts[1] : "", headers: request.headers)
      let verifier = ObjectStorageVerifier { $0 == "AK" ? Self.key : nil }
      do throws(ObjectStorageVerifier.Failure) {
        let verified = try verifier.verify(received, now: Date(timeIntervalSince1970: 1_705_307_400))
        guard verified.kind == signature else { return .answer(500, [], []) }
      } catch {
        return .answer(403, [], Array("<Error><Code>\(error.code)</Code><Message>\(error)</Message></Error>".utf8))
      }
      switch request.method {
      case "GET" where parts.count > 1: return .answer(200, [], Array("<ListBucketResult/>".utf8))
      case "GET": return .answer(206, [("Content-Range", "bytes 0-1/9")], [1, 2])
      default: return .answer(200, [("ETag", "\"e\"")], [])
      }
    }
    let name = "dir a/größe+映像~(1)%.raw"
    _ = try await bench.store.headBucket("b")
    _ = try await bench.store.headObject(bucket: "b", key: name)
    #expect(try await bench.store.read(bucket: "b", key: name, offset: 0, count: 2) == [1, 2])
    #expect(try await bench.store.list(bucket: "b", prefix: "a b+ü", marker: "&x").objects.isEmpty)
    #expect(try await bench.store.put(bucket: "b", key: name, body: [1, 2], storageClass: .warm) == "e")
    await bench.close()
  }

  @Test("A bucket tells its region and class under the names of either kind")
  func bucket() async throws {
    let bench = try await bench { request, _ in
      request.path == "/b"
        ? .answer(
          200, [("x-obs-bucket-location", "eu-nl"), ("x-obs-storage-class", "COLD"), ("x-obs-request-id", "r")], [])
        : .answer(200, [("x-amz-bucket-region", "eu-de"), ("x-default-storage-class", "STANDARD_IA")], [])
    }
    let native = try await bench.store.headBucket("b")
    #expect(native.region == "eu-nl")
    #expect(native.storageClass == .cold)
    #expect(native.requestID == "r")
    let aws = try await bench.store.headBucket("c")
    #expect(aws.region == "eu-de")
    #expect(aws.storageClass == .warm)
    await bench.close()
  }

  @Test("An object tells size, tag, class, encryption; no class header means standard")
  func object() async throws {
    let bench = try await bench { request, _ in
      request.path.hasSuffix("1")
        ? .answer(
          200,
          [
            ("Content-Length", "1099511627776"), ("ETag", "\"abc\""),
            ("Last-Modified", "Mon, 15 Jan 2024 08:30:00 GMT"),
          ], [])
        : .answer(
          200,
          [
            ("Content-Length", "5"), ("x-obs-storage-class", "DEEP_ARCHIVE"), ("x-obs-server-side-encryption", "kms"),
            ("x-obs-restore", "ongoing-request=\"true\""),
          ], [])
    }
    let plain = try await bench.store.headObject(bucket: "b", key: "1")
    #expect(plain.size == 1 << 40)
    #expect(plain.etag == "abc")
    #expect(plain.storageClass == .standard)
    #expect(plain.encryption == nil)
    #expect(plain.lastModified == Date(timeIntervalSince1970: 1_705_307_400))
    let archived = try await bench.store.headObject(bucket: "b", key: "2")
    #expect(archived.storageClass == .deepArchive)
    #expect(archived.encryption == "kms")
    #expect(archived.restore == "ongoing-request=\"true\"")
    await bench.close()
  }

  @Test("A single byte is asked for as two, and a start past the end is nothing")
  func rangeTraps() async throws {
    let bench = try await bench { request, _ in
      request.header("range") == "bytes=5-6"
        ? .answer(206, [("Content-Range", "bytes 5-6/100")], [7, 8])
        : .answer(416, [], Array("<Error><Code>InvalidRange</Code></Error>".utf8))
    }
    #expect(try await bench.store.read(bucket: "b", key: "k", offset: 5, count: 1) == [7])
    #expect(try await bench.store.read(bucket: "b", key: "k", offset: 500, count: 10) == [])
    #expect(try await bench.store.read(bucket: "b", key: "k", offset: 0, count: 0) == [])
    #expect(bench.server.received.count == 2)
    await bench.close()
  }

  @Test("A whole object in answer to a range is not read to its end")
  func ignoredRange() async throws {
    let bench = try await bench { _, _ in .flood(500_000_000, status: 200) }
    #expect(try await bench.store.read(bucket: "b", key: "k", offset: 0, count: 4096).count == 4096)
    let error = await failure { try await bench.store.read(bucket: "b", key: "k", offset: 9, count: 4096) }
    #expect(error?.cloudError.message.contains("ignored the range") == true)
    await bench.transport.shutdown()
    #expect(bench.server.bytesFlooded < 100_000_000)
    await bench.close()
  }

  @Test("A listing is walked page by page, with or without a next marker, and with encoded keys")
  func listing() async throws {
    let bench = try await bench { request, number in
      switch number {
      case 0:
        return .answer(
          200, [],
          Array(
            """
            <?xml version="1.0"?><ListBucketResult xmlns="http://obs.test/doc/"><EncodingType>url</EncodingType>
            <IsTruncated>true</IsTruncated><Contents><Key>a%2Fb+c%2B</Key><Size>1</Size>
            <LastModified>2024-01-15T08:30:00.000Z</LastModified><ETag>&quot;e&quot;</ETag>
            <StorageClass>GLACIER</StorageClass></Contents></ListBucketResult>
            """.utf8))
      case 1:
        return request.uri.contains("marker=a%2Fb%20c%2B")
          ? .answer(
            200, [],
            Array(
              "<ListBucketResult><IsTruncated>true</IsTruncated><NextMarker>m2</NextMarker><Contents><Key>b</Key><Size>2</Size></Contents></ListBucketResult>"
                .utf8))
          : .answer(400, [], [])
      default:
        return request.uri.contains("marker=m2")
          ? .answer(
            200, [], Array("<ListBucketResult><Contents><Key>c</Key><Size>3</Size></Contents></ListBucketResult>".utf8))
          : .answer(400, [], [])
      }
    }
    var objects: [ObjectInfo] = []
    for try await object in bench.store.objects(bucket: "b") { objects.append(object) }
    #expect(objects.map(\.key) == ["a/b c+", "b", "c"])
    #expect(objects[0].storageClass == .cold)
    #expect(objects[0].etag == "e")
    #expect(objects[0].lastModified == Date(timeIntervalSince1970: 1_705_307_400))
    await bench.close()
  }

  @Test("Refusals carry code, hint and request id, also where HEAD has no body")
  func refusals() async throws {
    let bench = try await bench { request, _ in
      switch request.path {
      case "/none": .answer(404, [("x-obs-request-id", "r1")], [])
      case "/b/none": .answer(404, [], [])
      case "/b/cold":
        .answer(
          403, [],
          Array(
            "<Error><Code>InvalidObjectState</Code><Message>archived</Message><RequestId>r2</RequestId></Error>".utf8))
      case "/far": .answer(301, [], [])
      case "/far/k":
        .answer(
          307, [("Location", "https://obs.eu-nl.example/far/k?x")],
          Array("<Error><Code>TemporaryRedirect</Code><Endpoint>obs.eu-nl.example</Endpoint></Error>".utf8))
      default: .answer(200, [], Array("<html>".utf8))
      }
    }
    let bucket = await failure { try await bench.store.headBucket("none") }
    #expect(bucket?.cloudError.code == "NoSuchBucket")
    #expect(bucket?.cloudError.requestID == "r1")
    #expect(bucket?.cloudError.kind == .not_found)
    #expect(
      await failure { try await bench.store.headObject(bucket: "b", key: "none") }?.cloudError.code == "NoSuchKey")
    let cold = await failure { try await bench.store.read(bucket: "b", key: "cold", offset: 0, count: 9) }
    #expect(cold?.cloudError.hint == "the object is archived; restore it before the import")
    #expect(cold?.cloudError.requestID == "r2")
    #expect(cold?.key == "cold")
    let far = await failure { try await bench.store.read(bucket: "far", key: "k", offset: 0, count: 9) }
    #expect(far?.rightEndpoint == "obs.eu-nl.example")
    #expect(
      far?.cloudError.message == "The bucket far does not live at this endpoint; the service names obs.eu-nl.example.")
    #expect(await failure { try await bench.store.headBucket("far") }?.cloudError.kind == .validation)
    #expect(
      await failure { try await bench.store.list(bucket: "x") }?.cloudError.message
        == "The listing of the bucket x cannot be read.")
    await bench.close()
  }

  @Test("Transient errors are retried after a pause")
  func retries() async throws {
    let bench = try await bench { _, number in
      number < 2
        ? .answer(503, [], Array("<Error><Code>SlowDown</Code></Error>".utf8))
        : .answer(206, [("Content-Range", "bytes 0-1/2")], [1, 2])
    }
    let task = Task { try await bench.store.read(bucket: "b", key: "k", offset: 0, count: 2) }
    for pause in [0.25, 0.5] {
      await bench.time.waitForSleepers()
      #expect(bench.time.nextDue == .seconds(pause))
      await bench.time.advance(by: .seconds(pause))
    }
    #expect(try await task.value == [1, 2])
    await bench.close()
  }

  @Test("A skewed clock is corrected once by the cloud's own")
  func skewedClock() async throws {
    let cloud = Date(timeIntervalSince1970: 1_705_307_400 + 7200)
    let bench = try await bench { request, _ in
      request.header("date") == Timestamp.http(cloud)
        ? .answer(206, [("Content-Range", "bytes 0-1/2")], [1, 2])
        : .answer(
          403, [("Date", Timestamp.http(cloud))], Array("<Error><Code>RequestTimeTooSkewed</Code></Error>".utf8))
    }
    #expect(try await bench.store.read(bucket: "b", key: "k", offset: 0, count: 2) == [1, 2])
    #expect(bench.server.received.count == 2)
    await bench.close()
  }
}

extension ObjectStoreTests {
  @Test("At an endpoint that is an address the bucket stands in the path, whatever the profile says")
  func address() async throws {
    let server = try await ScriptedServer.start { _, _ in .answer(200, [], []) }
    let transport = AsyncHTTPTransport()
    let store = ObjectStore(
      endpoint: server.url, region: "eu-de", key: AccessKey(access: "AK", secret: Secret("s3cr3t")), pathStyle: false,
      transport: transport, time: ManualTime())
    _ = try await store.headBucket("images")
    #expect(server.received.first?.uri == "/images")
    await transport.shutdown()
    await server.stop()
  }
}
