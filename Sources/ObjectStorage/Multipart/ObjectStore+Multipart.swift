import CloudAccess
import Foundation

extension ObjectStore {
  /// Begins a multipart upload and returns its id.
  public func beginUpload(
    bucket: String, key: String, contentType: String = "application/octet-stream", storageClass: StorageClass? = nil
  ) async throws -> String {
    var request = ObjectRequest(
      method: "POST", bucket: bucket, key: key, query: [("uploads", nil)], headers: [("Content-Type", contentType)])
    if let storageClass {
      request.headers.append((signature.headerPrefix + "storage-class", storageClass.wireName(signature)))
    }
    let response = try await send(request)
    guard let root = XMLElement(parsing: response.body), let id = root.text(of: "UploadId"), !id.isEmpty else {
      throw unreadable("The answer to the beginning of the upload of \(bucket):\(key)", response, bucket, key)
    }
    return id
  }

  /// Sends one part, once: whoever shares the endpoint among many parts decides about repeating.
  ///
  /// `digest` is the MD5 of the part, which the store then compares; without it the caller compares the entity tag.
  func sendPart(
    bucket: String, key: String, uploadID: String, number: Int, body: HTTPBodyStream, digest: [UInt8]?
  ) async throws -> (part: StoredPart, isEncrypted: Bool) {
    var request = ObjectRequest(
      method: "PUT", bucket: bucket, key: key, query: [("partNumber", String(number)), ("uploadId", uploadID)])
    if let digest { request.headers.append(("Content-MD5", Data(digest).base64EncodedString())) }
    let response = try await sendOnce(request, .stream(body))
    guard let etag = response.header("ETag").map(Self.unquoted), !etag.isEmpty else {
      throw unreadable("The answer to part \(number) of \(bucket):\(key)", response, bucket, key)
    }
    return (StoredPart(number: number, etag: etag, size: body.length), Self.isEncrypted(response))
  }

  /// The parts the store has of an upload, in ascending order.
  ///
  /// Throws an ``ObjectStorageError`` with code `NoSuchUpload` when it was completed or aborted, or has expired.
  public func parts(bucket: String, key: String, uploadID: String) async throws -> [StoredPart] {
    var parts: [StoredPart] = []
    var marker: String?
    while true {
      var request = ObjectRequest(
        method: "GET", bucket: bucket, key: key, query: [("uploadId", uploadID), ("max-parts", "1000")])
      if let marker { request.query.append(("part-number-marker", marker)) }
      let response = try await send(request, bodyLimit: 16 << 20)
      // ListPartsResult; moto's server says ListPartsResponse.
      guard let root = XMLElement(parsing: response.body), root.name.hasPrefix("ListParts") else {
        throw unreadable("The list of parts of \(bucket):\(key)", response, bucket, key)
      }
      for element in root.all("Part") {
        guard let number = element.text(of: "PartNumber").flatMap({ Int($0.trimmed) }),
          let size = element.text(of: "Size").flatMap({ UInt64($0.trimmed) }), let etag = element.text(of: "ETag")
        else { throw unreadable("The list of parts of \(bucket):\(key)", response, bucket, key) }
        parts.append(StoredPart(number: number, etag: Self.unquoted(etag), size: size))
      }
      let next = root.text(of: "NextPartNumberMarker")?.trimmed
      guard root.text(of: "IsTruncated")?.trimmed.equalsIgnoringCase("true") == true, let next, next != marker else {
        return parts.sorted { $0.number < $1.number }
      }
      marker = next
    }
  }

  /// Makes an object of the parts, and returns its entity tag.
  ///
  /// The answer may be an error in spite of status 200: stores begin to answer before they know. Sent once: whether it
  /// was done after all is found out by looking at the object.
  func completeUpload(bucket: String, key: String, uploadID: String, parts: [StoredPart]) async throws -> String? {
    var text = "<CompleteMultipartUpload>"
    for part in parts.sorted(by: { $0.number < $1.number }) {
      text +=
        "<Part><PartNumber>\(part.number)</PartNumber><ETag>&quot;\(XMLElement.escaped(part.etag))&quot;</ETag></Part>"
    }
    text += "</CompleteMultipartUpload>"
    let request = ObjectRequest(
      method: "POST", bucket: bucket, key: key, query: [("uploadId", uploadID)],
      headers: [("Content-Type", "application/xml")])
    let response = try await sendOnce(request, .bytes(Array(text.utf8)))
    guard let root = XMLElement(parsing: response.body) else {
      throw unreadable("The answer to the completion of \(bucket):\(key)", response, bucket, key, retryable: true)
    }
    if root.name == "Error" {
      throw ObjectStorageError(response: response, method: "POST", bucket: bucket, key: key, now: time.now)
    }
    return root.text(of: "ETag").map(Self.unquoted)
  }

  /// Gives an upload up: the store forgets its parts. One that the store does not know is given up already.
  public func abortUpload(bucket: String, key: String, uploadID: String) async throws {
    do {
      _ = try await send(
        ObjectRequest(method: "DELETE", bucket: bucket, key: key, query: [("uploadId", uploadID)]))
    } catch let error as ObjectStorageError where error.cloudError.code == "NoSuchUpload" {
      return
    }
  }

  /// The uploads under way in a bucket, also those that nobody goes on with.
  public func uploads(bucket: String, prefix: String = "") async throws -> [MultipartUpload] {
    var uploads: [MultipartUpload] = []
    var markers: (key: String, id: String)?
    while true {
      var request = ObjectRequest(method: "GET", bucket: bucket, query: [("uploads", nil)])
      if !prefix.isEmpty { request.query.append(("prefix", prefix)) }
      if let markers {
        request.query.append(("key-marker", markers.key))
        if !markers.id.isEmpty { request.query.append(("upload-id-marker", markers.id)) }
      }
      request.query.append(("encoding-type", "url"))
      let response = try await send(request, bodyLimit: 16 << 20)
      guard let root = XMLElement(parsing: response.body), root.name.hasPrefix("ListMultipartUploads") else {
        throw unreadable("The list of uploads of the bucket \(bucket)", response, bucket, nil)
      }
      let plain = Self.decoder(of: root)
      for element in root.all("Upload") {
        guard let key = element.text(of: "Key"), let id = element.text(of: "UploadId") else { continue }
        uploads.append(
          MultipartUpload(
            bucket: bucket, key: plain(key), uploadID: id,
            initiated: element.text(of: "Initiated").flatMap { Timestamp.iso8601($0.trimmed) }))
      }
      let next = root.text(of: "NextKeyMarker").map { (key: plain($0), id: root.text(of: "NextUploadIdMarker") ?? "") }
      guard root.text(of: "IsTruncated")?.trimmed.equalsIgnoringCase("true") == true, let next,
        markers.map({ $0 != next }) ?? true
      else { return uploads }
      markers = next
    }
  }

  /// Removes an object; one that is not there is removed already.
  public func delete(bucket: String, key: String) async throws {
    do {
      _ = try await send(ObjectRequest(method: "DELETE", bucket: bucket, key: key))
    } catch let error as ObjectStorageError where error.cloudError.code == "NoSuchKey" {
      return
    }
  }

  /// Whether an answer says that what was stored is encrypted, so that its entity tag is no MD5.
  static func isEncrypted(_ response: HTTPResponse) -> Bool {
    response.headers.contains { $0.name.asciiLowercased.contains("-server-side-encryption") }
  }

  func unreadable(
    _ what: String, _ response: HTTPResponse, _ bucket: String, _ key: String?, retryable: Bool = false
  ) -> ObjectStorageError {
    let error = CloudError(
      kind: .service, message: "\(what) cannot be read.", status: response.status,
      requestID: CloudError.requestID(in: response), hint: "the endpoint may not be object storage",
      retryable: retryable, delivery: .answered)
    return ObjectStorageError(cloudError: error, bucket: bucket, key: key)
  }
}

extension ObjectStore {
  /// Stores an object in one piece, once, and returns its entity tag; the store compares the MD5.
  func put(
    bucket: String, key: String, body: HTTPBodyStream, digest: [UInt8], contentType: String, storageClass: StorageClass?
  ) async throws -> String? {
    var request = ObjectRequest(method: "PUT", bucket: bucket, key: key, headers: [("Content-Type", contentType)])
    request.headers.append(("Content-MD5", Data(digest).base64EncodedString()))
    if let storageClass {
      request.headers.append((signature.headerPrefix + "storage-class", storageClass.wireName(signature)))
    }
    return try await sendOnce(request, body.length == 0 ? .none : .stream(body)).header("ETag").map(Self.unquoted)
  }
}
