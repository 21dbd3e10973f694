import CloudAccess
import Crypto
import Foundation
import ObjectStorage
import Testing

@testable import CloudSimulator

@Suite("Object storage of the local cloud")
struct ObjectTests {
  @Test(
    "An object comes back as it was put, with MD5, type, metadata and class", arguments: ObjectStorageSignature.allCases
  )
  func putAndGet(kind: ObjectStorageSignature) async throws {
    try await TestCloud.run { cloud async throws in
      let prefix = kind.headerPrefix
      #expect(try await cloud.obs("PUT", "images", kind: kind).status == 200)
      let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      let md5 = Data(Insecure.MD5.hash(data: body))
      let put = try await cloud.obs(
        "PUT", "images", "dir/ä +b.bin",
        headers: [
          ("Content-MD5", md5.base64EncodedString()), ("Content-Type", "application/x-disk"),
          (prefix + "storage-class", kind == .obs ? "WARM" : "STANDARD_IA"), (prefix + "meta-owner", "me"),
        ], body: body, kind: kind)
      #expect(put.status == 200, "\(put.text)")
      #expect(put.header("ETag") == "\"\(ObjectCatalog.hex(md5))\"")
      let get = try await cloud.obs("GET", "images", "dir/ä +b.bin", kind: kind)
      #expect(get.status == 200)
      #expect(get.body == body)
      let head = try await cloud.obs("HEAD", "images", "dir/ä +b.bin", kind: kind)
      #expect(head.status == 200)
      #expect(head.body.isEmpty)
      for response in [get, head] {
        #expect(response.header("Content-Length") == "300000")
        #expect(response.header("Content-Type") == "application/x-disk")
        #expect(response.header("ETag") == put.header("ETag"))
        #expect(response.header(prefix + "storage-class") == (kind == .obs ? "WARM" : "STANDARD_IA"))
        #expect(response.header(prefix + "meta-owner") == "me")
        #expect(response.header(prefix + "request-id")?.isEmpty == false)
        #expect(response.header("Last-Modified").flatMap(TimeText.parseHTTP) != nil)
      }
      let file = try #require(FileManager.default.contents(atPath: cloud.path("images", "dir/ä +b.bin")))
      #expect(Array(file) == body)
      #expect(try FileManager.default.contentsOfDirectory(atPath: cloud.directory + "/uploads").isEmpty)
      #expect(try await cloud.obs("DELETE", "images", "dir/ä +b.bin", kind: kind).status == 204)
      #expect(try await cloud.obs("DELETE", "images", "dir/ä +b.bin", kind: kind).status == 204)
      #expect(try await cloud.obs("HEAD", "images", "dir/ä +b.bin", kind: kind).status == 404)
      #expect(try await cloud.obs("DELETE", "images", kind: kind).status == 204)
    }
  }

  @Test("Object facts survive a restart, and a file changed by hand loses them")
  func factsSurvive() async throws {
    let directory = TestCloud.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try await TestCloud.run(in: directory) { cloud async throws in
      _ = try await cloud.obs("PUT", "images", headers: [("x-obs-storage-class", "WARM")])
      _ = try await cloud.obs("PUT", "images", "a", headers: [("Content-Type", "text/x")], body: [1, 2, 3])
    }
    try await TestCloud.run(in: directory) { cloud async throws in
      let bucket = try await cloud.obs("HEAD", "images")
      #expect(bucket.header("x-obs-storage-class") == "WARM")
      let head = try await cloud.obs("HEAD", "images", "a")
      #expect(head.header("Content-Type") == "text/x")
      #expect(head.header("x-obs-storage-class") == "WARM")
      try cloud.put([4, 5], "images", "a")
      let changed = try await cloud.obs("HEAD", "images", "a")
      #expect(changed.header("Content-Type") == "binary/octet-stream")
      #expect(changed.header("x-obs-storage-class") == nil)
      #expect(changed.header("ETag") == "\"\(ObjectCatalog.hex(Insecure.MD5.hash(data: [4, 5] as [UInt8])))\"")
    }
  }

  @Test("Buckets tell region and class in the words of the signature, and wrong ones are refused")
  func buckets() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      let obs = try await cloud.obs("HEAD", "images")
      #expect(obs.header("x-obs-bucket-location") == "eu-de")
      #expect(obs.header("x-obs-storage-class") == "STANDARD")
      let aws = try await cloud.obs("HEAD", "images", kind: .awsV4)
      #expect(aws.header("x-amz-bucket-region") == "eu-de")
      #expect(aws.header("x-default-storage-class") == "STANDARD")
      let location = try await cloud.obs("GET", "images", query: [("location", nil)])
      #expect(location.text.contains(">eu-de</Location>"))
      let constraint = try await cloud.obs("GET", "images", query: [("location", nil)], kind: .awsV2)
      #expect(constraint.text.contains(">eu-de</LocationConstraint>"))
      let storageClass = try await cloud.obs("GET", "images", query: [("storageClass", nil)])
      #expect(storageClass.text.contains(">STANDARD</StorageClass>"))
      let list = try await cloud.obs("GET")
      #expect(list.elements("Name") == ["images"])
      let missing = try await cloud.obs("HEAD", "nowhere")
      #expect(missing.status == 404)
      #expect(missing.body.isEmpty)
      let get = try await cloud.obs("GET", "nowhere", "a")
      #expect(get.elements("Code") == ["NoSuchBucket"])
      #expect(get.elements("RequestId").first?.count == 32)
      for name in ["UPPER", "a..b", "1.2.3.4", "-ab"] {
        #expect(try await cloud.obs("PUT", name).elements("Code") == ["InvalidBucketName"], "\(name)")
      }
      try cloud.put([1], "images", "a")
      #expect(try await cloud.obs("DELETE", "images").elements("Code") == ["BucketNotEmpty"])
    }
  }

  @Test("Ranges follow the documents: cut ends, 416 behind the end, and one byte or less gives the whole object")
  func ranges() async throws {
    try await TestCloud.run { cloud async throws in
      let body = (0..<100).map { UInt8($0) }
      try cloud.put(body, "images", "a")
      try cloud.put([], "images", "empty")
      for (range, status, expected, header) in [
        ("bytes=0-9", 206, Array(0..<10), "bytes 0-9/100"), ("bytes=90-200", 206, Array(90..<100), "bytes 90-99/100"),
        ("bytes=98-", 206, [98, 99], "bytes 98-99/100"), ("bytes=-5", 206, Array(95..<100), "bytes 95-99/100"),
        ("bytes=-500", 206, Array(0..<100), "bytes 0-99/100"), ("bytes=99-150", 206, [99], "bytes 99-99/100"),
        ("bytes=5-5", 200, Array(0..<100), nil), ("bytes=9-3", 200, Array(0..<100), nil),
        ("bytes=a-b", 200, Array(0..<100), nil), ("items=0-5", 200, Array(0..<100), nil),
      ] as [(String, Int, [Int], String?)] {
        let response = try await cloud.obs("GET", "images", "a", headers: [("Range", range)])
        #expect(response.status == status, "\(range)")
        #expect(response.body == expected.map { UInt8($0) }, "\(range)")
        #expect(response.header("Content-Range") == header, "\(range)")
      }
      for range in ["bytes=100-110", "bytes=100-"] {
        let behind = try await cloud.obs("GET", "images", "a", headers: [("Range", range)])
        #expect(behind.status == 416)
        #expect(behind.elements("Code") == ["InvalidRange"])
      }
      #expect(try await cloud.obs("GET", "images", "empty", headers: [("Range", "bytes=0-1")]).status == 416)
      #expect(try await cloud.obs("GET", "images", "empty").body.isEmpty)
      let parts = try await cloud.obs("GET", "images", "a", headers: [("Range", "bytes=0-1,50-52")])
      #expect(parts.status == 206)
      #expect(parts.header("Content-Type")?.hasPrefix("multipart/byteranges; boundary=") == true)
      #expect(parts.header("Content-Length") == String(parts.body.count))
      #expect(parts.text.contains("Content-Range: bytes 50-52/100\r\n\r\n234\r\n--"))
    }
    try await TestCloud.run({ $0.ignoresSingleByteRanges = false }) { cloud async throws in
      try cloud.put([1, 2, 3], "images", "a")
      let one = try await cloud.obs("GET", "images", "a", headers: [("Range", "bytes=1-1")])
      #expect(one.status == 206)
      #expect(one.body == [2])
    }
  }

  @Test("Conditions decide between the object, 304 and 412")
  func conditions() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.put([1, 2, 3], "images", "a")
      let etag = try #require(try await cloud.obs("HEAD", "images", "a").header("ETag"))
      let past = TimeText.http(Date(timeIntervalSinceNow: -3600))
      let future = TimeText.http(Date(timeIntervalSinceNow: 3600))
      for (name, value, status) in [
        ("If-Match", etag, 200), ("If-Match", "\"other\"", 412), ("If-None-Match", etag, 304),
        ("If-None-Match", "\"other\"", 200), ("If-Modified-Since", past, 200), ("If-Modified-Since", future, 304),
        ("If-Unmodified-Since", past, 412), ("If-Unmodified-Since", future, 200),
      ] {
        let response = try await cloud.obs("GET", "images", "a", headers: [(name, value)])
        #expect(response.status == status, "\(name): \(value)")
      }
    }
  }

  @Test("Wrong digests leave nothing behind, and cold objects cannot be read")
  func digests() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      let wrong = Data(repeating: 0, count: 16).base64EncodedString()
      let bad = try await cloud.obs("PUT", "images", "a", headers: [("Content-MD5", wrong)], body: [1])
      #expect(bad.elements("Code") == ["BadDigest"])
      let invalid = try await cloud.obs("PUT", "images", "a", headers: [("Content-MD5", "!")], body: [1])
      #expect(invalid.elements("Code") == ["InvalidDigest"])
      #expect(try await cloud.obs("HEAD", "images", "a").status == 404)
      _ = try await cloud.obs("PUT", "images", "cold", headers: [("x-obs-storage-class", "COLD")], body: [1])
      #expect(try await cloud.obs("GET", "images", "cold").elements("Code") == ["InvalidObjectState"])
      #expect(try await cloud.obs("HEAD", "images", "cold").header("x-obs-storage-class") == "COLD")
      let unknown = try await cloud.obs("PUT", "images", "b", headers: [("x-obs-storage-class", "HOT")], body: [1])
      #expect(unknown.elements("Code") == ["InvalidArgument"])
    }
  }

  /// A directory on another file system than `directory`'s; nil where there is none.
  private func elsewhere(than directory: String) -> String? {
    func device(_ path: String) -> Int? {
      (try? FileManager.default.attributesOfItem(atPath: path))?[.systemNumber] as? Int
    }
    return ["/dev/shm", "/run", "/var/tmp"].first {
      FileManager.default.isWritableFile(atPath: $0) && device($0) != device(directory)
    }
  }

  @Test("A bucket on another file system is read; that nothing can be moved into it is said as it is")
  func otherFileSystem() async throws {
    try await TestCloud.run { cloud async throws in
      guard let place = elsewhere(than: cloud.directory) else { return }
      let far = "\(place)/slipway-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: far, withIntermediateDirectories: false)
      defer { try? FileManager.default.removeItem(atPath: far) }
      try cloud.makeBucket("images")
      try FileManager.default.createSymbolicLink(
        atPath: cloud.directory + "/buckets/far", withDestinationPath: far)
      try Data([1, 2, 3]).write(to: URL(fileURLWithPath: far + "/there"))
      #expect(try await cloud.obs("GET", "far", "there").body == [1, 2, 3])
      let put = try await cloud.obs("PUT", "far", "new", body: [4, 5])
      #expect(put.status == 501)
      #expect(put.text.contains("another file system than DIR/uploads"), "\(put.text)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: far) == ["there"])
    }
  }

  @Test("Keys never lead out of their bucket, and operations that are not there say so")
  func safety() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      let outside = cloud.directory + "/outside"
      try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
      try Data("secret".utf8).write(to: URL(fileURLWithPath: outside + "/file"))
      try FileManager.default.createSymbolicLink(atPath: cloud.path("images", "out"), withDestinationPath: outside)
      for key in ["../../credentials.json", "..", "a/../../b", "out/file"] {
        #expect(try await cloud.obs("GET", "images", key).status == 404, "\(key)")
        #expect(try await cloud.obs("DELETE", "images", key).status == 204, "\(key)")
      }
      #expect(try await cloud.obs("PUT", "images", "../x", body: [1]).status == 400)
      #expect(try await cloud.obs("PUT", "images", "a//b", body: [1]).status == 400)
      #expect(try await cloud.obs("PUT", "images", "out/new", body: [1]).elements("Code") == ["AccessDenied"])
      #expect(try await cloud.obs("PUT", "images", "out/sub/new", body: [1]).elements("Code") == ["AccessDenied"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: outside) == ["file"])
      #expect(try await cloud.obs("GET", "images").elements("Key").isEmpty)
      for (method, query) in [("POST", "append"), ("GET", "versionId"), ("PUT", "tagging")] {
        let response = try await cloud.obs(
          method, "images", "a", query: [(query, nil)], body: method == "GET" ? nil : [])
        #expect(response.status == 501, "\(query)")
        #expect(response.elements("Code") == ["NotImplemented"])
      }
      _ = try await cloud.obs("PUT", "images", "file", body: [1])
      #expect(try await cloud.obs("PUT", "images", "file/below", body: [1]).elements("Code") == ["InvalidArgument"])
    }
  }

  @Test("Unsigned, foreign, wrong, late and expired requests are refused with their codes")
  func signatures() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.put([1, 2], "images", "a")
      let unsigned = try await cloud.send("GET", "/images/a")
      #expect(unsigned.status == 403)
      #expect(unsigned.elements("Code") == ["AccessDenied"])
      let foreign = AccessKey(access: "NOBODY", secret: Secret(cloud.access.secretKey))
      let wrong = AccessKey(access: cloud.access.accessKey, secret: Secret("wrong"))
      for kind in ObjectStorageSignature.allCases {
        #expect(
          try await cloud.obs("GET", "images", "a", kind: kind, signer: foreign).elements("Code") == [
            "InvalidAccessKeyId"
          ])
        let refused = try await cloud.obs("GET", "images", "a", kind: kind, signer: wrong)
        #expect(refused.elements("Code") == ["SignatureDoesNotMatch"])
        #expect(!refused.text.contains(cloud.access.secretKey))
        let late = try await cloud.obs("GET", "images", "a", kind: kind, date: Date(timeIntervalSinceNow: -1000))
        #expect(late.elements("Code") == ["RequestTimeTooSkewed"])
      }
      for kind in [ObjectStorageSignature.obs, .awsV2] {
        for (offset, status) in [(60, 200), (-60, 403)] {
          var request = ObjectRequest(method: "GET", bucket: "images", key: "a", addressing: .path)
          let expires = Int(Date().timeIntervalSince1970) + offset
          request.query += ObjectStorageSigner.urlParameters(request, kind: kind, key: cloud.key, expires: expires)
          let response = try await cloud.send("GET", request.wirePath + "?" + request.wireQuery)
          #expect(response.status == status, "\(response.text)")
        }
      }
    }
    try await TestCloud.run({ $0.maximumClockSkew = nil }) { cloud async throws in
      try cloud.put([1, 2], "images", "a")
      #expect(try await cloud.obs("GET", "images", "a", date: Date(timeIntervalSince1970: 1_000_000_000)).status == 200)
    }
  }

  @Test("The client of this package works against it", arguments: ObjectStorageSignature.allCases)
  func client(kind: ObjectStorageSignature) async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.put((0..<50).map { UInt8($0) }, "images", "dir/a.raw")
      let store = cloud.store(kind)
      let bucket = try await store.headBucket("images")
      #expect(bucket.region == "eu-de")
      #expect(bucket.storageClass == .standard)
      let info = try await store.headObject(bucket: "images", key: "dir/a.raw")
      #expect(info.size == 50)
      #expect(try await store.read(bucket: "images", key: "dir/a.raw", offset: 10, count: 1) == [10])
      #expect(try await store.read(bucket: "images", key: "dir/a.raw", offset: 49, count: 9) == [49])
      #expect(try await store.read(bucket: "images", key: "dir/a.raw", offset: 50, count: 9).isEmpty)
      try await store.put(bucket: "images", key: "b", body: [9])
      var keys: [String] = []
      for try await object in store.objects(bucket: "images") { keys.append(object.key) }
      #expect(keys == ["b", "dir/a.raw"])
    }
  }
}
