import CloudAccess
import DiskImages
import Foundation
import Testing

@testable import CloudSimulator

@Suite("Jobs that fail on the local cloud")
struct FailureTests {
  /// Submits and expects FAIL with a code and words of the reason.
  private func expect(
    _ cloud: TestCloud, _ request: JSONValue, _ code: String, _ words: [String], token: String
  ) async throws {
    let job = try await cloud.finished(cloud.submit(request, token: token), token: token)
    #expect(job["status"]?.stringValue == "FAIL", "\(job)")
    #expect(job["error_code"]?.stringValue == code, "\(job)")
    let reason = job["fail_reason"]?.stringValue ?? ""
    for word in words { #expect(reason.contains(word), "'\(word)' in: \(reason)") }
    #expect(!reason.contains(cloud.directory), "\(reason)")
    #expect(job["entities"]?["image_id"] == nil)
  }

  @Test("Missing buckets and objects, empty and misnamed files, and files without bitmap fail with their codes")
  func places() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      try cloud.put([], "images", "empty.zvhd2")
      try cloud.put([UInt8](repeating: 65, count: 70_000), "images", "text.zvhd2")
      try cloud.putZVHD2("images", "zvhd2-inside.raw")
      try cloud.put([1], "images", "zvhd2-inside.mf")
      try cloud.put([0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3] + [UInt8](repeating: 0, count: 70_000), "images", "qcow.raw")
      try cloud.put([1], "images", "qcow.mf")
      try cloud.putRaw(size: 1 << 20, "images", "nobitmap.raw", bitmap: false)
      let token = try await cloud.token()
      for (url, code, words) in [
        ("nowhere:a.zvhd2", "IMG.0069", ["nowhere"]),
        ("images:a.zvhd2", "IMG.0121", ["a.zvhd2", "images"]),
        ("images:empty.zvhd2", "IMG.0057", ["images:empty.zvhd2", "0 bytes"]),
        ("images:text.zvhd2", "IMG.0057", ["images:text.zvhd2", "ZVHD2"]),
        ("images:zvhd2-inside.raw", "IMG.0057", ["RAW", "ZVHD2"]),
        ("images:qcow.raw", "IMG.0158", ["QCOW2"]),
        ("images:nobitmap.raw", "IMG.0158", ["nobitmap.mf"]),
        ("images:../../credentials.zvhd2", "IMG.0121", []),
      ] {
        try await expect(cloud, TestCloud.system("x", url: url), code, words, token: token)
      }
      let list = try await cloud.ims("GET", "/v2/cloudimages?status=killed", token: token).json
      #expect(list["images"]?.arrayValue?.count == 8)
    }
  }

  @Test("Damaged ZVHD2 files fail: cut off, wrong checksum, broken frames, wrong data")
  func damage() async throws {
    try await TestCloud.run { cloud async throws in
      let whole = try TestCloud.zvhd2(diskSize: 8 << 20)
      var variants: [String: [UInt8]] = [:]
      variants["cut"] = Array(whole.dropLast(4096))
      var checksum = whole
      checksum[whole.count - 4096 + 48] ^= 1
      variants["checksum"] = checksum
      var frame = whole
      frame[4096] ^= 0xFF
      variants["frame"] = frame
      var payload = whole
      payload[4096 + 48] ^= 0xFF
      variants["payload"] = payload
      let token = try await cloud.token()
      for (name, bytes) in variants.sorted(by: { $0.key < $1.key }) {
        try cloud.put(bytes, "images", "\(name).zvhd2")
        let request = TestCloud.system(name, url: "images:\(name).zvhd2")
        try await expect(cloud, request, "IMG.0057", ["images:\(name).zvhd2", "damaged"], token: token)
      }
      try cloud.put(whole, "images", "cut.zvhd2")
      let again = try await cloud.finished(
        cloud.submit(TestCloud.system("cut", url: "images:cut.zvhd2"), token: token), token: token)
      #expect(again["status"]?.stringValue == "SUCCESS", "a changed file is read again")
    }
  }

  @Test("A disk that does not fit min_disk fails with the code of its kind, equal sizes pass")
  func sizes() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.putZVHD2(diskSize: (3 << 30) + 512, "images", "big.zvhd2")
      try cloud.putRaw(size: 2 << 30, "images", "two.raw")
      let token = try await cloud.token()
      let small = TestCloud.system("a", url: "images:big.zvhd2", minDisk: 3)
      try await expect(cloud, small, "IMG.0111", ["at least 4 GB", "found 3 GB"], token: token)
      let data: JSONValue = ["name": "d", "image_url": "images:two.raw", "min_disk": 1, "type": "DataImage"]
      try await expect(cloud, data, "IMG.0055", ["at least 2 GB"], token: token)
      for (url, size) in [("images:big.zvhd2", 4), ("images:two.raw", 2)] {
        let job = try await cloud.finished(
          cloud.submit(TestCloud.system("ok", url: url, minDisk: size), token: token), token: token)
        #expect(job["status"]?.stringValue == "SUCCESS")
      }
    }
    try await TestCloud.run({
      $0.minDiskMustExceedDisk = true; $0.smallDiskCode = "IMG.0055"
    }) { cloud async throws in
      try cloud.putRaw(size: 2 << 30, "images", "two.raw")
      let token = try await cloud.token()
      try await expect(
        cloud, TestCloud.system("a", url: "images:two.raw", minDisk: 2), "IMG.0055", ["at least 3 GB"], token: token)
    }
  }

  @Test("Files above the limit, disks above 1024 GB and cold storage are refused")
  func limits() async throws {
    try await TestCloud.run({ $0.fileSizeLimit = 4 << 30 }) { cloud async throws in
      try cloud.putRaw(size: 5 << 30, "images", "huge.raw")
      try cloud.makeBucket("warm")
      try cloud.putZVHD2("warm", "a.zvhd2")
      try await cloud.cloud.core.catalog.setStorageClass("WARM", of: "warm")
      let token = try await cloud.token()
      try await expect(
        cloud, TestCloud.system("a", url: "images:huge.raw", minDisk: 40), "IMG.0059", ["5368709120"], token: token)
      try await expect(
        cloud, TestCloud.system("a", url: "warm:a.zvhd2"), "IMG.0069", ["STANDARD", "WARM"], token: token)
    }
  }

  @Test("A file that only links lead to is not there")
  func links() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      let outside = cloud.directory + "/outside.zvhd2"
      try Data(TestCloud.zvhd2(diskSize: 1 << 20)).write(to: URL(fileURLWithPath: outside))
      try FileManager.default.createSymbolicLink(
        atPath: cloud.path("images", "link.zvhd2"), withDestinationPath: outside)
      try cloud.putZVHD2("images", "real.zvhd2")
      try FileManager.default.createSymbolicLink(
        atPath: cloud.path("images", "inner.zvhd2"), withDestinationPath: "real.zvhd2")
      let token = try await cloud.token()
      try await expect(cloud, TestCloud.system("a", url: "images:link.zvhd2"), "IMG.0121", [], token: token)
      let inner = try await cloud.finished(
        cloud.submit(TestCloud.system("b", url: "images:inner.zvhd2"), token: token), token: token)
      #expect(inner["status"]?.stringValue == "SUCCESS")
    }
  }

  @Test("The frames of a large ZVHD2 file are checked without unpacking")
  func frames() throws {
    let bytes = try TestCloud.zvhd2(diskSize: 8 << 20)
    func check(_ bytes: [UInt8]) throws {
      let source = DataByteSource(bytes)
      let reader = try ZVHD2Reader(source)
      try ZVHD2FrameCheck(source: source, header: reader.header, storedBlocks: reader.storedBlocks).run()
    }
    try check(bytes)
    var number = bytes
    number[4096 + 16] = 1
    #expect(throws: DiskImageError.self) { try check(number) }
    var size = bytes
    size[4096 + 15] = 0x7F
    #expect(throws: DiskImageError.self) { try check(size) }
  }
}
