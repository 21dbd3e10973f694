import CloudAccess
import Foundation
import GRDB
import Testing

@testable import CloudSimulator

@Suite("Input meant to break the local cloud")
struct HostileInputTests {
  @Test("The end of a range may be any number, also the largest one")
  func rangeEnd() {
    func range(_ text: String) -> ByteRange { ByteRange(text, size: 1000, ignoresSingleBytes: true) }
    #expect(range("bytes=0-18446744073709551615") == .parts([0..<1000]))
    #expect(range("bytes=10-99999999999999999999999999") == .parts([10..<1000]))
    #expect(range("bytes=-99999999999999999999999999") == .parts([0..<1000]))
    #expect(range("bytes=99999999999999999999999999-") == .unsatisfiable)
    #expect(range("bytes=+1-9") == .whole)
  }

  @Test(
    "Pages of tags beyond all numbers are empty", arguments: ["page=-9223372036854775808", "page=9223372036854775807"])
  func tagPages(page: String) async throws {
    try await TestCloud.run { cloud async throws in
      let token = try await cloud.token()
      let (status, json) = try await cloud.ims("GET", "/v1/cloudimages/tags?limit=2&" + page, token: token)
      #expect(status == 200)
      #expect(json["tags"]?.arrayValue?.isEmpty == true)
    }
  }

  @Test(
    "A combining mark behind a slash does not hide the dots before it", arguments: ["../\u{301}x", "../\u{301}x/y"])
  func hiddenDots(key: String) async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      #expect(try await cloud.obs("PUT", "images", key, body: [1]).status == 400)
      #expect(try FileManager.default.contentsOfDirectory(atPath: cloud.directory + "/buckets") == ["images"])
    }
  }

  @Test(
    "Keys with marks behind their slashes are keys like others", arguments: ["\u{301}x", "a/\u{301}b/c", "\u{600}/x"])
  func marks(key: String) async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      #expect(try await cloud.obs("PUT", "images", key, body: [1]).status == 200)
      #expect(try await cloud.obs("GET", "images", key).body == [1])
      let list = try await cloud.obs("GET", "images", query: [("prefix", key), ("encoding-type", "url")])
      #expect(list.elements("Key") == [PercentEncoding.encode(key, allowing: "/")])
      #expect(try await cloud.obs("DELETE", "images", key).status == 204)
      #expect(try FileManager.default.contentsOfDirectory(atPath: cloud.path("images", "")).isEmpty)
    }
  }

  @Test("Two spellings of a character are two objects with facts of their own")
  func spellings() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.makeBucket("images")
      let keys = ["caf\u{E9}.raw", "cafe\u{301}.raw"]
      for (number, key) in keys.enumerated() {
        _ = try await cloud.obs("PUT", "images", key, headers: [("Content-Type", "x/\(number)")], body: [UInt8(number)])
      }
      for (number, key) in keys.enumerated() {
        let answer = try await cloud.obs("GET", "images", key)
        #expect(answer.header("Content-Type") == "x/\(number)")
        #expect(answer.body == [UInt8(number)])
      }
    }
  }

  @Test("A bucket whose name a file has cannot be made")
  func bucketIsFile() async throws {
    try await TestCloud.run { cloud async throws in
      #expect(FileManager.default.createFile(atPath: cloud.directory + "/buckets/taken", contents: nil))
      let answer = try await cloud.obs("PUT", "taken")
      #expect(answer.status == 409)
      #expect(answer.elements("Code") == ["BucketAlreadyExists"])
    }
  }

  @Test("A field that the service ignores is no reason to refuse, whatever a client should say of it")
  func ignoredField() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.putZVHD2("images", "a.zvhd2")
      let token = try await cloud.token()
      var request = try #require(TestCloud.system("one", url: "images:a.zvhd2").objectValue)
      request["cmk_id"] = "0b2c"
      let job = try await cloud.finished(try await cloud.submit(.object(request), token: token), token: token)
      #expect(job["status"]?.stringValue == "SUCCESS")
    }
  }

  @Test(
    "A state that is no state of this version is refused with advice, and not touched",
    arguments: [
      ("newer version", "INSERT INTO grdb_migrations VALUES ('of the future')"),
      ("damaged", "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 3 WHERE name = 'job'"),
    ])
  func foreignState(word: String, change: String) throws {
    let directory = TestCloud.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let path = directory + "/cloud.sqlite"
    try StateStore(path: path).close()
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { database in
      try database.execute(sql: change)
      try database.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
    }
    try queue.close()
    try expectRefusal(of: path, naming: word)
  }

  @Test("A database of another program is refused with advice, and not touched")
  func foreignDatabase() throws {
    let directory = TestCloud.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let path = directory + "/cloud.sqlite"
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: "CREATE TABLE other (a)") }
    try queue.close()
    try expectRefusal(of: path, naming: "not the state of a local cloud")
  }

  @Test("Values of the wrong type do not get into the state")
  func strictTables() throws {
    let directory = TestCloud.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let store = try StateStore(path: directory + "/cloud.sqlite")
    #expect(throws: DatabaseError.self) {
      try store.queue.write { try $0.execute(sql: "INSERT INTO fact VALUES ('real', 'yesterday')") }
    }
    try store.close()
  }

  private func expectRefusal(of path: String, naming word: String) throws {
    let before = FileManager.default.contents(atPath: path)
    let error = #expect(throws: LocalCloudError.self) { try StateStore(path: path) }
    #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
    #expect(error?.hint?.contains("move it away") == true)
    #expect(FileManager.default.contents(atPath: path) == before)
  }
}
