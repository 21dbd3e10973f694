import CloudAccess
import Foundation
import Synchronization
import Testing

@testable import ObjectStorage

@Suite("Uploading in parts")
struct UploaderTests {
  private final class Events: Sendable {
    private let list = Mutex<[UploadEvent]>([])
    func add(_ event: UploadEvent) { list.withLock { $0.append(event) } }
    var all: [UploadEvent] { list.withLock { $0 } }
    var restarts: [UploadEvent.Restart] {
      all.compactMap { if case .restarted(let why) = $0 { why } else { nil } }
    }
    var troubles: Int { all.count { if case .troubled = $0 { true } else { false } } }
    var resumed: (parts: Int, bytes: UInt64)? {
      all.lazy.compactMap { if case .resumed(let parts, let bytes) = $0 { (parts, bytes) } else { nil } }.first
    }
  }

  private func failure(_ work: () async throws -> UploadResult) async -> CloudError? {
    do {
      _ = try await work()
      return nil
    } catch let error as ObjectStorageError {
      return error.cloudError
    } catch { return error as? CloudError }
  }

  @Test("A file in parts arrives byte for byte, whichever way it is signed", arguments: ObjectStorageSignature.allCases)
  func whole(_ signature: ObjectStorageSignature) async throws {
    let bench = try await UploadBench.open(signature: signature)
    let bytes = UploadBench.bytes((5 << 20) + 12345)
    let events = Events()
    let result = try await bench.uploader(observe: events.add).upload(
      BytesSource(bytes), bucket: "b", key: "a b/ü+%.raw")
    #expect(bench.bucket.object("a b/ü+%.raw") == bytes)
    #expect(result.parts == 6)
    #expect(result.sentBytes == UInt64(bytes.count))
    #expect(result.etag?.hasSuffix("-6") == true)
    #expect(bench.recordCount == 0)
    let last = events.all.reversed().lazy.compactMap { if case .progress(let progress) = $0 { progress } else { nil } }
    #expect(last.first?.fraction == 1)
    await bench.close()
  }

  @Test("What is no larger than a part goes in one piece, the empty file too", arguments: [0, 1, 1 << 20])
  func small(_ count: Int) async throws {
    let bench = try await UploadBench.open()
    let bytes = UploadBench.bytes(count)
    let result = try await bench.uploader().upload(BytesSource(bytes), bucket: "b", key: "k")
    #expect(bench.bucket.object("k") == bytes)
    #expect(result.parts == 0)
    #expect(result.etag == ScriptedBucket.md5(bytes))
    #expect(!bench.bucket.log.contains("POST begin"))
    await bench.close()
  }

  @Test("Parts the store was too busy for are sent again, and the others slow down with them")
  func busy() async throws {
    let bucket = ScriptedBucket { call in
      guard let part = call.part, call.attempt < (part == 3 ? 3 : part % 2) else { return nil }
      return ScriptedBucket.error(part == 3 ? 500 : 503, part == 3 ? "InternalError" : "SlowDown")
    }
    let time = FastTime()
    let bench = try await UploadBench.open(bucket, time: time)
    let bytes = UploadBench.bytes(8 << 20)
    let events = Events()
    _ = try await bench.uploader(observe: events.add).upload(BytesSource(bytes), bucket: "b", key: "k")
    #expect(bucket.object("k") == bytes)
    #expect(events.troubles == 6)
    #expect(time.total >= .seconds(1))
    await bench.close()
  }

  @Test("Bytes that changed on their way are noticed by the store, or by the entity tag, and sent again")
  func corrupted() async throws {
    let bucket = ScriptedBucket { call in
      switch (call.part, call.attempt) {
      case (2, 0): ScriptedBucket.error(400, "BadDigest")
      case (3, 0): .answer(200, [("ETag", "\"\(String(repeating: "a", count: 32))\"")], [])
      default: nil
      }
    }
    let bench = try await UploadBench.open(bucket)
    let bytes = UploadBench.bytes(4 << 20)
    let events = Events()
    _ = try await bench.uploader(observe: events.add).upload(BytesSource(bytes), bucket: "b", key: "k")
    #expect(bucket.object("k") == bytes)
    #expect(events.troubles == 2)
    await bench.close()
  }

  @Test("The tags of an encrypted bucket are no MD5s and no reason to send again")
  func encrypted() async throws {
    let bucket = ScriptedBucket { call in
      call.part == nil
        ? nil
        : .answer(
          200, [("ETag", "\"\(String(repeating: "a", count: 32))\""), ("x-obs-server-side-encryption", "kms")], [])
    }
    let bench = try await UploadBench.open(bucket)
    let events = Events()
    let error = await failure {
      try await bench.uploader(observe: events.add).upload(
        BytesSource(UploadBench.bytes(2 << 20)), bucket: "b", key: "k")
    }
    // The scripted bucket did not keep the parts.
    #expect(error?.code == "InvalidPart")
    #expect(events.troubles == 0)
    await bench.close()
  }

  @Test("An upload gives up at a lasting error and keeps its record; the next run sends only what is missing")
  func lasting() async throws {
    let isOpen = Mutex(false)
    let bucket = ScriptedBucket { call in
      call.part == 4 && !isOpen.withLock { $0 } ? ScriptedBucket.error(403, "AccessDenied") : nil
    }
    let bench = try await UploadBench.open(bucket)
    let bytes = UploadBench.bytes(6 << 20)
    let error = await failure {
      try await bench.uploader { $0.parallel = 1 }.upload(BytesSource(bytes), bucket: "b", key: "k")
    }
    #expect(error?.kind == .permission)
    #expect(bench.recordCount == 1)
    isOpen.withLock { $0 = true }
    let before = bucket.partBytes
    let events = Events()
    let result = try await bench.uploader(observe: events.add).upload(BytesSource(bytes), bucket: "b", key: "k")
    #expect(bucket.object("k") == bytes)
    #expect(events.resumed?.parts == 3)
    #expect(result.resumedBytes == 3 << 20)
    #expect(bucket.partBytes - before == 3 << 20)
    #expect(bench.recordCount == 0)
    #expect(bucket.uploadIDs.isEmpty)
    await bench.close()
  }

  @Test("A part that always fails ends the upload after so many attempts")
  func givesUp() async throws {
    let bucket = ScriptedBucket { $0.part == 2 ? ScriptedBucket.error(503, "SlowDown") : nil }
    let bench = try await UploadBench.open(bucket)
    let events = Events()
    let error = await failure {
      try await bench.uploader({ $0.attempts = 4 }, observe: events.add).upload(
        BytesSource(UploadBench.bytes(3 << 20)), bucket: "b", key: "k")
    }
    #expect(error?.code == "SlowDown")
    // The fourth failure is the error itself: nothing is sent again.
    #expect(events.troubles == 3)
    #expect(bench.recordCount == 1)
    await bench.close()
  }

  // MARK: Going on

  /// Uploads until a part is refused, so that three parts are stored and recorded; later that part is taken.
  private func interrupted(_ bytes: [UInt8]) async throws -> UploadBench {
    let isOpen = Atomic(false)
    let bucket = ScriptedBucket(namesUploads: true) { call in
      call.part == 4 && !isOpen.load(ordering: .relaxed) ? ScriptedBucket.error(403, "AccessDenied") : nil
    }
    let bench = try await UploadBench.open(bucket)
    _ = await failure { try await bench.uploader { $0.parallel = 1 }.upload(BytesSource(bytes), bucket: "b", key: "k") }
    isOpen.store(true, ordering: .relaxed)
    return bench
  }

  @Test("A part that is recorded, but that the store has not, is sent again")
  func lostPart() async throws {
    let bytes = UploadBench.bytes(6 << 20)
    let bench = try await interrupted(bytes)
    bench.bucket.forgetPart(2)
    let events = Events()
    _ = try await bench.uploader(observe: events.add).upload(BytesSource(bytes), bucket: "b", key: "k")
    #expect(bench.bucket.object("k") == bytes)
    #expect(events.resumed?.parts == 2)
    await bench.close()
  }

  @Test("A part that is stored, but not recorded, is known by its MD5; half a line at the record's end does no harm")
  func unrecordedPart() async throws {
    let bytes = UploadBench.bytes(6 << 20)
    let bench = try await interrupted(bytes)
    let path = try #require(FileManager.default.contentsOfDirectory(atPath: bench.directory).first)
    let text = try String(contentsOfFile: bench.directory + "/" + path, encoding: .utf8)
    try String(text.dropLast(20)).write(toFile: bench.directory + "/" + path, atomically: false, encoding: .utf8)
    let events = Events()
    _ = try await bench.uploader(observe: events.add).upload(BytesSource(bytes), bucket: "b", key: "k")
    #expect(bench.bucket.object("k") == bytes)
    #expect(events.resumed?.parts == 3)
    await bench.close()
  }

  @Test("A source that has changed is uploaded anew, and the old upload aborted")
  func changedSource() async throws {
    let bench = try await interrupted(UploadBench.bytes(6 << 20))
    let other = UploadBench.bytes(6 << 20, seed: 2)
    let events = Events()
    _ = try await bench.uploader(observe: events.add).upload(
      BytesSource(other, fingerprint: "f2"), bucket: "b", key: "k")
    #expect(bench.bucket.object("k") == other)
    #expect(events.restarts == [.source_changed])
    #expect(bench.bucket.uploadIDs.isEmpty)
    await bench.close()
  }

  @Test("Other parts than before need a new upload")
  func otherParts() async throws {
    let bytes = UploadBench.bytes(6 << 20)
    let bench = try await interrupted(bytes)
    let events = Events()
    let result = try await bench.uploader({ $0.partSize = 2 << 20 }, observe: events.add).upload(
      BytesSource(bytes), bucket: "b", key: "k")
    #expect(result.parts == 5)
    #expect(events.restarts == [.record_unusable])
    await bench.close()
  }

  @Test("An upload the store has forgotten begins anew")
  func goneUpload() async throws {
    let bytes = UploadBench.bytes(6 << 20)
    let bench = try await interrupted(bytes)
    bench.bucket.forgetUploads()
    let events = Events()
    _ = try await bench.uploader(observe: events.add).upload(BytesSource(bytes), bucket: "b", key: "k")
    #expect(bench.bucket.object("k") == bytes)
    #expect(events.restarts == [.upload_gone])
    await bench.close()
  }

  @Test("Two uploads to the same key do not get in each other's way: the second is told")
  func locked() async throws {
    let bench = try await UploadBench.open()
    let file = try UploadRecordFile.open(
      directory: bench.directory, store: bench.store.identity, bucket: "b", key: "k")
    let error = await failure {
      try await bench.uploader().upload(BytesSource(UploadBench.bytes(9)), bucket: "b", key: "k")
    }
    #expect(error?.kind == .conflict)
    #expect(error?.message == "Another process is uploading to b:k.")
    file.remove()
    await bench.close()
  }

  // MARK: What is there already

  @Test("The same object is not sent again; another one is refused unless it may be replaced")
  func existing() async throws {
    let bench = try await UploadBench.open()
    let bytes = UploadBench.bytes(3 << 20)
    _ = try await bench.uploader().upload(BytesSource(bytes), bucket: "b", key: "k")
    let sent = bench.bucket.partBytes
    #expect(try await bench.uploader().upload(BytesSource(bytes), bucket: "b", key: "k").wasThere)
    #expect(bench.bucket.partBytes == sent)
    let other = BytesSource(UploadBench.bytes(3 << 20, seed: 9))
    let error = await failure { try await bench.uploader().upload(other, bucket: "b", key: "k") }
    #expect(error?.code == "ObjectExists")
    #expect(bench.bucket.object("k") == bytes)
    #expect(bench.recordCount == 0)
    #expect(try await bench.uploader { $0.existing = .replace }.upload(other, bucket: "b", key: "k").wasThere == false)
    #expect(bench.bucket.object("k") == other.bytes)
    await bench.close()
  }

  // MARK: The completion

  @Test(
    "A completion whose outcome is unclear is not repeated when the object is there",
    arguments: [
      ScriptedServer.Answer.drop, .answer(500, [], []), ScriptedBucket.error(200, "InternalError"),
      .answer(200, [], Array("<Comp".utf8)),
    ])
  func unclearCompletion(_ answer: ScriptedServer.Answer) async throws {
    let bucket = ScriptedBucket(namesUploads: true, afterCompletion: { answer })
    let bench = try await UploadBench.open(bucket)
    let bytes = UploadBench.bytes(3 << 20)
    let result = try await bench.uploader().upload(BytesSource(bytes), bucket: "b", key: "k")
    #expect(bucket.object("k") == bytes)
    #expect(result.etag?.hasSuffix("-3") == true)
    #expect(bucket.log.count { $0 == "POST complete" } == 1)
    await bench.close()
  }

  @Test("A completion that failed is sent again")
  func failedCompletion() async throws {
    let count = Mutex(0)
    let bucket = ScriptedBucket { call in
      guard call.isCompletion else { return nil }
      let number = count.withLock { count in
        count += 1
        return count
      }
      return number < 3 ? ScriptedBucket.error(200, "InternalError") : nil
    }
    let bench = try await UploadBench.open(bucket)
    let bytes = UploadBench.bytes(3 << 20)
    _ = try await bench.uploader().upload(BytesSource(bytes), bucket: "b", key: "k")
    #expect(bucket.object("k") == bytes)
    await bench.close()
  }

  @Test("An object that was put together to something else is an error")
  func wrongWhole() async throws {
    let bucket = ScriptedBucket(afterCompletion: {
      .answer(
        200, [],
        Array(
          "<CompleteMultipartUploadResult><ETag>\"\(String(repeating: "b", count: 32))-3\"</ETag></CompleteMultipartUploadResult>"
            .utf8))
    })
    let bench = try await UploadBench.open(bucket)
    let error = await failure {
      try await bench.uploader().upload(BytesSource(UploadBench.bytes(3 << 20)), bucket: "b", key: "k")
    }
    #expect(error?.code == "BadDigest")
    await bench.close()
  }

  // MARK: Limits

  @Test("A rate limit holds over all parts together")
  func rate() async throws {
    let time = VirtualTime()
    let limiter = ByteRateLimiter(rate: 1 << 20, time: time)
    let start = time.monotonic
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask { for _ in 0..<10 { try await limiter.pass(256 << 10) } }
      }
      try await group.waitForAll()
    }
    // Forty quarters of a MiB; the first goes at once.
    #expect(time.monotonic - start == .milliseconds(9750))
  }

  @Test("Parts that do not fit the object are refused before anything is sent")
  func partSizes() async throws {
    let bench = try await UploadBench.open()
    let error = await failure {
      try await bench.uploader { options in
        options.leastPart = PartPlan.leastSize
        options.partSize = 1000
      }.upload(BytesSource(UploadBench.bytes(2 << 20)), bucket: "b", key: "k")
    }
    #expect(error?.kind == .validation)
    #expect(bench.bucket.log.isEmpty)
    await bench.close()
  }

  @Test("A cancelled upload keeps its record")
  func cancelled() async throws {
    let reached = Mutex(false)
    let bucket = ScriptedBucket { call in
      guard call.part == 3 else { return nil }
      reached.withLock { $0 = true }
      return .silence
    }
    let bench = try await UploadBench.open(bucket)
    let bytes = UploadBench.bytes(6 << 20)
    let uploader = bench.uploader { $0.parallel = 1 }
    let task = Task { try await uploader.upload(BytesSource(bytes), bucket: "b", key: "k") }
    while !reached.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(2)) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(UploadRecords(directory: bench.directory).list().first?.record.parts.count == 2)
    await bench.close()
  }
}
