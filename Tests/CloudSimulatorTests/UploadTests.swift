import CloudAccess
import Crypto
import Foundation
import ObjectStorage
import Testing

@testable import CloudSimulator

@Suite("Multipart uploads to the local cloud")
struct UploadTests {
  /// 100 KB, the least size of a part.
  static let unit = 100 << 10

  static func bytes(_ seed: UInt8, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 31) ^ ($0 >> 8)) &+ seed }
  }

  static func etag(_ parts: [[UInt8]]) -> String {
    let digests = parts.flatMap { Array(Insecure.MD5.hash(data: $0)) }
    return "\"\(ObjectCatalog.hex(Insecure.MD5.hash(data: digests)))-\(parts.count)\""
  }

  @Test("Parts in any order become the object, with the tag of their tags, metadata, class and upload id")
  func whole() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      let bodies = [Self.bytes(1, Self.unit), Self.bytes(2, Self.unit), Self.bytes(3, 77)]
      let id = try await cloud.startUpload(
        "images", "dir/ä b.raw",
        headers: [("x-obs-meta-origin", "here"), ("x-obs-storage-class", "WARM"), ("Content-Type", "text/plain")])
      var etags: [Int: String] = [:]
      for number in [2, 1, 3] {
        etags[number] = try await cloud.part("images", "dir/ä b.raw", id, number, bodies[number - 1])
        let md5 = ObjectCatalog.hex(Insecure.MD5.hash(data: bodies[number - 1]))
        #expect(etags[number] == "\"\(md5)\"")
      }
      #expect(try await cloud.obs("GET", "images").elements("Key").isEmpty)
      #expect(try await cloud.obs("HEAD", "images", "dir/ä b.raw").status == 404)
      let parts = try [1, 2, 3].map { ($0, try #require(etags[$0])) }
      let done = try await cloud.completeUpload("images", "dir/ä b.raw", id, parts)
      #expect(done.status == 200)
      #expect(done.elements("Key") == ["dir/ä b.raw"])
      #expect(done.elements("ETag") == [Self.etag(bodies)])
      let object = try await cloud.obs("GET", "images", "dir/ä b.raw")
      #expect(object.body == bodies.flatMap { $0 })
      #expect(object.header("ETag") == Self.etag(bodies))
      #expect(object.header("x-obs-uploadId") == id)
      #expect(object.header("x-obs-meta-origin") == "here")
      #expect(object.header("x-obs-storage-class") == "WARM")
      #expect(object.header("Content-Type") == "text/plain")
      #expect(cloud.multipartFiles.isEmpty)
      #expect(try await cloud.completeUpload("images", "dir/ä b.raw", id, parts).elements("Code") == ["NoSuchUpload"])
    }
  }

  @Test("Parts of one size are never copied: the object is the file they were written to")
  func inPlace() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      let bodies = [Self.bytes(1, Self.unit), [UInt8](repeating: 0, count: Self.unit), Self.bytes(3, Self.unit)]
      let id = try await cloud.startUpload("images", "a")
      var parts: [(Int, String)] = []
      for (index, body) in bodies.enumerated() {
        parts.append((index + 1, try await cloud.part("images", "a", id, index + 1, body)))
      }
      #expect(cloud.multipartFiles == [id, id + "/slots"])
      let before = cloud.cloud.core.tree.status(path: "\(cloud.directory)/multipart/\(id)/slots")
      #expect(try await cloud.completeUpload("images", "a", id, parts).status == 200)
      let after = cloud.cloud.core.tree.status(path: cloud.path("images", "a"))
      #expect(before?.inode == after?.inode)
      #expect(try await cloud.obs("GET", "images", "a").body == bodies.flatMap { $0 })
    }
  }

  @Test("A part that comes again, parts of many sizes and a choice of them give the right bytes")
  func mixed() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      for (sizes, again, chosen) in [
        ([Self.unit, Self.unit, 5], [2: Self.unit], [1, 2, 3]), ([Self.unit, Self.unit, 5], [3: 9], [1, 2, 3]),
        ([Self.unit, Self.unit + 1, Self.unit - 0], [:], [1, 2, 3]),
        ([Self.unit + 7, Self.unit, 0], [1: Self.unit], [1, 2, 3]),
        ([Self.unit, Self.unit, Self.unit, 1], [:], [1, 3]), ([Self.unit, Self.unit, Self.unit], [:], [1, 2]),
        ([Self.unit, Self.unit], [1: Self.unit, 2: 3], [2]), ([0], [:], [1]),
      ] as [([Int], [Int: Int], [Int])] {
        let id = try await cloud.startUpload("images", "a")
        var bodies: [Int: [UInt8]] = [:]
        var etags: [Int: String] = [:]
        for (index, size) in sizes.enumerated() {
          bodies[index + 1] = Self.bytes(UInt8(index), size)
          etags[index + 1] = try await cloud.part("images", "a", id, index + 1, bodies[index + 1] ?? [])
        }
        for (number, size) in again {
          bodies[number] = Self.bytes(99, size)
          let old = etags[number]
          etags[number] = try await cloud.part("images", "a", id, number, bodies[number] ?? [])
          let stale = try await cloud.completeUpload("images", "a", id, [(number, old ?? "")])
          #expect(stale.elements("Code") == ["InvalidPart"])
        }
        let done = try await cloud.completeUpload("images", "a", id, chosen.map { ($0, etags[$0] ?? "") })
        #expect(done.status == 200, "\(sizes) \(again) \(chosen): \(done.text)")
        #expect(done.elements("ETag") == [Self.etag(chosen.map { bodies[$0] ?? [] })])
        #expect(try await cloud.obs("GET", "images", "a").body == chosen.flatMap { bodies[$0] ?? [] }, "\(sizes)")
        #expect(cloud.multipartFiles.isEmpty)
      }
    }
  }

  @Test("What is wrong with a part or with the list of parts is told by its code, and the upload goes on")
  func refusals() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      let id = try await cloud.startUpload("images", "a")
      let first = try await cloud.part("images", "a", id, 1, Self.bytes(1, Self.unit - 1))
      let second = try await cloud.part("images", "a", id, 2, Self.bytes(2, 10))
      for (parts, code) in [
        ([(2, second), (1, first)], "InvalidPartOrder"), ([(1, first), (1, first)], "InvalidPartOrder"),
        ([(1, second)], "InvalidPart"), ([(3, first)], "InvalidPart"), ([], "MalformedXML"),
        ([(1, first), (2, second)], "EntityTooSmall"),
      ] as [([(Int, String)], String)] {
        let refused = try await cloud.completeUpload("images", "a", id, parts)
        #expect(refused.status == 400)
        #expect(refused.elements("Code") == [code], "\(parts)")
      }
      for body in ["", "<", "<Other/>", "<CompleteMultipartUpload><Part/></CompleteMultipartUpload>"] {
        let refused = try await cloud.obs("POST", "images", "a", query: [("uploadId", id)], body: Array(body.utf8))
        #expect(refused.elements("Code") == ["MalformedXML"], "\(body)")
      }
      for number in ["0", "10001", "-1", "x", ""] {
        let refused = try await cloud.obs(
          "PUT", "images", "a", query: [("partNumber", number), ("uploadId", id)], body: [1])
        #expect(refused.elements("Code") == ["InvalidArgument"], "\(number)")
      }
      let wrong = Data(repeating: 0, count: 16).base64EncodedString()
      let bad = try await cloud.uploadPart("images", "a", id, 1, [1], headers: [("Content-MD5", wrong)])
      #expect(bad.elements("Code") == ["BadDigest"])
      let other = try await cloud.uploadPart("images", "b", id, 1, [1])
      #expect(other.status == 404)
      #expect(other.elements("Code") == ["NoSuchUpload"])
      #expect(try await cloud.uploadPart("images", "a", "NONE", 1, [1]).elements("Code") == ["NoSuchUpload"])
      let list = try await cloud.obs("GET", "images", "a", query: [("uploadId", id)])
      #expect(list.elements("ETag") == [first, second])
      #expect(try await cloud.completeUpload("images", "a", id, [(1, first)]).status == 200)
      #expect(try await cloud.obs("GET", "images", "a").body == Self.bytes(1, Self.unit - 1))
    }
  }

  @Test("A part that is refused takes no room, and the parts around it stay whole")
  func refusedPart() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      let id = try await cloud.startUpload("images", "a")
      let wrong = [(name: "Content-MD5", value: Data(repeating: 0, count: 16).base64EncodedString())]
      let bodies = [Self.bytes(1, Self.unit), Self.bytes(2, Self.unit), Self.bytes(3, Self.unit)]
      func size() -> UInt64? { cloud.cloud.core.tree.status(path: "\(cloud.directory)/multipart/\(id)/slots")?.size }
      #expect(try await cloud.uploadPart("images", "a", id, 3, bodies[2], headers: wrong).status == 400)
      #expect(size() == 0)
      var parts = [(1, try await cloud.part("images", "a", id, 1, bodies[0]))]
      #expect(try await cloud.uploadPart("images", "a", id, 2, Self.bytes(9, Self.unit), headers: wrong).status == 400)
      #expect(size() == UInt64(Self.unit))
      parts.append((3, try await cloud.part("images", "a", id, 3, bodies[2])))
      #expect(try await cloud.uploadPart("images", "a", id, 2, Self.bytes(9, Self.unit), headers: wrong).status == 400)
      parts.insert((2, try await cloud.part("images", "a", id, 2, bodies[1])), at: 1)
      #expect(try await cloud.completeUpload("images", "a", id, parts).status == 200)
      #expect(try await cloud.obs("GET", "images", "a").body == bodies.flatMap { $0 })
    }
  }

  @Test("An aborted upload leaves nothing, and its bucket can then be deleted")
  func abort() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      let id = try await cloud.startUpload("images", "a")
      _ = try await cloud.part("images", "a", id, 1, [1, 2])
      #expect(try await cloud.obs("DELETE", "images").elements("Code") == ["BucketNotEmpty"])
      #expect(try await cloud.obs("DELETE", "images", "a", query: [("uploadId", id)]).status == 204)
      #expect(cloud.multipartFiles.isEmpty)
      for method in ["GET", "DELETE", "PUT"] {
        let gone = try await cloud.obs(
          method, "images", "a", query: [("partNumber", "1"), ("uploadId", id)], body: method == "PUT" ? [] : nil)
        #expect(gone.elements("Code") == ["NoSuchUpload"])
      }
      #expect(try await cloud.obs("GET", "images", query: [("uploads", nil)]).elements("UploadId").isEmpty)
      #expect(try await cloud.obs("DELETE", "images").status == 204)
    }
  }

  @Test("Parts are listed page by page")
  func partPages() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      let id = try await cloud.startUpload("images", "a")
      let numbers = [1, 2, 5, 9, 100, 10_000]
      for number in numbers.shuffled() { _ = try await cloud.part("images", "a", id, number, [UInt8(number % 251)]) }
      var found: [Int] = []
      var marker = "0"
      while true {
        let page = try await cloud.obs(
          "GET", "images", "a", query: [("uploadId", id), ("max-parts", "4"), ("part-number-marker", marker)])
        #expect(page.elements("Size").allSatisfy { $0 == "1" })
        #expect(page.elements("MaxParts") == ["4"])
        found += page.elements("PartNumber").compactMap { Int($0) }
        marker = try #require(page.elements("NextPartNumberMarker").first)
        guard page.elements("IsTruncated") == ["true"] else { break }
      }
      #expect(found == numbers)
    }
  }

  @Test("Uploads are listed by key and age, with prefix, delimiter and pages of every size")
  func uploadPages() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      try cloud.makeBucket("other")
      var expected: [String] = []
      for key in ["a", "a", "dir/1", "dir/2", "dir/2", "z"] {
        expected.append("\(key) \(try await cloud.startUpload("images", key))")
      }
      _ = try await cloud.startUpload("other", "a")
      for limit in [1, 2, 5, 1000] {
        var found: [String] = []
        var marker = ("", "")
        while true {
          let page = try await cloud.obs(
            "GET", "images",
            query: [
              ("uploads", nil), ("max-uploads", String(limit)), ("key-marker", marker.0),
              ("upload-id-marker", marker.1),
            ])
          found += zip(page.elements("Key"), page.elements("UploadId")).map { "\($0) \($1)" }
          guard page.elements("IsTruncated") == ["true"] else { break }
          marker = (
            try #require(page.elements("NextKeyMarker").first), try #require(page.elements("NextUploadIdMarker").first)
          )
        }
        #expect(found == expected, "\(limit)")
      }
      let prefix = try await cloud.obs("GET", "images", query: [("uploads", nil), ("prefix", "dir/2")])
      #expect(prefix.elements("Key") == ["dir/2", "dir/2"])
      let folders = try await cloud.obs("GET", "images", query: [("uploads", nil), ("delimiter", "/")])
      #expect(folders.elements("Key") == ["a", "a", "z"])
      #expect(folders.elements("Prefix").filter { !$0.isEmpty } == ["dir/"])
    }
  }

  @Test("Uploads survive a restart with all their parts, and stray files do not")
  func restart() async throws {
    let directory = TestCloud.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let bodies = [Self.bytes(1, Self.unit), Self.bytes(2, Self.unit), Self.bytes(3, 10)]
    var id = ""
    var parts: [(Int, String)] = []
    try await TestCloud.run(in: directory) { cloud async throws in
      try cloud.makeBucket("images")
      id = try await cloud.startUpload("images", "a", headers: [("x-obs-meta-x", "y")])
      _ = try await cloud.part("images", "a", id, 2, [9])
      for number in [1, 2] {
        parts.append((number, try await cloud.part("images", "a", id, number, bodies[number - 1])))
      }
    }
    try Data([1]).write(to: URL(fileURLWithPath: directory + "/multipart/stray"))
    try Data([1]).write(to: URL(fileURLWithPath: directory + "/multipart/\(id)/stray"))
    try await TestCloud.run(in: directory) { cloud async throws in
      #expect(!cloud.multipartFiles.contains { $0.hasSuffix("stray") })
      let list = try await cloud.obs("GET", "images", "a", query: [("uploadId", id)])
      #expect(list.elements("ETag") == parts.map(\.1))
      parts.append((3, try await cloud.part("images", "a", id, 3, bodies[2])))
      #expect(try await cloud.completeUpload("images", "a", id, parts).status == 200)
    }
    try await TestCloud.run(in: directory) { cloud async throws in
      let object = try await cloud.obs("GET", "images", "a")
      #expect(object.body == bodies.flatMap { $0 })
      #expect(object.header("x-obs-uploadId") == id)
      #expect(object.header("ETag") == Self.etag(bodies))
      #expect(object.header("x-obs-meta-x") == "y")
    }
  }

  @Test("The bytes of every body are counted, those of refused ones, too")
  func counts() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      let id = try await cloud.startUpload("images", "a")
      _ = try await cloud.part("images", "a", id, 1, Self.bytes(1, 1000))
      let wrong = Data(repeating: 0, count: 16).base64EncodedString()
      _ = try await cloud.uploadPart("images", "a", id, 1, [1, 2, 3], headers: [("Content-MD5", wrong)])
      _ = try await cloud.obs("PUT", "images", "b", body: [1])
      let state = try await cloud.send("GET", "/_control/state")
      let received = try JSONValue(parsing: state.body)["received_bytes"]
      #expect(received == ["upload_part": 1003, "object_put": 1])
    }
  }
}
