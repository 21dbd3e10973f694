import CloudAccess
import Foundation
import ImageImport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@testable import CloudSimulator

@Suite("The server of the local cloud")
struct ServerTests {
  /// Sends bytes over a connection of its own and reads until the server is silent or closes.
  private func raw(_ cloud: TestCloud, _ text: String, until end: String) throws -> String {
    let port = try #require(cloud.access.endpoint.split(separator: ":").last.flatMap { UInt16($0) })
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var limit = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(connected == 0)
    let bytes = Array(text.utf8)
    let sent = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    try #require(sent == bytes.count)
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while !String(decoding: received, as: UTF8.self).contains(end) {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { break }
      received += buffer[..<count]
    }
    return String(decoding: received, as: UTF8.self)
  }

  @Test("A client that expects 100-continue gets it before it sends its body")
  func expectContinue() async throws {
    try await TestCloud.run { cloud async throws in
      let answer = try raw(
        cloud, "PUT /images/a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
        until: "\r\n\r\n")
      #expect(answer.hasPrefix("HTTP/1.1 100 Continue\r\n\r\n"), "\(answer)")
    }
  }

  @Test("Odd requests get an answer, and the server goes on")
  func oddRequests() async throws {
    try await TestCloud.run { cloud async throws in
      let token = try await cloud.token()
      for (method, path) in [
        ("GET", "/%"), ("GET", "/%00/%2e%2e/a"), ("GET", "/images/%FF%FE"), ("OPTIONS", "/v2/cloudimages"),
        ("TRACE", "/"),
        ("HEAD", "/"), ("GET", "//"), ("GET", "/v2"), ("GET", "/v1"), ("GET", "/v3/"), ("GET", "/v3/%2e%2e/x"),
        ("PUT", "/v2/cloudimages"), ("GET", "/v2/images/"), ("GET", "/?" + String(repeating: "a=b&", count: 2000)),
        ("DELETE", "/v1/cloudimages/tags"), ("GET", "/v2/x/images/y/tags/z"), ("POST", "/v2/x/images/y/tags/action"),
        ("GET", "/v2/" + String(repeating: "x/", count: 500)),
      ] {
        let response = try await cloud.send(method, path, headers: [("X-Auth-Token", token)])
        #expect((200..<500).contains(response.status), "\(method) \(path.prefix(60)): \(response.status)")
        #expect(response.header("X-Request-Id")?.count == 32)
      }
      for text in ["nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "POST /v2 HTTP/1.1\r\nContent-Length: x\r\n\r\n"] {
        #expect(try raw(cloud, text, until: "\r\n\r\n").hasPrefix("HTTP/1.1 400"), "\(text)")
      }
      let answer = try await cloud.ims("GET", "/v2/cloudimages", token: token)
      #expect(answer.status == 200)
    }
  }

  @Test("Two hundred requests at once get exactly as many tasks as there may be")
  func concurrency() async throws {
    try await TestCloud.run(scale: 1, { $0.imageQuota = 1000 }) { cloud async throws in
      let token = try await cloud.token()
      let codes = try await withThrowingTaskGroup(of: String.self) { group in
        for number in 0..<200 {
          group.addTask {
            let request = TestCloud.system("image-\(number)", url: "images:a.zvhd2")
            let answer = try await cloud.ims("POST", "/v2/cloudimages/quickimport/action", request, token: token)
            return answer.json["error"]?["code"]?.stringValue ?? "\(answer.status)"
          }
        }
        return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
      }
      #expect(codes == ["200": 40, "IMG.0060": 160])
    }
  }

  @Test("A wrong request is refused with the code and words of the first error that the rules know a code for")
  func rules() async throws {
    for dialect in CloudDialect.allCases {
      try await TestCloud.run({ $0.dialect = dialect }) { cloud async throws in
        let token = try await cloud.token()
        let good = try #require(TestCloud.system("a", url: "images:a.zvhd2").objectValue)
        var refused = 0
        for (field, value) in [
          ("name", ""), ("name", .string(String(repeating: "n", count: 129))), ("name", " a"), ("name", "a/b"),
          ("name", 5),
          ("name", .null), ("description", "a<b"), ("description", "a\rb"), ("image_url", "noname"),
          ("image_url", "https://x/y"), ("image_url", "images:a b.zvhd2"), ("image_url", "images:a.qcow2"),
          ("image_url", "UP:a.zvhd2"), ("min_disk", 0), ("min_disk", 1025), ("min_disk", "40"), ("min_disk", 1.5),
          ("min_disk", .null), ("type", "ecs"), ("os_version", .null), ("architecture", "mips"),
          ("hw_firmware_type", "efi"), ("cmk_id", "x"), ("tags", ["a.b.c"]), ("tags", ["a.b", "a.c"]),
          ("image_tags", [["key": "a"]]), ("enterprise_project_id", "x"),
          ("tags", .array((0..<21).map { .string("k\($0).v") })),
        ] as [(String, JSONValue)] {
          let request = JSONValue.object(good.merging([field: value]) { $1 })
          let report = RuleSet(dialect: dialect).report(for: ImportRequest(json: request))
          let error = report.errors.first { $0.code != nil }
          let answer = try await cloud.ims("POST", "/v2/cloudimages/quickimport/action", request, token: token)
          #expect(answer.status == (error == nil ? 200 : 400), "\(dialect) \(field) \(value)")
          guard let error else { continue }
          refused += 1
          #expect(answer.json["error"]?["code"]?.stringValue == error.code)
          #expect(answer.json["error"]?["message"]?.stringValue == error.message)
        }
        #expect(refused > 20)
        let list = try await cloud.ims("GET", "/v2/cloudimages", token: token).json
        #expect(list["images"]?.arrayValue?.count == 28 - refused)
      }
    }
  }

  @Test("Bodies made to hurt are refused quickly, and the server goes on")
  func hostileBodies() async throws {
    try await TestCloud.run { cloud async throws in
      let token = try await cloud.token()
      let bodies: [(String, [UInt8], String)] = [
        ("deep arrays", [UInt8](repeating: UInt8(ascii: "["), count: 100_000), "IMG.0001"),
        ("deep objects", Array(String(repeating: #"{"a":"#, count: 100_000).utf8), "IMG.0001"),
        ("no UTF-8", Array(#"{"name":""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8), "IMG.0001"),
        (
          "a name of 10 MB", Array(#"{"name":""#.utf8) + [UInt8](repeating: 97, count: 10_000_000) + Array(#""}"#.utf8),
          "IMG.0002"
        ),
      ]
      for (name, body, code) in bodies {
        let response = try await cloud.send(
          "POST", "/v2/cloudimages/quickimport/action", headers: [("X-Auth-Token", token)], body: body)
        #expect(response.status == 400, "\(name)")
        #expect(try JSONValue(parsing: response.body)["error"]?["code"]?.stringValue == code, "\(name)")
        #expect(response.body.count < 2000, "\(name)")
      }
      let answer = try await cloud.ims("GET", "/v2/cloudimages", token: token)
      #expect(answer.json["images"]?.arrayValue?.isEmpty == true)
    }
  }

  @Test("A file of one TiB is read at its ends and imported, without being read whole")
  func large() async throws {
    try await TestCloud.run { cloud async throws in
      try cloud.put([1], "images", "big.mf")
      try cloud.put([], "images", "big.raw")
      guard truncate(cloud.path("images", "big.raw"), 1 << 40) == 0 else { return }
      let head = try await cloud.obs("HEAD", "images", "big.raw")
      #expect(head.header("Content-Length") == "1099511627776")
      let tail = try await cloud.obs("GET", "images", "big.raw", headers: [("Range", "bytes=-4096")])
      #expect(tail.status == 206)
      #expect(tail.body == [UInt8](repeating: 0, count: 4096))
      let token = try await cloud.token()
      let job = try await cloud.finished(
        cloud.submit(TestCloud.system("big", url: "images:big.raw", minDisk: 1024), token: token), token: token)
      #expect(job["status"]?.stringValue == "SUCCESS", "\(job)")
      let begin = try #require(TimeText.parse(job["begin_time"]?.stringValue ?? ""))
      let end = try #require(TimeText.parse(job["end_time"]?.stringValue ?? ""))
      #expect(end.timeIntervalSince(begin) >= 1024 * 6)
    }
  }

  @Test("What cannot be listened on, held or made is told in plain words")
  func startFailures() async throws {
    try await TestCloud.run { cloud async throws in
      let port = try #require(cloud.access.endpoint.split(separator: ":").last.flatMap { Int($0) })
      let directory = TestCloud.temporaryDirectory()
      defer { try? FileManager.default.removeItem(atPath: directory) }
      var configuration = LocalCloudConfiguration(dataDirectory: directory)
      configuration.port = port
      let second = try LocalCloud(configuration: configuration)
      let error = await #expect(throws: LocalCloudError.self) { try await second.start() }
      #expect(error?.message.contains("127.0.0.1:\(port)") == true)
      await second.stop()
      configuration.clockScale = 0
      #expect(throws: LocalCloudError.self) { try LocalCloud(configuration: configuration) }
      configuration.clockScale = 1
      configuration.dataDirectory = cloud.directory
      let held = #expect(throws: LocalCloudError.self) { try LocalCloud(configuration: configuration) }
      #expect(held?.message.contains("in use") == true)
      configuration.dataDirectory = "/proc/nothing"
      #expect(throws: LocalCloudError.self) { try LocalCloud(configuration: configuration) }
      configuration.dataDirectory = directory
      try Data("no database, no database, no database".utf8).write(
        to: URL(fileURLWithPath: directory + "/cloud.sqlite"))
      let damaged = #expect(throws: LocalCloudError.self) { try LocalCloud(configuration: configuration) }
      #expect(damaged?.hint?.isEmpty == false)
    }
  }

  @Test("A cloud stops while clients keep connections open, starts only once, and leaves its directory to the next")
  func stopping() async throws {
    let directory = TestCloud.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let cloud = try LocalCloud(configuration: LocalCloudConfiguration(dataDirectory: directory))
    let access = try await cloud.start()
    let transport = AsyncHTTPTransport()
    let request = HTTPRequest(method: "GET", url: access.endpoint + "/v3")
    #expect(try await transport.send(request, timeouts: HTTPTimeouts(), bodyLimit: 1 << 20).status == 200)
    await #expect(throws: LocalCloudError.self) { try await cloud.start() }
    await cloud.stop()
    await cloud.stop()
    await #expect(throws: CloudError.self) {
      try await transport.send(request, timeouts: HTTPTimeouts(), bodyLimit: 1 << 20)
    }
    await transport.shutdown()
    let again = try LocalCloud(configuration: LocalCloudConfiguration(dataDirectory: directory))
    #expect(try await again.start().accessKey == access.accessKey)
    await again.stop()
  }
}
