import CloudAccess
import Foundation
import ObjectStorage
import Testing

@testable import CloudSimulator

@Suite("Listing of buckets on the local cloud")
struct ListingTests {
  @Test("Hundreds of keys come page by page in the order of their bytes, both versions, every page size")
  func paging() async throws {
    try await TestCloud.run { cloud async throws in
      var expected: [String] = []
      for number in 0..<700 { expected.append("dir\(number % 7)/file-\(number).raw") }
      expected += ["Upper", "a.b", "a/b", "a0", "é", "日本", "z &<>\"'.raw"]
      for key in expected { try cloud.put([1], "images", key) }
      expected.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      for (limit, kind) in [(1000, ObjectStorageSignature.obs), (100, .awsV4), (7, .obs)] {
        var keys: [String] = []
        var marker = ""
        var pages = 0
        while true {
          let page = try await cloud.obs(
            "GET", "images", query: [("marker", marker), ("max-keys", String(limit)), ("encoding-type", "url")],
            kind: kind)
          keys += page.elements("Key").map { PercentEncoding.decode($0) }
          pages += 1
          guard page.elements("IsTruncated") == ["true"] else { break }
          marker = PercentEncoding.decode(page.elements("NextMarker").first ?? page.elements("Key").last ?? "")
        }
        #expect(keys == expected, "\(limit)")
        #expect(pages == (expected.count + limit - 1) / limit)
      }
      var keys: [String] = []
      var query: [(name: String, value: String?)] = [("list-type", "2"), ("max-keys", "99")]
      while true {
        let page = try await cloud.obs("GET", "images", query: query, kind: .awsV4)
        let found = page.elements("Key")
        #expect(page.elements("KeyCount") == [String(found.count)])
        keys += found
        guard let token = page.elements("NextContinuationToken").first else { break }
        query = [("list-type", "2"), ("max-keys", "99"), ("continuation-token", token)]
      }
      #expect(keys.count == expected.count)
      #expect(keys.last == expected.last)
      let after = try await cloud.obs("GET", "images", query: [("list-type", "2"), ("start-after", "a0")])
      #expect(after.elements("Key").first == "dir0/file-0.raw")
    }
  }

  @Test("Prefix and delimiter group keys into folders, also over pages")
  func folders() async throws {
    try await TestCloud.run { cloud async throws in
      for key in ["a/1", "a/2", "a/x/3", "b", "c/4", "ab/5"] { try cloud.put([1], "images", key) }
      try FileManager.default.createDirectory(atPath: cloud.path("images", "empty"), withIntermediateDirectories: true)
      let root = try await cloud.store().list(bucket: "images", delimiter: "/")
      #expect(root.objects.map(\.key) == ["b"])
      #expect(root.commonPrefixes == ["a/", "ab/", "c/", "empty/"])
      let inside = try await cloud.store().list(bucket: "images", prefix: "a/", delimiter: "/")
      #expect(inside.objects.map(\.key) == ["a/1", "a/2"])
      #expect(inside.commonPrefixes == ["a/x/"])
      let prefix = try await cloud.store().list(bucket: "images", prefix: "a")
      #expect(prefix.objects.map(\.key) == ["a/1", "a/2", "a/x/3", "ab/5"])
      #expect(try await cloud.store().list(bucket: "images", prefix: "none/").objects.isEmpty)
      var names: [String] = []
      var marker: String?
      repeat {
        let page = try await cloud.store().list(bucket: "images", marker: marker, delimiter: "/", limit: 1)
        names += page.objects.map(\.key) + page.commonPrefixes
        marker = page.nextMarker
      } while marker != nil
      #expect(names == ["a/", "ab/", "b", "c/", "empty/"])
      let whole = try await cloud.obs("GET", "images")
      #expect(whole.elements("Key").last == "empty/")
    }
  }

  @Test("An entry has size, time, tag and class; wrong parameters are refused")
  func entries() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.put([1, 2, 3], "images", "a.raw")
      let page = try await cloud.obs("GET", "images")
      #expect(page.elements("Size") == ["3"])
      #expect(page.elements("StorageClass") == ["STANDARD"])
      #expect(page.elements("LastModified").first.flatMap(CloudDate.parse) != nil)
      let head = try await cloud.obs("HEAD", "images", "a.raw")
      #expect(page.elements("ETag").first == head.header("ETag"))
      #expect(try await cloud.obs("GET", "images", query: [("max-keys", "0")]).elements("IsTruncated") == ["false"])
      for query: (name: String, value: String?) in [("max-keys", "-1"), ("max-keys", "x")] {
        #expect(try await cloud.obs("GET", "images", query: [query]).elements("Code") == ["InvalidArgument"])
      }
      let token = try await cloud.obs("GET", "images", query: [("list-type", "2"), ("continuation-token", "%%")])
      #expect(token.elements("Code") == ["InvalidArgument"])
    }
  }
}
