import CloudAccess
import Crypto
import Foundation

extension Uploader {
  /// Begins an upload at the store.
  func begin(_ bucket: String, _ key: String) async throws -> String {
    try await store.beginUpload(
      bucket: bucket, key: key, contentType: options.contentType, storageClass: options.storageClass)
  }

  /// Writes the record of an upload just begun; one that cannot be remembered is given up, so that no orphan stays.
  func remember(_ record: UploadRecord, _ file: UploadRecordFile?) async throws {
    do {
      try file?.begin(record)
    } catch {
      try? await store.abortUpload(bucket: record.bucket, key: record.key, uploadID: record.uploadID)
      throw error
    }
  }

  /// Tells the machine, and the observer about trouble.
  func note(_ outcome: PartOutcome, _ machine: inout UploadMachine) {
    switch outcome {
    case .stored(let part, _):
      // Where the user's limit decides the speed, more at a time would only be more to lose.
      machine.stored(part, at: time.monotonic, mayGrow: limiter == nil)
    case .failed(let number, let error):
      machine.failed(number, error, at: time.monotonic, random: random())
      // What ends the upload is thrown; only what is tried again is trouble.
      if machine.stopReason == nil {
        observe(.troubled(part: number, error: error, parallel: machine.pace.limit))
      }
    case .ended(let number, let size): machine.shortened(number, to: size)
    case .made, .due: break
    }
  }

  func error(for reason: UploadMachine.Stop, _ bucket: String, _ key: String) -> ObjectStorageError {
    switch reason {
    case .failed(let error): return error
    case .uploadGone:
      let error = CloudError(
        kind: .conflict, message: "The store knows the upload of \(bucket):\(key) no more.", code: "NoSuchUpload",
        hint: "somebody aborted it, or a lifecycle rule did; run it again to begin anew", delivery: .answered)
      return ObjectStorageError(cloudError: error, bucket: bucket, key: key)
    }
  }

  /// Has the store put the parts together, and returns the object's entity tag.
  ///
  /// Where the outcome is unclear the object itself tells: it names the upload that made it, or has the entity tag and the
  /// size that it must have. Only if it is not there the completion is sent again.
  func complete(_ target: UploadTarget, _ parts: [Int: StoredPart], size: UInt64) async throws -> String? {
    let list = parts.values.sorted { $0.number < $1.number }
    observe(.completing(parts: list.count))
    let expected = Self.etag(of: list)
    var attempt = 1
    while true {
      do {
        let etag = try await store.completeUpload(
          bucket: target.bucket, key: target.key, uploadID: target.uploadID, parts: list)
        return try await checked(etag, expected, target)
      } catch let error as ObjectStorageError {
        let isGone = error.cloudError.code == "NoSuchUpload"
        guard isGone || error.cloudError.retryable else { throw error }
        if let object = try await existing(bucket: target.bucket, key: target.key), object.size == size,
          object.uploadID == target.uploadID || (object.uploadID == nil && object.etag == expected)
        {
          return object.etag
        }
        guard !isGone, attempt < options.attempts else { throw error }
        let pause = Duration.milliseconds(500) * (1 << min(attempt - 1, 6)) * (0.5 + random() / 2)
        try await time.sleep(for: max(pause, error.cloudError.retryAfter ?? .zero))
        attempt += 1
      }
    }
  }

  /// Compares the entity tag of the whole with that of the parts, where both are of the usual form.
  private func checked(_ etag: String?, _ expected: String?, _ target: UploadTarget) async throws -> String? {
    guard let etag, let expected, etag != expected, Self.isOfUsualForm(etag) else { return etag }
    // The tags of encrypted objects are no MD5s, though they look like them.
    guard try await existing(bucket: target.bucket, key: target.key)?.encryption == nil else { return etag }
    let error = CloudError(
      kind: .service,
      message:
        "\(target.bucket):\(target.key) was put together to something else: entity tag \(etag), not \(expected).",
      code: "BadDigest", hint: "delete the object and upload it again", delivery: .answered)
    throw ObjectStorageError(cloudError: error, bucket: target.bucket, key: target.key)
  }

  private static func isOfUsualForm(_ etag: String) -> Bool {
    let pieces = etag.split(separator: "-" as Character).map(String.init)
    return pieces.count == 2 && Hex.decode(pieces[0])?.count == 16 && Int(pieces[1]) != nil
  }

  /// The entity tag of an object of those parts: the MD5 of their MD5s and their number; nil when a part's is no MD5.
  static func etag(of parts: [StoredPart]) -> String? {
    var digest = Insecure.MD5()
    for part in parts {
      guard let bytes = Hex.decode(part.etag), bytes.count == 16 else { return nil }
      digest.update(data: bytes)
    }
    return "\(Hex.encode(digest.finalize()))-\(parts.count)"
  }
}
