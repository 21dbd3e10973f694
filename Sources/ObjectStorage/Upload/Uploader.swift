import CloudAccess
import Crypto
import Foundation
import Synchronization

/// Uploads objects of any size: small ones in one piece, others in parts, which are remembered so that a killed upload goes on.
///
/// ``UploadMachine`` decides, this carries it out. See docs/object-storage.md.
public final class Uploader: Sendable {
  let store: ObjectStore
  let options: UploadOptions
  let limiter: ByteRateLimiter?
  let observe: @Sendable (UploadEvent) -> Void
  let random: @Sendable () -> Double

  var time: any TimeSource { store.time }

  /// `observe` is called from any task, in order for one part, and returns quickly; `random` is in 0..<1.
  public init(
    store: ObjectStore, options: UploadOptions = UploadOptions(),
    observe: @escaping @Sendable (UploadEvent) -> Void = { _ in },
    random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
  ) {
    self.store = store
    self.options = options
    self.random = random
    self.observe = observe
    limiter = options.rateLimit.map { ByteRateLimiter(rate: $0, time: store.time) }
  }

  /// Uploads the source to the key and returns when the object is there.
  ///
  /// Run again after a kill, a cancellation or an error, it goes on with what the store has, if the options name a record
  /// directory and the source has the same fingerprint.
  ///
  /// Throws an ``ObjectStorageError``, a ``CloudError`` about the source or the record, or what the source threw; after a
  /// cancellation of the task a `CancellationError`.
  public func upload(_ source: any UploadSource, bucket: String, key: String) async throws -> UploadResult {
    let start = time.monotonic
    guard !key.isEmpty, key.utf8.count <= 1024 else {
      throw CloudError(
        kind: .validation,
        message: "The key '\(key.prefix(60))' is \(key.isEmpty ? "empty" : "longer than 1024 bytes").",
        hint: "a key has 1 to 1024 bytes")
    }
    do {
      var result =
        switch source {
        case let source as any RandomAccessUploadSource: try await upload(random: source, bucket: bucket, key: key)
        case let source as any SequentialUploadSource: try await upload(sequential: source, bucket: bucket, key: key)
        default:
          throw CloudError(kind: .validation, message: "\(source.name) can be read in no way that an upload knows.")
        }
      result.duration = time.monotonic - start
      return result
    } catch {
      if Task.isCancelled { throw CancellationError() }
      throw error
    }
  }

  // MARK: What both kinds of sources need

  /// The record's file, locked; nil where nothing is remembered.
  func openRecord(bucket: String, key: String) throws -> UploadRecordFile? {
    try options.recordDirectory.map {
      try UploadRecordFile.open(directory: $0, store: store.identity, bucket: bucket, key: key)
    }
  }

  /// What a recorded upload is worth.
  enum Resumption: Sendable {
    case anew
    /// It goes on with the parts that the store has of it.
    case goesOn(UploadRecord, there: [StoredPart])
    /// It was completed, and only its record is left.
    case isDone(UploadRecord, ObjectInfo)
  }

  func resumption(
    _ file: UploadRecordFile?, source: any UploadSource, matches: (UploadRecord) -> Bool
  ) async throws -> Resumption {
    guard let file, let record = try file.load() else { return .anew }
    guard record.fingerprint == source.fingerprint, record.size == source.size, matches(record) else {
      let isSame = record.fingerprint == source.fingerprint && record.size == source.size
      try await store.abortUpload(bucket: record.bucket, key: record.key, uploadID: record.uploadID)
      observe(.restarted(isSame ? .record_unusable : .source_changed))
      return .anew
    }
    do {
      let there = try await store.parts(bucket: record.bucket, key: record.key, uploadID: record.uploadID)
      return .goesOn(record, there: there)
    } catch let error as ObjectStorageError where error.cloudError.code == "NoSuchUpload" {
      // Killed between the completion and the removal of the record?
      let parts = record.parts.values.map(\.stored).sorted { $0.number < $1.number }
      if let object = try await existing(bucket: record.bucket, key: record.key),
        object.uploadID == record.uploadID || !parts.isEmpty && object.etag == Self.etag(of: parts)
      {
        return .isDone(record, object)
      }
      observe(.restarted(.upload_gone))
      return .anew
    }
  }

  func done(_ record: UploadRecord, _ object: ObjectInfo, _ file: UploadRecordFile?) -> UploadResult {
    file?.remove()
    return UploadResult(
      bucket: object.bucket, key: object.key, size: object.size, etag: object.etag, parts: record.parts.count,
      sentBytes: 0, resumedBytes: object.size, wasThere: true, duration: .zero)
  }

  /// The object under the key, or nil.
  func existing(bucket: String, key: String) async throws -> ObjectInfo? {
    do {
      return try await store.headObject(bucket: bucket, key: key)
    } catch let error as ObjectStorageError where error.cloudError.code == "NoSuchKey" {
      return nil
    } catch let error as ObjectStorageError where error.cloudError.status == 403 {
      // Who may write need not be allowed to look. Then nothing can be said, and the store's own answer decides.
      guard options.existing == .replace else { throw error }
      return nil
    }
  }

  func refused(_ object: ObjectInfo) -> ObjectStorageError {
    let error = CloudError(
      kind: .conflict,
      message: "\(object.bucket):\(object.key) is there already, with \(object.size) bytes and other content.",
      code: "ObjectExists", hint: "replace it with --overwrite (in scripts: overwrite = true), or choose another key")
    return ObjectStorageError(cloudError: error, bucket: object.bucket, key: object.key)
  }

  func machine(_ parts: [UploadPart]?, _ plan: PartPlan) -> UploadMachine {
    UploadMachine(
      parts: parts, pace: UploadPace(ceiling: min(max(options.parallel, 1), 64)), attempts: options.attempts,
      mostUnderWay: plan.mostUnderWay)
  }

  /// Sends a part and says what became of it.
  ///
  /// `digest` is its MD5, for the store to compare; where it is known only when all bytes are out, `digestBehind` gives it, and
  /// the store's entity tag is compared instead.
  func send(
    _ part: UploadPart, _ target: UploadTarget, digest: [UInt8]? = nil, meter: UploadMeter, body: HTTPBodyStream,
    digestBehind: () -> [UInt8]? = { nil }
  ) async throws -> PartOutcome {
    meter.begun(part.number)
    do {
      let (stored, isEncrypted) = try await store.sendPart(
        bucket: target.bucket, key: target.key, uploadID: target.uploadID, number: part.number, body: body,
        digest: digest)
      if !isEncrypted, let known = digest ?? digestBehind(), let other = Self.otherDigest(stored.etag, than: known) {
        meter.failed(part.number)
        return .failed(part.number, corrupted(part.number, target, other: other))
      }
      return .stored(stored, checkpoint: nil)
    } catch let error as ObjectStorageError where error.cloudError.kind != .cancelled {
      meter.failed(part.number)
      return .failed(part.number, error)
    }
  }

  func corrupted(_ number: Int, _ target: UploadTarget, other: String) -> ObjectStorageError {
    let error = CloudError(
      kind: .service,
      message: "Part \(number) of \(target.bucket):\(target.key) was stored with other content: its MD5 is \(other).",
      code: "BadDigest", hint: "something between here and the store changes bytes", retryable: true,
      delivery: .answered)
    return ObjectStorageError(cloudError: error, bucket: target.bucket, key: target.key)
  }

  /// The entity tag when it is an MD5, but not that one. Tags of other forms tell nothing.
  static func otherDigest(_ etag: String, than digest: [UInt8]) -> String? {
    guard let other = Hex.decode(etag), other.count == 16, other != digest else { return nil }
    return etag
  }

  /// Waits until a moment, or until cancelled.
  func pause(until moment: Duration) async -> PartOutcome {
    let rest = moment - time.monotonic
    if rest > .zero { try? await time.sleep(for: rest) }
    return .due
  }
}
