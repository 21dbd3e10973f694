import CloudAccess
import Foundation
import Synchronization

@testable import ObjectStorage

/// A scripted bucket, a store on it, and a directory for records.
struct UploadBench {
  let server: ScriptedServer
  let store: ObjectStore
  let bucket: ScriptedBucket
  let transport: AsyncHTTPTransport
  let directory: String

  static func open(
    _ bucket: ScriptedBucket = ScriptedBucket(), time: any TimeSource = FastTime(),
    signature: ObjectStorageSignature = .obs
  ) async throws -> UploadBench {
    let server = try await ScriptedServer.start { request, _ in bucket.answer(request) }
    let transport = AsyncHTTPTransport()
    let store = ObjectStore(
      endpoint: server.url, region: "eu-de", key: AccessKey(access: "AK", secret: Secret("s")), pathStyle: true,
      signature: signature, transport: transport, time: time, random: { 0.5 })
    let directory = NSTemporaryDirectory() + "uploads-\(UUID().uuidString)"
    return UploadBench(server: server, store: store, bucket: bucket, transport: transport, directory: directory)
  }

  func close() async {
    await transport.shutdown()
    await server.stop()
    try? FileManager.default.removeItem(atPath: directory)
  }

  var options: UploadOptions {
    var options = UploadOptions()
    options.leastPart = 1 << 20
    options.partSize = 1 << 20
    options.heldPart = 1 << 20
    options.heldHead = nil
    options.recordDirectory = directory
    return options
  }

  func uploader(
    _ change: (inout UploadOptions) -> Void = { _ in }, observe: @escaping @Sendable (UploadEvent) -> Void = { _ in }
  ) -> Uploader {
    var options = options
    change(&options)
    return Uploader(store: store, options: options, observe: observe, random: { 0.5 })
  }

  /// Bytes that differ everywhere, from a seed.
  static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed
    return [UInt8](unsafeUninitializedCapacity: count + 8) { buffer, filled in
      var offset = 0
      while offset < count {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        UnsafeMutableRawBufferPointer(buffer).storeBytes(of: state, toByteOffset: offset, as: UInt64.self)
        offset += 8
      }
      filled = count
    }
  }

  /// How many records lie in the directory.
  var recordCount: Int { UploadRecords(directory: directory).list().count }
}

/// Sleeps no longer than a moment, whatever is asked for, and believes that it was as long.
final class FastTime: TimeSource {
  private let slept = Mutex(Duration.zero)

  var now: Date { Date(timeIntervalSince1970: 1_705_307_400) }
  var monotonic: Duration { SystemTime().monotonic + slept.withLock { $0 } }
  /// All that was slept.
  var total: Duration { slept.withLock { $0 } }

  func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    slept.withLock { $0 += duration }
    await Task.yield()
  }
}

/// Bytes in memory as a source that can be read anywhere.
final class BytesSource: RandomAccessUploadSource {
  let name = "bytes"
  let fingerprint: String
  let bytes: [UInt8]
  var size: UInt64? { UInt64(bytes.count) }
  var sizeBound: UInt64 { UInt64(bytes.count) }

  init(_ bytes: [UInt8], fingerprint: String = "f1") {
    self.bytes = bytes
    self.fingerprint = fingerprint
  }

  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = min(buffer.count, bytes.count - Int(offset))
    bytes.withUnsafeBytes {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[Int(offset)..<(Int(offset) + count)]))
    }
    return count
  }
}

/// Bytes made in order; its checkpoints say only how many came since the one before.
final class StreamSource: SequentialUploadSource {
  let name = "stream"
  let fingerprint = "s1"
  let bytes: [UInt8]
  let size: UInt64?
  let sizeBound: UInt64
  /// How many bytes were made, over all streams.
  let made = Mutex(0)
  let opened = Mutex<[Int]>([])

  init(_ bytes: [UInt8], knowsSize: Bool = false, bound: UInt64? = nil) {
    self.bytes = bytes
    size = knowsSize ? UInt64(bytes.count) : nil
    sizeBound = bound ?? UInt64(bytes.count)
  }

  func open(after checkpoints: [[UInt8]]) async throws -> any UploadStream {
    let start = checkpoints.reduce(0) { $0 + (Int(String(decoding: $1, as: UTF8.self)) ?? 0) }
    opened.withLock { $0.append(start) }
    return Stream(self, start)
  }

  final class Stream: UploadStream {
    private let source: StreamSource
    private let position: Mutex<(now: Int, last: Int)>

    init(_ source: StreamSource, _ start: Int) {
      self.source = source
      position = Mutex((start, start))
    }

    func next(upTo limit: Int) async throws -> [UInt8] {
      let some = position.withLock { position -> [UInt8] in
        let end = min(position.now + min(limit, 100_000), source.bytes.count)
        defer { position.now = end }
        return Array(source.bytes[position.now..<end])
      }
      source.made.withLock { $0 += some.count }
      return some
    }

    func checkpoint() async throws -> [UInt8] {
      position.withLock { position in
        defer { position.last = position.now }
        return Array("\(position.now - position.last)".utf8)
      }
    }

    func close() async {}
  }
}
