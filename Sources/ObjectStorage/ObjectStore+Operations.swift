import CloudAccess
import Crypto
import Foundation

extension ObjectStore {
  /// The bucket's region and class.
  ///
  /// Throws an ``ObjectStorageError`` with code `NoSuchBucket` when there is none of that name, and with
  /// ``ObjectStorageError/rightEndpoint`` when it lives elsewhere.
  public func headBucket(_ bucket: String) async throws -> BucketInfo {
    let response = try await send(ObjectRequest(method: "HEAD", bucket: bucket))
    func header(_ names: String...) -> String? {
      names.lazy.compactMap { response.header($0) }.first { !$0.isEmpty }
    }
    let storageClass = header("x-obs-storage-class", "x-default-storage-class", "x-amz-storage-class")
    return BucketInfo(
      name: bucket, region: header("x-obs-bucket-location", "x-amz-bucket-region"),
      storageClass: storageClass.map { StorageClass(rawValue: $0) } ?? .standard,
      isFileSystem: header("x-obs-fs-file-interface", "x-amz-fs-file-interface")?.equalsIgnoringCase("Enabled") == true,
      requestID: CloudError.requestID(in: response))
  }

  /// The facts about an object.
  ///
  /// Throws an ``ObjectStorageError`` with code `NoSuchKey` when there is none.
  public func headObject(bucket: String, key: String) async throws -> ObjectInfo {
    let response = try await send(ObjectRequest(method: "HEAD", bucket: bucket, key: key))
    func own(_ name: String) -> String? {
      let value = response.header("x-obs-" + name) ?? response.header("x-amz-" + name)
      return value.flatMap { $0.isEmpty ? nil : $0 }
    }
    guard let size = response.header("Content-Length").flatMap({ UInt64($0) }) else {
      let error = CloudError(
        kind: .service, message: "HEAD of the object \(bucket):\(key) was answered without a size.",
        status: response.status, requestID: CloudError.requestID(in: response), delivery: .answered)
      throw ObjectStorageError(cloudError: error, bucket: bucket, key: key)
    }
    let customer = own("server-side-encryption-customer-algorithm")
    return ObjectInfo(
      bucket: bucket, key: key, size: size, etag: response.header("ETag").map(Self.unquoted),
      lastModified: response.header("Last-Modified").flatMap { Timestamp.http($0) },
      // The header is left out for the standard class.
      storageClass: own("storage-class").map { StorageClass(rawValue: $0) } ?? .standard, restore: own("restore"),
      encryption: own("server-side-encryption") ?? customer, usesCustomerKey: customer != nil,
      contentType: response.header("Content-Type"), versionID: own("version-id"),
      uploadID: own("uploadId"), requestID: CloudError.requestID(in: response))
  }

  /// Bytes of an object, fewer than asked for only at its end, none when it ends before `offset`.
  ///
  /// With `etag` the object must still be the one of that entity tag, else the error's code is `PreconditionFailed`.
  public func read(
    bucket: String, key: String, offset: UInt64, count: Int, etag: String? = nil
  ) async throws -> [UInt8] {
    guard count > 0 else { return [] }
    // OBS ignores a range whose end is not greater than its start and sends the whole object: ask for two at least.
    let asked = max(count, 2)
    var request = ObjectRequest(method: "GET", bucket: bucket, key: key)
    request.headers.append(("Range", "bytes=\(offset)-\(offset + UInt64(asked) - 1)"))
    if let etag { request.headers.append(("If-Match", "\"\(etag)\"")) }
    let response = try await send(request, bodyLimit: max(asked, 4096), overflow: .truncate)
    switch response.status {
    case 416: return []
    case 206:
      let start = response.header("Content-Range").flatMap(Self.rangeStart)
      if start == nil || start == offset { return Array(response.body.prefix(count)) }
    default:
      if offset == 0 { return Array(response.body.prefix(count)) }
    }
    let error = CloudError(
      kind: .service, message: "GET of the object \(bucket):\(key) ignored the range of \(count) bytes at \(offset).",
      status: response.status, requestID: CloudError.requestID(in: response), delivery: .answered)
    throw ObjectStorageError(cloudError: error, bucket: bucket, key: key)
  }

  /// One page of a bucket's keys, in the order of their bytes; `limit` is at most 1000.
  public func list(
    bucket: String, prefix: String = "", marker: String? = nil, delimiter: String? = nil, limit: Int = 1000
  ) async throws -> ObjectPage {
    var request = ObjectRequest(method: "GET", bucket: bucket)
    if !prefix.isEmpty { request.query.append(("prefix", prefix)) }
    if let marker { request.query.append(("marker", marker)) }
    if let delimiter { request.query.append(("delimiter", delimiter)) }
    request.query.append(("max-keys", String(limit)))
    // Keys may hold characters that XML cannot.
    request.query.append(("encoding-type", "url"))
    let response = try await send(request, bodyLimit: 16 << 20)
    guard let root = XMLElement(parsing: response.body), root.name == "ListBucketResult",
      let page = Self.page(root, bucket: bucket)
    else {
      let error = CloudError(
        kind: .service, message: "The listing of the bucket \(bucket) cannot be read.", status: response.status,
        requestID: CloudError.requestID(in: response), hint: "the endpoint may not be object storage",
        delivery: .answered)
      throw ObjectStorageError(cloudError: error, bucket: bucket)
    }
    return page
  }

  /// All objects below a prefix, page by page as they are asked for.
  public func objects(bucket: String, prefix: String = "") -> AsyncThrowingStream<ObjectInfo, any Error> {
    let state = PageWalk(store: self, bucket: bucket, prefix: prefix)
    return AsyncThrowingStream { try await state.next() }
  }

  /// Stores a small object and returns its entity tag; the store compares the MD5.
  @discardableResult
  public func put(
    bucket: String, key: String, body: [UInt8], contentType: String = "application/octet-stream",
    storageClass: StorageClass? = nil
  ) async throws -> String? {
    var request = ObjectRequest(method: "PUT", bucket: bucket, key: key, headers: [("Content-Type", contentType)])
    let digest = Data(Insecure.MD5.hash(data: body))
    request.headers.append(("Content-MD5", digest.base64EncodedString()))
    if let storageClass {
      request.headers.append((signature.headerPrefix + "storage-class", storageClass.wireName(signature)))
    }
    return try await send(request, body: body).header("ETag").map(Self.unquoted)
  }

  private static func page(_ root: XMLElement, bucket: String) -> ObjectPage? {
    let plain = decoder(of: root)
    var page = ObjectPage()
    for element in root.all("Contents") {
      guard let key = element.text(of: "Key"), let size = element.text(of: "Size").flatMap({ UInt64($0.trimmed) })
      else { return nil }
      page.objects.append(
        ObjectInfo(
          bucket: bucket, key: plain(key), size: size, etag: element.text(of: "ETag").map(unquoted),
          lastModified: element.text(of: "LastModified").flatMap { Timestamp.iso8601($0.trimmed) },
          storageClass: element.text(of: "StorageClass").map { StorageClass(rawValue: $0.trimmed) } ?? .standard))
    }
    page.commonPrefixes = root.all("CommonPrefixes").compactMap { $0.text(of: "Prefix").map(plain) }
    if root.text(of: "IsTruncated")?.trimmed.equalsIgnoringCase("true") == true {
      let named = root.text(of: "NextMarker").flatMap { $0.isEmpty ? nil : plain($0) }
      let lasts = [page.objects.last?.key, page.commonPrefixes.last].compactMap { $0 }
      page.nextMarker = named ?? lasts.max { $0.precedesByBytes($1) }
    }
    return page
  }

  /// Turns the keys of a listing into plain text, encoded as the listing says.
  static func decoder(of root: XMLElement) -> @Sendable (String) -> String {
    guard root.text(of: "EncodingType")?.equalsIgnoringCase("url") == true else { return { $0 } }
    return { PercentEncoding.decode($0.replacing("+", with: " ")) }
  }

  static func unquoted(_ etag: String) -> String {
    var text = etag.trimmed[...]
    if text.hasPrefix("\""), text.hasSuffix("\""), text.count >= 2 { text = text.dropFirst().dropLast() }
    return String(text)
  }

  private static func rangeStart(_ header: String) -> UInt64? {
    UInt64(header.drop { !("0"..."9").contains($0) }.prefix { ("0"..."9").contains($0) })
  }
}

/// Walks through the pages of a listing.
private actor PageWalk {
  private let store: ObjectStore
  private let bucket: String
  private let prefix: String
  private var waiting: ArraySlice<ObjectInfo> = []
  private var marker: String?
  private var isLast = false

  init(store: ObjectStore, bucket: String, prefix: String) {
    self.store = store
    self.bucket = bucket
    self.prefix = prefix
  }

  func next() async throws -> ObjectInfo? {
    while waiting.isEmpty, !isLast {
      let page = try await store.list(bucket: bucket, prefix: prefix, marker: marker)
      waiting = page.objects[...]
      // A marker that does not move would list for ever.
      isLast = page.nextMarker == nil || page.nextMarker == marker
      marker = page.nextMarker
    }
    return waiting.popFirst()
  }
}
