import CloudAccess
import Foundation
import Synchronization
import Testing

@testable import ObjectStorage

@Suite("Uploading what is made in order")
struct SequentialUploadTests {
  @Test(
    "Bytes made in order arrive, of known and unknown size, ending anywhere",
    arguments: [0, 1, 1 << 20, 3 << 20, 3_500_000], [true, false])
  func whole(_ count: Int, _ knowsSize: Bool) async throws {
    let bench = try await UploadBench.open()
    let bytes = UploadBench.bytes(count)
    let source = StreamSource(bytes, knowsSize: knowsSize, bound: 1 << 30)
    let result = try await bench.uploader { $0.partSize = nil }.upload(source, bucket: "b", key: "k")
    #expect(bench.bucket.object("k") == bytes)
    #expect(result.size == UInt64(count))
    #expect(source.made.withLock { $0 } == count)
    #expect(bench.recordCount == 0)
    await bench.close()
  }

  @Test("Large parts are sent while they are made; the last is sent again with its true size")
  func streamed() async throws {
    let bench = try await UploadBench.open()
    let bytes = UploadBench.bytes(3_000_000)
    // 64 KiB for the first half of the parts would hold 328 MB: then 1 MiB is needed for the rest.
    let source = StreamSource(bytes)
    let plan = PartPlan(firstSize: 64 << 10, firstCount: 1, restSize: 1 << 20)
    let maker = PartMaker(source: source, plan: plan, mostHeld: 64 << 10)
    _ = try await maker.begin()
    let first = try #require(try await maker.make())
    #expect(first.bytes == Array(bytes[..<(64 << 10)]))
    let second = try #require(try await maker.make())
    #expect(second.bytes == nil)
    #expect(second.part.isExclusive)
    let meter = UploadMeter(total: nil, stored: 0, parts: 0, time: SystemTime()) { _ in }
    func read(_ part: UploadPart, upTo most: Int = .max) async throws -> [UInt8] {
      let (body, _) = try await maker.body(of: part, limiter: nil, meter: meter)
      var all: [UInt8] = []
      while all.count < most, let chunk = try await body.next() { all += chunk.readableBytesView }
      return all
    }
    // Given up in the middle, then made again from its beginning.
    _ = try await read(second.part, upTo: 300_000)
    #expect(try await read(second.part) == Array(bytes[65536..<(65536 + 1 << 20)]))
    let third = try #require(try await maker.make())
    _ = try await read(third.part)
    var last = try #require(try await maker.make()).part
    await #expect(throws: PartMaker.EndedEarly.self) { try await read(last) }
    last.size = UInt64(bytes.count) - last.offset
    #expect(try await read(last) == Array(bytes[Int(last.offset)...]))
    #expect(try await maker.make() == nil)
    await bench.close()
  }

  @Test("An upload with parts too large to be held arrives, also when one of them fails halfway")
  func largeParts() async throws {
    let bucket = ScriptedBucket { call in
      call.part == 5 && call.attempt == 0 ? ScriptedBucket.error(503, "SlowDown") : nil
    }
    let bench = try await UploadBench.open(bucket)
    let bytes = UploadBench.bytes(400_000 + 2_500_000)
    // Four parts of 100 kB, then 1 MiB a part up to the bound.
    let source = StreamSource(bytes, bound: 9_996 << 20)
    let result = try await bench.uploader { options in
      options.heldPart = 100_000
      options.heldParts = 4
    }.upload(source, bucket: "b", key: "k")
    #expect(bucket.object("k") == bytes)
    #expect(result.parts == 7)
    // Part 5 was made twice, and so was the last, whose size was not known.
    #expect(source.opened.withLock { $0 }.count >= 2)
    await bench.close()
  }

  @Test("A killed upload goes on at its last checkpoint; parts stored behind it are made, but not sent again")
  func goesOn() async throws {
    let isOpen = Mutex(false)
    let bucket = ScriptedBucket { call in
      call.part == 4 && !isOpen.withLock { $0 } ? ScriptedBucket.error(403, "AccessDenied") : nil
    }
    let bench = try await UploadBench.open(bucket)
    let bytes = UploadBench.bytes((6 << 20) + 77)
    let first = StreamSource(bytes, bound: 1 << 30)
    await #expect(throws: ObjectStorageError.self) {
      try await bench.uploader { $0.parallel = 1 }.upload(first, bucket: "b", key: "k")
    }
    isOpen.withLock { $0 = true }
    let record = try #require(UploadRecords(directory: bench.directory).list().first?.record)
    #expect(record.checkpoints.count == 4)
    // The last but one is lost, so the source goes back behind the first; the third need not be sent again.
    bucket.forgetPart(2)
    let before = bucket.partBytes
    let second = StreamSource(bytes, bound: 1 << 30)
    let result = try await bench.uploader().upload(second, bucket: "b", key: "k")
    #expect(bucket.object("k") == bytes)
    #expect(second.opened.withLock { $0 } == [1 << 20])
    #expect(result.resumedBytes == 1 << 20)
    #expect(bucket.partBytes - before == (4 << 20) + 77)
    #expect(bench.recordCount == 0)
    await bench.close()
  }

  @Test("A source that gives fewer or more bytes than it announced is refused")
  func wrongSize() async throws {
    struct Liar: SequentialUploadSource {
      let name = "liar"
      let fingerprint = "l"
      let size: UInt64?
      var sizeBound: UInt64 { size ?? 0 }
      let inner: StreamSource
      func open(after checkpoints: [[UInt8]]) async throws -> any UploadStream {
        try await inner.open(after: checkpoints)
      }
    }
    let bench = try await UploadBench.open()
    for size in [UInt64(2_000_000), 4_000_000] {
      let source = Liar(size: size, inner: StreamSource(UploadBench.bytes(3_000_000)))
      await #expect(throws: CloudError.self) { try await bench.uploader().upload(source, bucket: "b", key: "k") }
      #expect(bench.bucket.object("k") == nil)
    }
    await bench.close()
  }
}

extension MadePart: Equatable {
  public static func == (left: MadePart, right: MadePart) -> Bool {
    left.part == right.part && left.bytes == right.bytes
  }
}
