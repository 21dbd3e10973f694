import CloudAccess
import Crypto
import Foundation

extension ObjectService {
  /// The object that a request copies from.
  private struct Source {
    let path: String
    let status: BucketTree.Status
    let facts: ObjectCatalog.Facts
  }

  /// `PUT /bucket/key` with `x-obs-copy-source`: the object is made from another one.
  func copyObject(_ call: ObjectCall) async throws -> Reply {
    try checkBucket(call.bucket)
    let path = try writablePath(call)
    let source = try source(of: call)
    guard source.status.size <= Self.putLimit else { throw StorageRefusal.tooLarge }
    var facts = ObjectCatalog.Facts(size: 0, modified: 0, etag: source.facts.etag)
    let usualClass = core.catalog.storageClass(of: call.bucket)
    facts.properties = try ObjectProperties(call, usualClass: usualClass)
    switch call.extensionHeader("metadata-directive")?.uppercased() ?? "COPY" {
    case "REPLACE": break
    case "COPY":
      let storageClass = facts.properties.storageClass
      facts.properties = source.facts.properties
      facts.properties.storageClass = storageClass
    case let other:
      throw StorageRefusal.invalidArgument("metadata-directive", other, "The directive must be COPY or REPLACE")
    }
    let upload = core.directory.uploads + "/" + RandomText.hex(32)
    defer { unlink(upload) }
    // The tag of a multipart object is none of its bytes, so that the copy needs one of its own.
    let needsDigest = facts.etag.contains("-")
    let digest = try await Self.onThread {
      try Self.copy(0..<source.status.size, of: source.path, to: upload, at: 0, computesMD5: needsDigest, ends: true)
    }
    if let digest { facts.etag = ObjectCatalog.hex(digest) }
    let status = try OpenDescriptor(upload, O_RDONLY).status()
    try await store(upload, at: path, call, status: status, facts)
    return Self.result("CopyObjectResult", call, etag: facts.etag, modified: status.modifiedDate)
  }

  /// `PUT /bucket/key?partNumber=N&uploadId=ID` with `x-obs-copy-source`: the part is a piece of another object.
  func copyPart(_ call: ObjectCall, _ upload: Upload, _ number: Int) async throws -> Reply {
    let source = try source(of: call)
    let range = try Self.range(call.extensionHeader("copy-source-range"), of: source.status.size)
    let size = UInt64(range.count)
    guard size <= Self.putLimit else { throw StorageRefusal.tooLarge }
    let ticket = try core.uploads.claim(upload, number, size: size)
    defer { core.uploads.release(ticket) }
    let isFile = ticket.place != .slot
    let digest = try await Self.onThread {
      try Self.copy(
        range, of: source.path, to: ticket.path, at: ticket.offset, computesMD5: true, ends: isFile)
    }
    let part = Upload.Part(
      number: number, size: size, modified: call.exchange.received, digest: digest ?? [], place: ticket.place)
    try await core.uploads.record(part, ticket)
    return Self.result("CopyPartResult", call, etag: part.etag, modified: part.modified)
  }

  private static func result(_ name: String, _ call: ObjectCall, etag: String, modified: Date) -> Reply {
    var text = XMLText()
    text.element(name, attributes: "xmlns=\"\(call.kind.namespace)\"") { text in
      text.element("LastModified", TimeText.iso(modified, .milliseconds))
      text.element("ETag", "\"\(etag)\"")
    }
    return .xml(text.bytes)
  }

  // MARK: The source

  /// - Throws: NoSuchBucket, NoSuchKey, InvalidObjectState, PreconditionFailed, InvalidArgument.
  private func source(of call: ObjectCall) throws -> Source {
    let header = ObjectCall.copySource(in: call.exchange.request.headers) ?? ""
    let name = header.split(separator: "?", maxSplits: 1).first ?? ""
    let parts = name.utf8.drop { $0 == UInt8(ascii: "/") }
      .split(separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[1].isEmpty,
      let key = String(validating: PercentEncoding.decodedBytes(Substring(parts[1])), as: UTF8.self)
    else { throw StorageRefusal.invalidArgument("copy-source", header, "Copy source must be /bucket/key") }
    if let version = header.split(separator: "?", maxSplits: 1).dropFirst().first, version != "versionId=null" {
      throw StorageRefusal.notImplemented("versions of objects")
    }
    let bucket = PercentEncoding.decode(Substring(parts[0]))
    try checkBucket(bucket)
    guard let object = core.tree.status(bucket: bucket, key: key) else { throw StorageRefusal.noKey(key) }
    let facts = core.catalog.facts(bucket, key, path: object.path, status: object.status)
    try checkReadable(facts, key: key)
    let status = try condition(facts, object.status) { call.extensionHeader("copy-source-" + $0.lowercased()) }
    guard status == nil else { throw StorageRefusal.preconditionFailed }
    return Source(path: object.path, status: object.status, facts: facts)
  }

  private static func range(_ header: String?, of size: UInt64) throws(StorageRefusal) -> Range<UInt64> {
    guard let header else { return 0..<size }
    let ends = header.hasPrefix("bytes=") ? header.dropFirst(6).split(separator: "-").map { UInt64($0) } : []
    guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last, last < .max else {
      throw .invalidArgument("copy-source-range", header, "The range must be of the form bytes=first-last")
    }
    guard last < size else { throw .invalidRange(size: size) }
    return first..<(last + 1)
  }

  // MARK: Copying

  /// Copying may take long, so it happens on a thread of its own.
  static func onThread<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(with: Swift.Result { try work() }) }
    }
  }

  /// Copies a piece of a file to where nothing is yet, holes as holes; `ends` cuts the file behind it.
  ///
  /// - Returns: the MD5 if wanted.
  private static func copy(
    _ range: Range<UInt64>, of path: String, to target: String, at offset: UInt64, computesMD5: Bool, ends: Bool
  ) throws -> [UInt8]? {
    let output = try OpenDescriptor(target, O_RDWR | O_CREAT)
    // A folder is an object without bytes.
    guard !range.isEmpty else { return computesMD5 ? Array(Insecure.MD5().finalize()) : nil }
    let input = try OpenDescriptor(path, O_RDONLY)
    let count = UInt64(range.count)
    try input.copy(from: range.lowerBound, count: count, to: output, at: offset, keepsHoles: true)
    if ends { try output.setSize(offset + count) }
    guard computesMD5 else { return nil }
    var md5 = Insecure.MD5()
    // Of the copy, since the source may have changed meanwhile.
    try output.forEachPiece(of: offset..<(offset + count)) { md5.update(bufferPointer: $0) }
    return Array(md5.finalize())
  }
}
