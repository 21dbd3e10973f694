import CloudAccess
import Foundation
import ObjectStorage
import Testing

@testable import CloudSimulator

@Suite("Faults of object storage")
struct ObjectFaultTests {
  @Test("Every call of object storage has its name")
  func names() {
    for (method, path, query, isCopy, call) in [
      ("POST", ["b", "k"], "uploads", false, .upload_start),
      ("PUT", ["b", "k"], "partNumber=1&uploadId=x", false, .upload_part),
      ("PUT", ["b", "k"], "uploadId=x&partNumber=1", true, .upload_part),
      ("GET", ["b", "k"], "uploadId=x", false, .upload_parts),
      ("POST", ["b", "k"], "uploadId=x", false, .upload_complete),
      ("DELETE", ["b", "k"], "uploadId=x", false, .upload_abort),
      ("GET", ["b"], "uploads&prefix=a", false, .upload_list), ("PUT", ["b", "k"], "", true, .object_copy),
      ("PUT", ["b", "k"], "", false, .object_put), ("POST", ["b"], "delete", false, .objects_delete),
      ("GET", ["b"], "prefix=uploads", false, .object_list), ("GET", ["b", "uploads"], "", false, .object_get),
    ] as [(String, [String], String, Bool, FaultCall)] {
      #expect(
        FaultCall(method: method, segments: path, query: query, isCopy: isCopy) == call, "\(method) \(path) \(query)")
    }
  }

  @Test("A part whose answer is lost is there all the same, and sending it again changes nothing")
  func lostPart() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      let id = try await cloud.startUpload("images", "a")
      let bodies = [UploadTests.bytes(1, UploadTests.unit), UploadTests.bytes(2, UploadTests.unit)]
      cloud.cloud.add(try Fault("reply_lost_after:upload_part:count=1"))
      await #expect(throws: (any Error).self) { try await cloud.uploadPart("images", "a", id, 1, bodies[0]) }
      let parts = try [
        (1, await cloud.part("images", "a", id, 1, bodies[0])), (2, await cloud.part("images", "a", id, 2, bodies[1])),
      ]
      cloud.cloud.add(try Fault("reply_lost_after:upload_complete:count=1"))
      await #expect(throws: (any Error).self) { try await cloud.completeUpload("images", "a", id, parts) }
      let head = try await cloud.obs("HEAD", "images", "a")
      #expect(head.header("x-obs-uploadId") == id)
      #expect(try await cloud.obs("GET", "images", "a").body == bodies.flatMap { $0 })
    }
  }

  @Test("A connection that breaks within a part leaves the upload as it was, and its bytes are counted")
  func cutPart() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      let id = try await cloud.startUpload("images", "a")
      cloud.cloud.add(try Fault("request_cut=50000:upload_part:count=1"))
      await #expect(throws: (any Error).self) {
        try await cloud.uploadPart("images", "a", id, 1, [UInt8](repeating: 7, count: 5_000_000))
      }
      #expect(try await cloud.obs("GET", "images", "a", query: [("uploadId", id)]).elements("PartNumber").isEmpty)
      let received = try #require(cloud.cloud.core.receivedBytes[.upload_part])
      #expect((50_000...5_000_000).contains(received))
    }
  }

  @Test("Object storage refuses in its own words: SlowDown, TooManyRequests, a status in XML")
  func refusals() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      let id = try await cloud.startUpload("images", "a")
      for (fault, status, code) in [
        ("refused=SlowDown:upload_part:count=1", 503, "SlowDown"),
        ("throttled=3:upload_part:count=1", 429, "TooManyRequests"),
        ("status=500:upload_part:body=xml:count=1", 500, "InternalError"),
        ("refused=NoSuchUpload:upload_part:count=1", 404, "NoSuchUpload"),
      ] {
        cloud.cloud.add(try Fault(fault))
        let reply = try await cloud.uploadPart("images", "a", id, 1, [1])
        #expect(reply.status == status, "\(fault)")
        #expect(reply.elements("Code") == [code], "\(fault)")
        if status == 429 { #expect(reply.header("Retry-After") == "3") }
      }
      #expect(try await cloud.uploadPart("images", "a", id, 1, [1]).status == 200)
      for wrong in ["refused=SlowDown", "refused=SlowDown:submit", "refused=IMG.0057:upload_part"] {
        #expect(throws: FaultError.self, "\(wrong)") { try Fault(wrong) }
      }
    }
  }

  @Test("A request's body can be taken slowly")
  func slowRequest() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      cloud.cloud.add(try Fault("slow_request=100000:object_put:count=1"))
      let start = ContinuousClock.now
      #expect(try await cloud.obs("PUT", "images", "a", body: [UInt8](repeating: 1, count: 20_000)).status == 200)
      let time = start.duration(to: .now)
      #expect(time >= .milliseconds(200))
    }
  }
}
