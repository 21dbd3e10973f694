import CloudAccess
import DiskImages
import Foundation
import ObjectStorage
import Testing

@testable import ImageImport

/// Facts that one check must judge, and how grave it must find them in each dialect; nil for no finding.
struct PreflightCase: Sendable, CustomTestStringConvertible {
  var check: String
  var rule: Int
  var what: String
  var otc: Severity?
  var huawei: Severity?
  var code: String?
  var request = Samples.system
  var change: @Sendable (inout PreflightFacts) -> Void

  var testDescription: String { "\(check): \(what)" }

  init(
    _ check: String, _ rule: Int, _ what: String, _ severity: Severity?, code: String? = nil,
    _ change: @escaping @Sendable (inout PreflightFacts) -> Void
  ) {
    self.init(check, rule, what, otc: severity, huawei: severity, code: code, change)
  }

  init(
    _ check: String, _ rule: Int, _ what: String, otc: Severity?, huawei: Severity?, code: String? = nil,
    _ change: @escaping @Sendable (inout PreflightFacts) -> Void
  ) {
    (self.check, self.rule, self.what, self.otc, self.huawei, self.code) = (check, rule, what, otc, huawei, code)
    self.change = change
  }

  /// The same about a RAW file.
  var raw: PreflightCase {
    var copy = self
    copy.request = PreflightFacts.rawRequest
    return copy
  }

  func report(in dialect: CloudDialect) -> ValidationReport {
    var facts = request == PreflightFacts.rawRequest ? PreflightFacts.goodRaw : PreflightFacts.good
    change(&facts)
    return PreflightJudge.report(request, facts, dialect)
  }
}

extension PreflightJudge {
  static func report(
    _ request: ImportRequest, _ facts: PreflightFacts, _ dialect: CloudDialect = .otc, skipping: Set<String> = []
  ) -> ValidationReport {
    PreflightJudge(
      request: request, rules: RuleSet(dialect: dialect), facts: facts,
      checks: PreflightCheck.all.filter { !skipping.contains($0.name) && $0.applies(to: request) }
    ).report
  }
}

extension PreflightFailure {
  static func refusal(
    _ status: Int, _ kind: CloudError.Kind, _ what: String = "HEAD", code: String? = nil
  ) -> PreflightFailure {
    PreflightFailure(
      CloudError(
        kind: kind, message: "\(what) was answered with status \(status).", code: code, status: status,
        delivery: .answered))
  }

  static let missing = refusal(404, .not_found, code: "NoSuchKey")
  static let forbidden = refusal(403, .permission, code: "AccessDenied")
}

extension PreflightFacts {
  static let rawRequest = Samples.system.with(["image_url": "ims-image:web01.raw"])
  static let changed = Date(timeIntervalSince1970: 1_700_000_000)

  /// Facts about which no check has anything to say.
  static let good: PreflightFacts = {
    var facts = PreflightFacts(
      region: "eu-de", projectName: "eu-de_team", projectID: "0123456789abcdef0123456789abcdef")
    facts.bucket = .known(BucketInfo(name: "ims-image", region: "eu-de"))
    facts.object = .known(ObjectInfo(bucket: "ims-image", key: "web01.zvhd2", size: 1 << 30, lastModified: changed))
    facts.header = .known(DiskInspection(format: .zvhd2, fileSize: 1 << 30, virtualSize: 40 << 30))
    facts.quota = ImageQuota(json: quota(used: 3, of: 50)).map { .known($0) } ?? .notAsked
    facts.images = .known(ImageRoll())
    return facts
  }()

  static let goodRaw: PreflightFacts = {
    var facts = good
    let bitmap = ObjectInfo(bucket: "ims-image", key: "web01.mf", size: 100, lastModified: changed + 1)
    facts.bitmap = .known(Bitmap(info: bitmap, start: [1, 2, 3]))
    facts.header = .known(DiskInspection(format: .raw, fileSize: 1 << 30, virtualSize: 1 << 30))
    return facts
  }()

  static func quota(used: Int, of quota: Int) -> JSONValue {
    [
      "quotas": [
        "resources": [["type": "image", "used": .integer(Int64(used)), "quota": .integer(Int64(quota))]]
      ]
    ]
  }

  mutating func set(bucket change: (inout BucketInfo) -> Void) {
    guard case .known(var info) = bucket else { return }
    change(&info)
    bucket = .known(info)
  }

  mutating func set(object change: (inout ObjectInfo) -> Void) {
    guard case .known(var info) = object else { return }
    change(&info)
    object = .known(info)
  }

  mutating func set(header change: (inout DiskInspection) -> Void) {
    guard case .known(var inspection) = header else { return }
    change(&inspection)
    header = .known(inspection)
  }

  mutating func set(bitmap change: (inout Bitmap) -> Void) {
    guard case .known(var found) = bitmap else { return }
    change(&found)
    bitmap = .known(found)
  }

  mutating func set(images statuses: [(name: String, status: String)]) {
    var roll = ImageRoll()
    for (index, image) in statuses.enumerated() {
      roll.add(
        ImageRecord(json: [
          "id": .string("image-\(index)"), "name": .string(image.name), "status": .string(image.status),
        ]))
    }
    images = .known(roll)
  }
}
