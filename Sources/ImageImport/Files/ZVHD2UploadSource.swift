import CloudAccess
import DiskImages
import Dispatch
import ObjectStorage

/// The ZVHD2 file of a disk image as the source of an upload, made while it is sent.
///
/// Time and uuid in its headers follow from the image's fingerprint, so that the file is the same in every run and can be known again
/// in the bucket by its uuid.
final class ZVHD2UploadSource: SequentialUploadSource {
  let name: String
  let fingerprint: String
  let size: UInt64? = nil
  let sizeBound: UInt64
  /// The uuid in the headers of the file.
  let uuid: [UInt8]
  private let conversion: ZVHD2Conversion
  private let progress: @Sendable (ConvertProgress) -> Void

  /// `name` is what the user calls the image file.
  init(_ conversion: ZVHD2Conversion, name: String, progress: @escaping @Sendable (ConvertProgress) -> Void) {
    self.conversion = conversion
    self.progress = progress
    self.name = name
    fingerprint = conversion.fingerprint
    sizeBound = conversion.sizeBound
    var bytes = Array((Hex.decode(Fingerprint.sha256(Array(conversion.fingerprint.utf8))) ?? []).prefix(16))
    bytes += [UInt8](repeating: 0, count: 16 - bytes.count)
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    uuid = bytes
  }

  /// Whether an object is this file: its size is possible, and the header at its end, which is written last, has the uuid.
  func isContent(of object: ObjectInfo, in store: ObjectStore) async throws -> Bool {
    let length = UInt64(ZVHD2Header.blockLength)
    guard object.size >= 3 * length, object.size <= sizeBound else { return false }
    let tail = try await store.read(
      bucket: object.bucket, key: object.key, offset: object.size - length, count: ZVHD2Header.length,
      etag: object.etag)
    guard let header = ZVHD2Header(parsing: tail), ZVHD2Header.checksumFits(tail) else { return false }
    return header.uuid == uuid && header.timestamp == conversion.modified
  }

  func checkUnchanged() throws {
    do {
      try conversion.checkUnchanged()
    } catch let error as DiskImageError {
      throw ImportError(disk: error.naming(name, for: conversion.path))
    }
  }

  func open(after checkpoints: [[UInt8]]) async throws -> any UploadStream {
    let queue = DispatchQueue(label: "slipway.conversion")
    return try await Self.run(on: queue) { [self] in
      Stream(
        try conversion.stream(
          after: checkpoints, uuid: uuid, timestamp: conversion.modified, progress: progress), queue)
    }
  }

  /// Runs what blocks on a thread that nobody else needs.
  private static func run<Value: Sendable>(
    on queue: DispatchQueue, _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    do {
      return try await withCheckedThrowingContinuation { continuation in
        queue.async { continuation.resume(with: Result { try body() }) }
      }
    } catch let error as DiskImageError {
      if error.kind == .cancelled { throw CancellationError() }
      throw ImportError(disk: error)
    }
  }

  /// Sendable unchecked: the stream is used on the queue alone, one call after the other.
  private final class Stream: UploadStream, @unchecked Sendable {
    private let stream: ZVHD2Stream
    private let queue: DispatchQueue

    init(_ stream: ZVHD2Stream, _ queue: DispatchQueue) {
      (self.stream, self.queue) = (stream, queue)
    }

    func next(upTo limit: Int) async throws -> [UInt8] {
      try await ZVHD2UploadSource.run(on: queue) { [self] in try stream.next(upTo: limit) }
    }

    func checkpoint() async throws -> [UInt8] {
      try await ZVHD2UploadSource.run(on: queue) { [self] in stream.checkpoint() }
    }

    func close() async {
      try? await ZVHD2UploadSource.run(on: queue) { [self] in stream.close() }
    }
  }
}
