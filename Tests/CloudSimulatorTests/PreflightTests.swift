import CloudAccess
import Foundation
import ImageImport
import ObjectStorage
import Testing

@testable import CloudSimulator

@Suite("Preflight against the local cloud")
struct PreflightTests {
  /// A mistake, the check that finds it, and what the cloud itself says when the check is left out; nil where it lets it pass.
  struct Mistake: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var check: String
    var rule: Int
    /// Another check that finds the same.
    var twin: String?
    var severity = Severity.error
    var refusal: String?
    var key = "x.zvhd2"
    var minDisk = 40
    var configure: @Sendable (inout LocalCloudConfiguration) -> Void = { _ in }
    var prepare: @Sendable (TestCloud) async throws -> Void
  }

  /// Makes `images:x.zvhd2` of a storage class.
  private static func putSample(_ cloud: TestCloud, _ storageClass: String) async throws {
    let answer = try await cloud.obs(
      "PUT", "images", "x.zvhd2", headers: [("x-obs-storage-class", storageClass)],
      body: try TestCloud.zvhd2(diskSize: 8 << 20))
    #expect(answer.status == 200)
  }

  static let mistakes: [Mistake] = [
    Mistake(testDescription: "no bucket", check: "bucket", rule: 61, refusal: "IMG.0069") { _ in },
    Mistake(testDescription: "a warm bucket", check: "bucket_class", rule: 69, refusal: "IMG.0069") { cloud in
      _ = try await cloud.obs("PUT", "images", headers: [("x-obs-storage-class", "WARM")])
      // In class Standard, so that the bucket's is the only mistake.
      try await putSample(cloud, "STANDARD")
    },
    Mistake(testDescription: "no object", check: "object", rule: 65, refusal: "IMG.0121") {
      try $0.makeBucket("images")
    },
    Mistake(testDescription: "an empty object", check: "object", rule: 65, refusal: "IMG.0057") {
      try $0.put([], "images", "x.zvhd2")
    },
    Mistake(
      testDescription: "a huge object", check: "object_size", rule: 66, twin: "disk_size", refusal: "IMG.0059",
      key: "x.raw"
    ) {
      try $0.putRaw(size: (1 << 40) + 512, "images", "x.raw")
    },
    Mistake(testDescription: "a cold object", check: "object_class", rule: 70, refusal: "IMG.0057") { cloud in
      try cloud.makeBucket("images")
      try await putSample(cloud, "COLD")
    },
    Mistake(
      testDescription: "a warm object", check: "object_class", rule: 70, severity: .warning, refusal: nil
    ) { cloud in
      try cloud.makeBucket("images")
      try await putSample(cloud, "WARM")
    },
    Mistake(testDescription: "no bitmap", check: "bitmap_file", rule: 21, refusal: "IMG.0158", key: "x.raw") {
      try $0.putRaw(size: 1 << 20, "images", "x.raw", bitmap: false)
    },
    Mistake(
      testDescription: "a manifest for a bitmap", check: "bitmap_file", rule: 21, refusal: nil, key: "dir/x.RAW"
    ) {
      try $0.putRaw(size: 1 << 20, "images", "dir/x.RAW", bitmap: false)
      try $0.put(Array("SHA256(x.raw)= 0123".utf8), "images", "dir/x.mf")
    },
    Mistake(
      testDescription: "an empty bitmap", check: "bitmap_file", rule: 75, severity: .warning, refusal: nil, key: "x.raw"
    ) {
      try $0.putRaw(size: 1 << 20, "images", "x.raw", bitmap: false)
      try $0.put([], "images", "x.mf")
    },
    Mistake(
      testDescription: "an old bitmap", check: "bitmap_file", rule: 21, severity: .warning, refusal: nil, key: "x.raw"
    ) { cloud in
      try cloud.putRaw(size: 1 << 20, "images", "x.raw")
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -3600)], ofItemAtPath: cloud.path("images", "x.mf"))
    },
    Mistake(testDescription: "another format inside", check: "content", rule: 73, refusal: "IMG.0158") {
      try $0.put([0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3] + [UInt8](repeating: 0, count: 4088), "images", "x.zvhd2")
    },
    Mistake(
      testDescription: "a file cut off", check: "content", rule: 73, severity: .warning, refusal: "IMG.0057"
    ) { cloud in
      try cloud.put(Array(try TestCloud.zvhd2(diskSize: 8 << 20).dropLast(4096)), "images", "x.zvhd2")
    },
    Mistake(testDescription: "too small a min_disk", check: "min_disk", rule: 27, refusal: "IMG.0111", minDisk: 2) {
      try $0.putZVHD2(diskSize: (2 << 30) + 512, "images", "x.zvhd2")
    },
    Mistake(
      testDescription: "no quota", check: "quota", rule: 62, refusal: "IMG.0015", configure: { $0.imageQuota = 0 }
    ) { try $0.putSample() },
    Mistake(
      testDescription: "a name in use", check: "name", rule: 5, severity: .warning, refusal: "IMG.0009",
      configure: { $0.refusesDuplicateNames = true }
    ) { cloud in
      try cloud.putSample()
      let token = try await cloud.token()
      _ = try await cloud.finished(
        try await cloud.submit(TestCloud.system("web01", url: "images:x.zvhd2"), token: token), token: token)
    },
  ]

  @Test("finds what the cloud would fail for, and with the check left out the cloud does", arguments: mistakes)
  func mistake(_ mistake: Mistake) async throws {
    try await TestCloud.run(mistake.configure) { cloud in
      try await mistake.prepare(cloud)
      let client = cloud.client(scale: 1_000_000, checks: true)
      let request = ImportRequest(
        json: TestCloud.system("web01", url: "images:" + mistake.key, minDisk: mistake.minDisk))
      let report = try await client.imports.preflight(request)
      let checks = [mistake.check] + (mistake.twin.map { [$0] } ?? [])
      #expect(report.findings.map(\.check) == checks, "\(report.findings)")
      #expect(report.findings.first?.rule == mistake.rule && report.findings.first?.severity == mistake.severity)
      if mistake.severity == .error {
        let error = await #expect(throws: ImportError.self) { try await client.imports.importImage(request) }
        #expect(error?.kind == .preflight && error?.code == report.errors.first?.code, "\(String(describing: error))")
        #expect(error?.hint?.contains("--skip-preflight \(checks.joined(separator: ","))") == true)
      }
      var options = SubmitOptions()
      try options.preflight.skip(checks)
      let outcome = await Result { try await client.imports.importImage(request, options: options) }
      switch outcome {
      case .success: #expect(mistake.refusal == nil)
      case .failure(let error):
        #expect((error as? ImportError)?.code == mistake.refusal, "\(error)")
        #expect((error as? ImportError)?.kind != .preflight)
      }
    }
  }

  @Test("finds a bucket in another region than the image service's")
  func otherRegion() async throws {
    try await TestCloud.run { cloud in
      try cloud.putSample()
      var profile = cloud.access.signedProfile
      profile.region = "eu-nl"
      profile.projectName = nil
      let report = try await cloud.client(profile, checks: true).imports.preflight(TestCloud.request("web01"))
      #expect(report.errors.map(\.check) == ["bucket_region"] && report.errors.map(\.code) == ["IMG.0058"])
    }
  }

  @Test("takes credentials of another project for an error, wrong ones for object storage for a warning")
  func credentials() async throws {
    try await TestCloud.run { cloud in
      try cloud.putSample()
      var stranger = cloud.access.signedProfile
      stranger.projectID = "ffffffffffffffffffffffffffffffff"
      let refused = try await cloud.client(stranger, checks: true).imports.preflight(TestCloud.request("web01"))
      #expect(refused.errors.map(\.check) == ["project"] && refused.findings.count == 1, "\(refused.findings)")
      var wrong = cloud.access.profile
      wrong.objectStorageKey = AccessKey(access: cloud.access.accessKey, secret: Secret("no"))
      let unseen = try await cloud.client(wrong, checks: true).imports.preflight(TestCloud.request("web01"))
      #expect(unseen.isValid && unseen.warnings.map(\.check) == ["bucket", "object"], "\(unseen.findings)")
      #expect(unseen.warnings.allSatisfy { $0.message.contains("403") })
      wrong.objectStorageKey = nil
      let client = cloud.client(wrong, checks: true)
      let blind = try await client.imports.preflight(TestCloud.request("web01"))
      #expect(blind.isValid && blind.warnings.map(\.check) == ["bucket"], "\(blind.findings)")
      #expect(blind.warnings.first?.message.contains("has no access key") == true)
      // What could not be looked at is imported all the same.
      #expect(try await client.imports.importImage(TestCloud.request("web01")).imageName == "web01")
    }
  }

  @Test("asks for a bucket, a file and the quota once, however many imports want to know")
  func shared() async throws {
    try await TestCloud.run({ $0.imageQuota = 1000 }) { cloud in
      try cloud.putSample()
      let client = cloud.client(scale: 1_000_000, checks: true)
      let count = 60
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index in 0..<count {
          group.addTask { _ = try await client.imports.submit(TestCloud.request("web\(index)")) }
        }
        try await group.waitForAll()
      }
      let calls = cloud.cloud.callCounts
      #expect(calls[.submit] == count)
      #expect(calls[.bucket] == 1 && calls[.object_head] == 1, "\(calls)")
      // The admission of many asks for the quota as well.
      #expect((1...2).contains(calls[.quota] ?? 0), "\(calls)")
      // Header and footer of the one file.
      #expect((calls[.object_get] ?? 0) <= 4, "\(calls)")
    }
  }

  @Test("an upload makes it look again, and so does a refusal")
  func looksAgain() async throws {
    try await TestCloud.run { cloud in
      try cloud.putZVHD2(diskSize: 50 << 30, "images", "x.zvhd2")
      let client = cloud.client(checks: true)
      let preflight = try #require(client.imports.preflight)
      #expect(try await preflight.report(for: TestCloud.request("web01")).errors.map(\.check) == ["min_disk"])
      try cloud.putZVHD2(diskSize: 8 << 20, "images", "x.zvhd2")
      preflight.objectWasUploaded(bucket: "images", key: "x.zvhd2")
      #expect(try await preflight.report(for: TestCloud.request("web01")).isValid)
    }
  }

  @Test("a network that answers nothing in time is a warning, and the import goes on")
  func timeout() async throws {
    try await TestCloud.run({ $0.faults = [Fault(.slowHeaders(.seconds(20)), FaultMatch([.object_head]))] }) { cloud in
      try cloud.putSample()
      let client = cloud.client(scale: 1_000_000, checks: true)
      var options = SubmitOptions()
      options.preflight.timeout = .milliseconds(300)
      let result = try await client.imports.importImage(TestCloud.request("web01"), options: options)
      #expect(result.imageName == "web01")
      let reports = client.events.all.compactMap { event in
        if case .preflighted(_, let report) = event { report } else { nil }
      }
      #expect(reports.first?.warnings.count == 1)
      #expect(reports.first?.warnings.first?.message.hasSuffix("no answer came within 300 ms.") == true, "\(reports)")
    }
  }
}

extension Result where Failure == any Error {
  init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
