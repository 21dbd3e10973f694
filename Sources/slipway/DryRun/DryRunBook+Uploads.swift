import CloudAccess
import Foundation
import ImageImport
import ObjectStorage
import ScriptAPI

/// Files that would be sent to object storage.
extension DryRunBook {
  func uploading(_ upload: RehearsedUpload, to store: ObjectStore) async throws -> UploadResult {
    let place = upload.location
    var note: String?
    // Also says whether the bucket is there and may be looked into.
    _ = try await store.headBucket(place.bucket)
    do {
      let there = try await store.headObject(bucket: place.bucket, key: place.key)
      if upload.overwrites {
        note = "replaces an object of \(ByteText.short(there.size))"
      } else if let size = upload.size, there.size != size {
        throw ImportError(
          kind: .conflict, message: "Another object is there already: \(place), \(ByteText.short(there.size)).",
          hint: "choose another key, or let it be replaced")
      } else {
        note = "an object is there: left as it is if it has the same content, else refused"
      }
    } catch let error as ObjectStorageError where [403, 404].contains(error.cloudError.status) {
      note = upload.isConverted ? "converted to ZVHD2 on the way" : nil
    }
    let size = upload.size ?? 0
    let code = ask(ScriptCall.current, .upload)
    let number = state.withLock { state in
      var step = DryRunStep(action: .upload, what: upload.path, detail: "\(place)", bytes: upload.size)
      if let note { step.detail = "\(place), \(note)" }
      step.call = ScriptCall.current
      if let code { step.outcome = .fails(code) }
      Self.add(step, &state)
      guard code == nil else { return state.steps.count }
      state.objects[place] = upload.isConverted ? .converted : .file(upload.path, size)
      if let bitmap = upload.bitmap, let key = place.bitmapKeyOfRaw {
        let bytes = (try? FileManager.default.attributesOfItem(atPath: bitmap)[.size] as? UInt64) ?? 0
        state.objects[ImageLocation(bucket: place.bucket, key: key)] = .file(bitmap, bytes)
      }
      return state.steps.count
    }
    if let code { throw Self.failure(code, place, number: number) }
    return .planned(bucket: place.bucket, key: place.key, size: size)
  }

  private static func failure(_ code: String, _ place: ImageLocation, number: Int) -> ObjectStorageError {
    let status = DryRunQuestion.objectStorage[code] ?? 403
    let kind: CloudError.Kind =
      switch (code, status) {
      case ("SlowDown", _): .throttled
      case (_, 403): .permission
      case (_, 404): .not_found
      case (_, 412): .conflict
      default: .service
      }
    return ObjectStorageError(
      cloudError: CloudError(
        kind: kind, message: "Dry run: the upload to \(place) is assumed to fail (\(code)).", code: code,
        status: status, requestID: "\(SyntheticMark.prefix)request-\(number)", delivery: .answered),
      bucket: place.bucket, key: place.key)
  }

  /// The answer to a request about an object that is no longer as it is in the cloud; nil where the cloud has to give it.
  func answer(object place: ImageLocation, method: String, range: String?) -> HTTPResponse? {
    guard let object = state.withLock({ $0.objects[place] }) else { return nil }
    switch object {
    case .gone:
      return HTTPResponse(status: 404, headers: [("x-obs-request-id", "\(SyntheticMark.prefix)request")])
    case .converted:
      // Nobody knows its size or bytes.
      return method == "HEAD"
        ? HTTPResponse(status: 200, headers: [("Content-Length", "0"), ("ETag", "\"\(SyntheticMark.prefix)object\"")])
        : HTTPResponse(status: 404)
    case .file(let path, let size):
      return Self.answer(file: path, size, method: method, range: range, modified: start)
    }
  }

  private static func answer(
    file path: String, _ size: UInt64, method: String, range: String?, modified: Date
  ) -> HTTPResponse {
    var headers = [("ETag", "\"\(SyntheticMark.prefix)object\""), ("Last-Modified", Timestamp.http(modified))]
    if method == "HEAD" {
      return HTTPResponse(status: 200, headers: headers + [("Content-Length", "\(size)")])
    }
    var (first, last) = (UInt64(0), size == 0 ? 0 : size - 1)
    var status = 200
    if let range, range.hasPrefix("bytes=") {
      let ends = range.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
      guard let start = ends.first ?? nil, start < size else { return HTTPResponse(status: 416) }
      first = start
      if ends.count > 1, let end = ends[1] { last = min(last, end) }
      status = 206
      headers.append(("Content-Range", "bytes \(first)-\(last)/\(size)"))
    }
    guard let handle = FileHandle(forReadingAtPath: path) else { return HTTPResponse(status: 404) }
    defer { try? handle.close() }
    guard size > 0, (try? handle.seek(toOffset: first)) != nil,
      let data = try? handle.read(upToCount: Int(min(last - first + 1, 64 << 20)))
    else { return HTTPResponse(status: status, headers: headers) }
    return HTTPResponse(status: status, headers: headers, body: Array(data))
  }
}

extension ImageLocation {
  fileprivate var bitmapKeyOfRaw: String? {
    guard let dot = key.lastIndex(of: ".") else { return nil }
    return key[..<dot] + ".mf"
  }
}
