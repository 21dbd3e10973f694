import CloudAccess
import Foundation
import ObjectStorage
import Testing

@testable import CloudSimulator

extension TestCloud {
  /// Begins a multipart upload and returns its id.
  func startUpload(
    _ bucket: String, _ key: String, headers: [(name: String, value: String)] = []
  ) async throws -> String {
    let reply = try await obs("POST", bucket, key, query: [("uploads", nil)], headers: headers, body: [])
    return try #require(reply.elements("UploadId").first, "\(reply.text)")
  }

  func uploadPart(
    _ bucket: String, _ key: String, _ id: String, _ number: Int, _ body: [UInt8],
    headers: [(name: String, value: String)] = [], kind: ObjectStorageSignature = .obs
  ) async throws -> HTTPResponse {
    try await obs(
      "PUT", bucket, key, query: [("partNumber", String(number)), ("uploadId", id)], headers: headers, body: body,
      kind: kind)
  }

  /// Uploads a part and returns its ETag.
  func part(_ bucket: String, _ key: String, _ id: String, _ number: Int, _ body: [UInt8]) async throws -> String {
    let reply = try await uploadPart(bucket, key, id, number, body)
    return try #require(reply.header("ETag"), "\(reply.text)")
  }

  func completeUpload(
    _ bucket: String, _ key: String, _ id: String, _ parts: [(Int, String)], kind: ObjectStorageSignature = .obs
  ) async throws -> HTTPResponse {
    let list = parts.map { "<Part><PartNumber>\($0.0)</PartNumber><ETag>\($0.1)</ETag></Part>" }.joined()
    return try await obs(
      "POST", bucket, key, query: [("uploadId", id)],
      body: Array("<CompleteMultipartUpload>\(list)</CompleteMultipartUpload>".utf8), kind: kind)
  }

  /// What lies in the directory of multipart uploads.
  var multipartFiles: [String] {
    (FileManager.default.subpaths(atPath: directory + "/multipart") ?? []).sorted()
  }
}
