import CloudAccess
import Crypto
import Foundation
import ObjectStorage
import Testing

@testable import CloudSimulator

@Suite("Copies and deletions on the local cloud")
struct CopyTests {
  @Test("A copy has the bytes and the metadata of its source, or new metadata, and its own class")
  func copies() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      try cloud.makeBucket("other")
      let body = UploadTests.bytes(1, 5000)
      _ = try await cloud.obs(
        "PUT", "images", "ä b+c", headers: [("x-obs-meta-a", "1"), ("x-obs-storage-class", "WARM")], body: body)
      let source = "/images/" + PercentEncoding.encode("ä b+c")
      let copied = try await cloud.obs("PUT", "other", "dir/x", headers: [("x-obs-copy-source", source)], body: [])
      #expect(copied.status == 200)
      #expect(copied.elements("ETag") == ["\"\(ObjectCatalog.hex(Insecure.MD5.hash(data: body)))\""])
      let object = try await cloud.obs("GET", "other", "dir/x")
      #expect(object.body == body)
      #expect(object.header("x-obs-meta-a") == "1")
      #expect(object.header("x-obs-storage-class") == nil)
      _ = try await cloud.obs(
        "PUT", "images", "ä b+c",
        headers: [
          ("x-amz-copy-source", String(source.dropFirst())), ("x-amz-metadata-directive", "REPLACE"),
          ("x-amz-meta-b", "2"),
        ], body: [], kind: .awsV4)
      let replaced = try await cloud.obs("GET", "images", "ä b+c")
      #expect(replaced.body == body)
      #expect(replaced.header("x-obs-meta-a") == nil)
      #expect(replaced.header("x-obs-meta-b") == "2")
    }
  }

  @Test("Conditions, missing sources, cold ones and ones out of the bucket are refused")
  func refusals() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.put([1, 2, 3], "images", "a")
      try FileManager.default.createSymbolicLink(
        atPath: cloud.path("images", "link"), withDestinationPath: cloud.directory + "/credentials.json")
      _ = try await cloud.obs("PUT", "images", "cold", headers: [("x-obs-storage-class", "COLD")], body: [1])
      for (source, more, code) in [
        ("/images/none", nil, "NoSuchKey"), ("/nowhere/a", nil, "NoSuchBucket"), ("a", nil, "InvalidArgument"),
        ("/images/cold", nil, "InvalidObjectState"), ("/images/link", nil, "NoSuchKey"),
        ("/images/../../credentials.json", nil, "NoSuchKey"),
        ("/images/a", ("x-obs-copy-source-if-match", "\"x\""), "PreconditionFailed"),
        ("/images/a", ("x-obs-copy-source-if-none-match", "*"), "PreconditionFailed"),
        ("/images/a", ("x-obs-metadata-directive", "NONE"), "InvalidArgument"),
      ] as [(String, (String, String)?, String)] {
        let headers = [(name: "x-obs-copy-source", value: source)] + (more.map { [(name: $0.0, value: $0.1)] } ?? [])
        let refused = try await cloud.obs("PUT", "images", "b", headers: headers, body: [])
        #expect(refused.elements("Code") == [code], "\(source)")
      }
      #expect(try await cloud.obs("HEAD", "images", "b").status == 404)
    }
  }

  @Test("Parts are copied by range into their place, and the copy of a multipart object has a tag of its bytes")
  func parts() async throws {
    try await TestCloud.run { cloud async throws in
      let body = UploadTests.bytes(3, 300_000)
      try cloud.put(body, "images", "a")
      let id = try await cloud.startUpload("images", "b")
      var parts: [(Int, String)] = []
      for (number, range) in [(1, "bytes=0-149999"), (2, "bytes=150000-299999")] {
        let copied = try await cloud.obs(
          "PUT", "images", "b", query: [("partNumber", String(number)), ("uploadId", id)],
          headers: [("x-obs-copy-source", "/images/a"), ("x-obs-copy-source-range", range)], body: [])
        parts.append((number, try #require(copied.elements("ETag").first)))
      }
      for range in ["bytes=0-300000", "0-1", "bytes=5-1"] {
        let refused = try await cloud.obs(
          "PUT", "images", "b", query: [("partNumber", "3"), ("uploadId", id)],
          headers: [("x-obs-copy-source", "/images/a"), ("x-obs-copy-source-range", range)], body: [])
        #expect(refused.status >= 400, "\(range)")
      }
      #expect(try await cloud.completeUpload("images", "b", id, parts).status == 200)
      #expect(try await cloud.obs("GET", "images", "b").body == body)
      let again = try await cloud.obs("PUT", "images", "c", headers: [("x-obs-copy-source", "/images/b")], body: [])
      #expect(again.elements("ETag") == ["\"\(ObjectCatalog.hex(Insecure.MD5.hash(data: body)))\""])
    }
  }

  @Test("Many keys are deleted by one request, missing ones count as deleted, and nothing else is touched")
  func deletion() async throws {
    try await TestCloud.run { cloud async throws in
      for key in ["a", "dir/b", "c & <d>", "stays"] { try cloud.put([1], "images", key) }
      let keys = ["a", "dir/b", "c &amp; &lt;d&gt;", "none", "../../credentials.json"]
      let list = keys.map { "<Object><Key>\($0)</Key></Object>" }.joined()
      let reply = try await cloud.obs(
        "POST", "images", query: [("delete", nil)], body: Array("<Delete>\(list)</Delete>".utf8))
      #expect(reply.elements("Key") == keys)
      #expect(try await cloud.obs("GET", "images").elements("Key") == ["stays"])
      #expect(FileManager.default.fileExists(atPath: cloud.directory + "/credentials.json"))
      let quiet = try await cloud.obs(
        "POST", "images", query: [("delete", nil)],
        body: Array("<Delete><Quiet>true</Quiet><Object><Key>stays</Key></Object></Delete>".utf8))
      #expect(quiet.elements("Key").isEmpty)
      #expect(try await cloud.obs("GET", "images").elements("Key").isEmpty)
      for body in [
        "", "<Delete/>", "<Delete>" + String(repeating: "<Object><Key>a</Key></Object>", count: 1001) + "</Delete>",
      ] {
        let refused = try await cloud.obs("POST", "images", query: [("delete", nil)], body: Array(body.utf8))
        #expect(refused.elements("Code") == ["MalformedXML"])
      }
    }
  }

  @Test("Settings that clients ask for are answered: everything belongs to the account, and nothing is configured")
  func settings() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.put([1], "images", "a")
      for key in [nil, "a"] {
        let acl = try await cloud.obs("GET", "images", key, query: [("acl", nil)])
        #expect(acl.elements("Permission") == ["FULL_CONTROL"])
      }
      #expect(try await cloud.obs("GET", "images", "none", query: [("acl", nil)]).elements("Code") == ["NoSuchKey"])
      for (name, code) in [("policy", "NoSuchBucketPolicy"), ("cors", "NoSuchCORSConfiguration")] {
        let none = try await cloud.obs("GET", "images", query: [(name, nil)])
        #expect(none.status == 404)
        #expect(none.elements("Code") == [code])
      }
      #expect(try await cloud.obs("GET", "images", query: [("versioning", nil)]).status == 200)
      #expect(try await cloud.obs("PUT", "images", query: [("policy", nil)], body: []).status == 501)
    }
  }
}
