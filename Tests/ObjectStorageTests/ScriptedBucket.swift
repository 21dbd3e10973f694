import CloudAccess
import Crypto
import Foundation
import Synchronization

@testable import ObjectStorage

/// A bucket on a ``ScriptedServer``, with multipart uploads, which can be told to misbehave before it does what it is asked.
final class ScriptedBucket: Sendable {
  struct Upload {
    var key: String
    var parts: [Int: [UInt8]] = [:]
  }

  private struct State {
    var objects: [String: (bytes: [UInt8], etag: String, uploadID: String?)] = [:]
    var uploads: [String: Upload] = [:]
    var nextID = 1
    var log: [String] = []
    var partBytes = 0
    var partAttempts: [Int: Int] = [:]
  }

  /// A request as a test sees it.
  struct Call {
    var method: String
    var key: String
    var part: Int?
    /// How often this part was sent before.
    var attempt: Int
    var isCompletion: Bool
    var isBeginning: Bool
  }

  private let state = Mutex(State())
  private let meddle: @Sendable (Call) -> ScriptedServer.Answer?
  /// Called behind a completion, before it is answered: the answer, if it is to be another one.
  private let afterCompletion: @Sendable () -> ScriptedServer.Answer?
  let namesUploads: Bool

  init(
    namesUploads: Bool = false, meddle: @escaping @Sendable (Call) -> ScriptedServer.Answer? = { _ in nil },
    afterCompletion: @escaping @Sendable () -> ScriptedServer.Answer? = { nil }
  ) {
    self.meddle = meddle
    self.afterCompletion = afterCompletion
    self.namesUploads = namesUploads
  }

  func object(_ key: String) -> [UInt8]? { state.withLock { $0.objects[key]?.bytes } }
  func setObject(_ key: String, _ bytes: [UInt8], etag: String = "other") {
    state.withLock { $0.objects[key] = (bytes, etag, nil) }
  }
  var uploadIDs: [String] { state.withLock { $0.uploads.keys.sorted() } }
  func forgetUploads() { state.withLock { $0.uploads = [:] } }
  func forgetPart(_ number: Int) {
    state.withLock { state in for id in state.uploads.keys { state.uploads[id]?.parts[number] = nil } }
  }
  /// All bytes of parts that came, those in vain included.
  var partBytes: Int { state.withLock { $0.partBytes } }
  var log: [String] { state.withLock { $0.log } }

  static func error(_ status: Int, _ code: String) -> ScriptedServer.Answer {
    .answer(status, [], Array("<Error><Code>\(code)</Code><Message>m</Message></Error>".utf8))
  }

  static func md5(_ bytes: [UInt8]) -> String { Hex.encode(Insecure.MD5.hash(data: bytes)) }

  func answer(_ request: ScriptedServer.Received) -> ScriptedServer.Answer {
    let pieces = request.uri.split(separator: "?", maxSplits: 1).map(String.init)
    let query = pieces.count > 1 ? PercentEncoding.queryPairs(pieces[1], plusIsSpace: false) : []
    func value(_ name: String) -> String? { query.first { $0.0 == name }?.1 }
    let key = PercentEncoding.decode(String(pieces[0].dropFirst(3)))
    let part = value("partNumber").flatMap { Int($0) }
    let isCompletion = request.method == "POST" && value("uploadId") != nil
    let isBeginning = request.method == "POST" && query.contains { $0.0 == "uploads" }
    let what: String =
      if let part { "part \(part)" } else if isCompletion { "complete" } else if isBeginning {
        "begin"
      } else if value(
        "uploadId") != nil
      { "upload" } else { "object" }
    let attempt = state.withLock { state -> Int in
      state.log.append(request.method + " " + what)
      guard let part else { return 0 }
      state.partBytes += request.body.count
      defer { state.partAttempts[part, default: 0] += 1 }
      return state.partAttempts[part, default: 0]
    }
    let call = Call(
      method: request.method, key: key, part: part, attempt: attempt, isCompletion: isCompletion,
      isBeginning: isBeginning)
    if let answer = meddle(call) { return answer }
    if let digest = request.header("content-md5"),
      digest != Data(Insecure.MD5.hash(data: request.body)).base64EncodedString()
    {
      return Self.error(400, "BadDigest")
    }
    return state.withLock { state in
      let id = value("uploadId")
      switch request.method {
      case "POST" where isBeginning:
        let id = "up\(state.nextID)"
        state.nextID += 1
        state.uploads[id] = Upload(key: key)
        return .answer(
          200, [],
          Array("<InitiateMultipartUploadResult><UploadId>\(id)</UploadId></InitiateMultipartUploadResult>".utf8))
      case "POST":
        guard let id, let upload = state.uploads[id] else { return Self.error(404, "NoSuchUpload") }
        let numbers = upload.parts.keys.sorted()
        let digests = numbers.flatMap { Array(Insecure.MD5.hash(data: upload.parts[$0] ?? [])) }
        let etag = "\(Self.md5(digests))-\(numbers.count)"
        guard numbers == Array(1...max(1, numbers.count)),
          numbers.allSatisfy({ request.text.contains("<PartNumber>\($0)</PartNumber>") })
        else { return Self.error(400, "InvalidPart") }
        state.objects[key] = (numbers.flatMap { upload.parts[$0] ?? [] }, etag, id)
        state.uploads[id] = nil
        if let answer = afterCompletion() { return answer }
        return .answer(
          200, [],
          Array("<CompleteMultipartUploadResult><ETag>\"\(etag)\"</ETag></CompleteMultipartUploadResult>".utf8))
      case "PUT":
        let etag = Self.md5(request.body)
        if let part {
          guard let id, state.uploads[id] != nil else { return Self.error(404, "NoSuchUpload") }
          state.uploads[id]?.parts[part] = request.body
        } else {
          state.objects[key] = (request.body, etag, nil)
        }
        return .answer(200, [("ETag", "\"\(etag)\"")], [])
      case "GET" where id != nil:
        guard let upload = state.uploads[id ?? ""] else { return Self.error(404, "NoSuchUpload") }
        return .answer(200, [], Array(Self.list(upload.parts, after: value("part-number-marker")).utf8))
      case "DELETE" where id != nil:
        guard state.uploads.removeValue(forKey: id ?? "") != nil else { return Self.error(404, "NoSuchUpload") }
        return .answer(204, [], [])
      case "HEAD":
        guard let object = state.objects[key] else { return .answer(404, [], []) }
        var headers = [("Content-Length", "\(object.bytes.count)"), ("ETag", "\"\(object.etag)\"")]
        if namesUploads, let id = object.uploadID { headers.append(("x-obs-uploadId", id)) }
        return .answer(200, headers, [])
      default: return Self.error(405, "MethodNotAllowed")
      }
    }
  }

  /// Two parts a page, so that paging is seen.
  private static func list(_ parts: [Int: [UInt8]], after marker: String?) -> String {
    let rest = parts.keys.sorted().filter { $0 > Int(marker ?? "0") ?? 0 }
    let page = rest.prefix(2)
    var text = "<ListPartsResult><IsTruncated>\(rest.count > 2)</IsTruncated>"
    if rest.count > 2 { text += "<NextPartNumberMarker>\(page.last ?? 0)</NextPartNumberMarker>" }
    for number in page {
      let bytes = parts[number] ?? []
      text += "<Part><PartNumber>\(number)</PartNumber><ETag>\"\(md5(bytes))\"</ETag><Size>\(bytes.count)</Size></Part>"
    }
    return text + "</ListPartsResult>"
  }
}
