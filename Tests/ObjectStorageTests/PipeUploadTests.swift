import CloudAccess
import Foundation
import Synchronization
import Testing

@testable import ObjectStorage

@Suite("Uploading what comes out of a pipe")
struct PipeUploadTests {
  /// A pipe into which a thread writes the bytes, in pieces of any length, and which it leaves open if it is told to.
  private final class Writer: Sendable {
    let reading: Int32
    private let writing: Int32
    private let isDone = Mutex(false)

    init(_ bytes: [UInt8], staysOpen: Bool = false) {
      var ends: [Int32] = [0, 0]
      _ = pipe(&ends)
      (reading, writing) = (ends[0], ends[1])
      signal(SIGPIPE, SIG_IGN)
      Thread.detachNewThread { [writing, self] in
        var done = 0
        var length = 1
        while done < bytes.count {
          length = length % 70_001 + 4099
          let count = bytes[done..<min(done + length, bytes.count)].withUnsafeBytes {
            write(writing, $0.baseAddress, $0.count)
          }
          guard count > 0 else { break }
          done += count
        }
        if !staysOpen { Glibc.close(writing) }
        isDone.withLock { $0 = true }
      }
    }

    /// Closes the reader's end, and waits for the writer.
    func close() async {
      Glibc.close(reading)
      while !isDone.withLock({ $0 }) { try? await Task.sleep(for: .milliseconds(2)) }
    }
  }

  @Test("A stream arrives byte for byte, ending anywhere", arguments: [1, 1 << 20, 3 << 20, (5 << 20) + 12345])
  func whole(_ count: Int) async throws {
    let bench = try await UploadBench.open()
    let bytes = UploadBench.bytes(count)
    for size in [nil, UInt64(count)] {
      let writer = Writer(bytes)
      let source = PipeUploadSource(descriptor: writer.reading, name: "standard input", size: size)
      let result = try await bench.uploader { $0.existing = .replace }.upload(source, bucket: "b", key: "k")
      #expect(bench.bucket.object("k") == bytes)
      #expect(result.size == UInt64(count))
      #expect(bench.recordCount == 0)
      await writer.close()
    }
    await bench.close()
  }

  @Test("Parts that fail, small and large ones, during their bytes and behind them, are sent again from what is kept")
  func failing() async throws {
    let bucket = ScriptedBucket { call in
      guard let part = call.part, call.attempt < part % 3 else { return nil }
      return part == 6
        ? .answer(200, [("ETag", "\"\(String(repeating: "a", count: 32))\"")], [])
        : ScriptedBucket.error(503, "SlowDown")
    }
    let bench = try await UploadBench.open(bucket, time: FastTime())
    let bytes = UploadBench.bytes(400_000 + 5_500_000)
    let writer = Writer(bytes)
    // Four parts of 100 kB, then 1 MiB a part up to the bound.
    let source = PipeUploadSource(descriptor: writer.reading, name: "standard input", bound: 9_996 << 20)
    let result = try await bench.uploader { options in
      options.heldPart = 100_000
      options.heldParts = 4
    }.upload(source, bucket: "b", key: "k")
    #expect(bucket.object("k") == bytes)
    #expect(result.parts == 10)
    await writer.close()
    await bench.close()
  }

  @Test(
    "What does not succeed is given up at the store: a refusal, a size that is not kept, a cancellation",
    arguments: ["refused", "fewer", "more", "cancelled"])
  func givenUp(_ how: String) async throws {
    let bucket = ScriptedBucket { call in
      how == "refused" && call.part == 4 ? ScriptedBucket.error(403, "AccessDenied") : nil
    }
    let bench = try await UploadBench.open(bucket)
    let bytes = UploadBench.bytes((6 << 20) + 77)
    let writer = Writer(bytes, staysOpen: how == "cancelled")
    let size: UInt64? = ["fewer": 7 << 20, "more": 6 << 20][how]
    let source = PipeUploadSource(descriptor: writer.reading, name: "standard input", size: size)
    let work = Task { try await bench.uploader { $0.parallel = 1 }.upload(source, bucket: "b", key: "k") }
    if how == "cancelled" {
      while bucket.partBytes < 3 << 20 { try await Task.sleep(for: .milliseconds(2)) }
      work.cancel()
    }
    let error = await #expect(throws: (any Error).self) { try await work.value }
    let words = ["fewer": "bytes before its size", "more": "gave more bytes", "refused": "status 403"][how] ?? ""
    #expect(
      how == "cancelled" ? error is CancellationError : "\(error.map { "\($0)" } ?? "")".contains(words), "\(how)")
    #expect(bucket.object("k") == nil)
    #expect(bucket.uploadIDs.isEmpty)
    #expect(bench.recordCount == 0)
    await writer.close()
    await bench.close()
  }

  @Test("A stream without a byte is an error, unless it was to be empty")
  func empty() async throws {
    let bench = try await UploadBench.open()
    for size in [nil, UInt64(5), 0] {
      let writer = Writer([])
      let source = PipeUploadSource(descriptor: writer.reading, name: "standard input", size: size)
      if size == 0 {
        _ = try await bench.uploader().upload(source, bucket: "b", key: "k")
        #expect(bench.bucket.object("k") == [])
      } else {
        let error = await #expect(throws: CloudError.self) {
          try await bench.uploader().upload(source, bucket: "b", key: "k")
        }
        #expect(error?.message.contains("ended without a byte") == true)
        #expect(bench.bucket.object("k") == nil)
      }
      await writer.close()
    }
    await bench.close()
  }

  @Test("Parts left by a killed stream are given up by the next upload to the same key")
  func killed() async throws {
    let bench = try await UploadBench.open()
    let upload = try await bench.uploader().store.beginUpload(
      bucket: "b", key: "k", contentType: "a/b", storageClass: nil)
    let record = UploadRecord(
      store: bench.uploader().store.identity, bucket: "b", key: "k", uploadID: upload, source: "standard input",
      fingerprint: "stream:0", size: nil, plan: PartPlan(firstSize: 1 << 20), checkpoint: [], begun: Date())
    // Its lock goes with it.
    do { try #require(try bench.uploader().openRecord(bucket: "b", key: "k")).begin(record) }
    #expect(bench.recordCount == 1)
    try await Self.next(bench)
    #expect(bench.bucket.uploadIDs.isEmpty)
    #expect(bench.recordCount == 0)
    await bench.close()
  }

  private static func next(_ bench: UploadBench) async throws {
    let bytes = UploadBench.bytes(3 << 20)
    let writer = Writer(bytes)
    let source = PipeUploadSource(descriptor: writer.reading, name: "standard input")
    _ = try await bench.uploader().upload(source, bucket: "b", key: "k")
    #expect(bench.bucket.object("k") == bytes)
    await writer.close()
  }

  @Test("Sizes of parts: 1 TiB fits into 10,000, and none is larger than memory bears")
  func sizes() {
    let plan = PartPlan(bound: PipeUploadSource.usualBound, head: 20 << 20, small: 5 << 20, count: 1000)
    #expect(plan.capacity >= 1 << 40)
    #expect(plan.restSize == 116 << 20)
    let small = PartPlan(bound: 40 << 30, head: 20 << 20, small: 5 << 20, count: 1000)
    #expect(small.restSize == 5 << 20)
  }

  @Test("What is kept is the last part, until the next one begins")
  func kept() {
    var kept = KeptBytes()
    #expect(kept.next(upTo: 9) == nil)
    let isOpen = kept.goBack(to: 0)
    #expect(isOpen)
    kept.close()
    #expect(kept.next(upTo: 9) == nil)
    kept.add([1, 2, 3])
    kept.add([4, 5])
    let isBack = kept.goBack(to: 1)
    #expect(isBack)
    #expect(kept.next(upTo: 2) == [1, 2])
    #expect(kept.next(upTo: 9) == [3])
    #expect(kept.next(upTo: 9) == [4, 5])
    kept.close()
    let goesOn = kept.goBack(to: 2)
    #expect(goesOn)
    // Stored, or not: the part may still be wanted.
    let isWanted = kept.goBack(to: 1)
    #expect(isWanted)
    #expect(kept.next(upTo: 9) == [1, 2, 3])
    #expect(kept.next(upTo: 9) == [4, 5])
    #expect(kept.next(upTo: 9) == nil)
    kept.close()
    #expect(kept.next(upTo: 9) == nil)
    kept.add([6])
    kept.add([])
    #expect(kept.next(upTo: 9) == [])
    let isGone = kept.goBack(to: 1)
    #expect(!isGone)
    let isLast = kept.goBack(to: 2)
    #expect(isLast)
    #expect(kept.next(upTo: 9) == [6])
    #expect(kept.total == 6)
  }
}
