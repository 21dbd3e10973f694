import DiskImages
import Foundation
import HTTPTypes
import Hummingbird

extension ObjectService {
  /// `GET` and `HEAD /bucket/key`.
  func read(_ call: ObjectCall) throws -> Reply {
    try checkBucket(call.bucket)
    guard let object = core.tree.status(bucket: call.bucket, key: call.key) else {
      throw StorageRefusal.noKey(call.key)
    }
    let facts = core.catalog.facts(call.bucket, call.key, path: object.path, status: object.status)
    let isHead = call.exchange.method == "HEAD"
    if !isHead { try checkReadable(facts, key: call.key) }
    var reply = Reply(status: 200, headers: headers(call, facts, object.status))
    Self.override(&reply.headers, call)
    if let status = try condition(facts, object.status, header: call.header) {
      reply.status = status
      return reply
    }
    let range = ByteRange(
      call.exchange.header(.range), size: object.status.size,
      ignoresSingleBytes: core.configuration.ignoresSingleByteRanges)
    try deliver(range, of: object, isHead: isHead, in: &reply)
    return reply
  }

  /// - Throws: InvalidObjectState for classes that must be restored first.
  func checkReadable(_ facts: ObjectCatalog.Facts, key: String) throws(StorageRefusal) {
    guard ["COLD", "DEEP_ARCHIVE"].contains(facts.properties.storageClass) else { return }
    throw StorageRefusal(
      status: 403, code: "InvalidObjectState", message: "The operation is not valid for the object's storage class",
      details: [("Key", key)])
  }

  /// Headers that the query of a request sets, as signed URLs for browsers do.
  private static func override(_ headers: inout [(name: String, value: String)], _ call: ObjectCall) {
    for name in [
      "Content-Type", "Content-Language", "Expires", "Cache-Control", "Content-Disposition", "Content-Encoding",
    ] {
      guard let value = call.exchange.query("response-" + name.lowercased()), !value.isEmpty else { continue }
      headers.removeAll { $0.name.lowercased() == name.lowercased() }
      headers.append((name, value))
    }
  }

  private func headers(
    _ call: ObjectCall, _ facts: ObjectCatalog.Facts, _ status: BucketTree.Status
  ) -> [(name: String, value: String)] {
    var headers = [
      (name: "ETag", value: "\"\(facts.etag)\""), (name: "Last-Modified", value: TimeText.http(status.modifiedDate)),
      (name: "Accept-Ranges", value: "bytes"),
      (name: "Content-Type", value: facts.properties.contentType ?? "binary/octet-stream"),
    ]
    if facts.properties.storageClass != "STANDARD" {
      headers.append((call.kind.prefix + "storage-class", call.kind.name(ofClass: facts.properties.storageClass)))
    }
    if let id = facts.uploadID { headers.append((call.kind.prefix + "uploadId", id)) }
    for (name, value) in facts.properties.headers { headers.append((name, value)) }
    for (name, value) in facts.properties.metadata { headers.append((call.kind.prefix + "meta-" + name, value)) }
    return headers
  }

  private func deliver(
    _ range: ByteRange, of object: (path: String, status: BucketTree.Status), isHead: Bool, in reply: inout Reply
  ) throws {
    let size = object.status.size
    let wanted: Range<UInt64>
    switch range {
    case .unsatisfiable:
      throw StorageRefusal.invalidRange(size: size)
    case .whole: wanted = 0..<size
    case .parts(let parts) where parts.count == 1:
      wanted = parts[0]
      reply.status = 206
      reply.headers.append(("Content-Range", "bytes \(wanted.lowerBound)-\(wanted.upperBound - 1)/\(size)"))
    case .parts(let parts):
      reply.status = 206
      try deliverParts(parts, of: object, isHead: isHead, in: &reply)
      return
    }
    reply.headers.append(("Content-Length", String(wanted.count)))
    guard !isHead, !wanted.isEmpty, !object.status.isDirectory else { return }
    let source = try FileByteSource(path: object.path)
    reply.body = .stream(
      ResponseBody(contentLength: wanted.count) { writer in
        try await Self.copy(wanted, of: source, to: &writer)
        try await writer.finish(nil)
      })
  }

  /// Several ranges come as one body of parts.
  private func deliverParts(
    _ parts: [Range<UInt64>], of object: (path: String, status: BucketTree.Status), isHead: Bool, in reply: inout Reply
  ) throws {
    let boundary = RandomText.hex(24)
    let type = reply.headers.first { $0.name == "Content-Type" }?.value ?? "binary/octet-stream"
    let heads = parts.map { part in
      "\r\n--\(boundary)\r\nContent-Type: \(type)\r\n"
        + "Content-Range: bytes \(part.lowerBound)-\(part.upperBound - 1)/\(object.status.size)\r\n\r\n"
    }
    let tail = "\r\n--\(boundary)--\r\n"
    let length = zip(heads, parts).reduce(tail.utf8.count) { $0 + $1.0.utf8.count + $1.1.count }
    reply.headers.removeAll { $0.name == "Content-Type" }
    reply.headers.append(("Content-Type", "multipart/byteranges; boundary=\(boundary)"))
    reply.headers.append(("Content-Length", String(length)))
    guard !isHead else { return }
    let source = try FileByteSource(path: object.path)
    reply.body = .stream(
      ResponseBody(contentLength: length) { writer in
        for (head, part) in zip(heads, parts) {
          try await writer.write(ByteBuffer(string: head))
          try await Self.copy(part, of: source, to: &writer)
        }
        try await writer.write(ByteBuffer(string: tail))
        try await writer.finish(nil)
      })
  }

  private static func copy(
    _ range: Range<UInt64>, of source: FileByteSource, to writer: inout any ResponseBodyWriter
  ) async throws {
    var position = range.lowerBound
    while position < range.upperBound {
      let bytes = try source.read(at: position, count: Int(min(262_144, range.upperBound - position)))
      guard !bytes.isEmpty else {
        throw DiskImageError(.truncated, "the file shrank while it was sent")
      }
      try await writer.write(ByteBuffer(bytes: bytes))
      position += UInt64(bytes.count)
    }
  }

  /// Status that the conditions of the request lead to, nil when the object is to be sent.
  func condition(
    _ facts: ObjectCatalog.Facts, _ status: BucketTree.Status, header: (String) -> String?
  ) throws(StorageRefusal) -> Int? {
    let modified = Int64(status.modified / 1_000_000_000)
    func matches(_ tags: String) -> Bool {
      tags.split(separator: ",").contains { part in
        let tag = part.trimmingCharacters(in: .whitespaces)
        return tag == "*" || tag == facts.etag || tag == "\"\(facts.etag)\""
      }
    }
    func seconds(_ name: String) -> Int64? {
      header(name).flatMap(TimeText.parseHTTP).map { Int64($0.timeIntervalSince1970) }
    }
    if let tags = header("If-Match") {
      if !matches(tags) { throw .preconditionFailed }
    } else if let moment = seconds("If-Unmodified-Since"), modified > moment {
      throw .preconditionFailed
    }
    if let tags = header("If-None-Match") { return matches(tags) ? 304 : nil }
    if let moment = seconds("If-Modified-Since"), modified <= moment { return 304 }
    return nil
  }
}
