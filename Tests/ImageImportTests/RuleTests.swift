import CloudAccess
import Testing

@testable import ImageImport

@Suite("The rules")
struct RuleTests {
  @Test("find what they must, as grave as they must, and nothing else", arguments: RuleCases.all)
  func cases(_ example: RuleCase) {
    for dialect in CloudDialect.allCases {
      let findings = example.findings(in: dialect)
      guard let wanted = example.severity(in: dialect) else {
        #expect(findings.isEmpty, "\(dialect)")
        continue
      }
      #expect(!findings.isEmpty, "\(dialect)")
      #expect(findings.contains { $0.severity == wanted }, "\(dialect): \(findings)")
      for finding in findings {
        #expect(!finding.message.isEmpty && finding.message.hasSuffix("."))
        #expect(finding.hint?.isEmpty == false, "every finding says what to do")
        #expect(!finding.message.unicodeScalars.contains { $0.value < 32 })
      }
    }
  }

  @Test("with a check have both a refusing and an accepting case")
  func coverage() {
    for rule in RuleSet.all where rule.check != nil {
      let cases = RuleCases.all.filter { $0.rule == rule.number }
      #expect(cases.contains { $0.otc != nil || $0.huawei != nil }, "rule \(rule.number)")
      #expect(cases.contains { $0.otc == nil && $0.huawei == nil }, "rule \(rule.number)")
    }
  }

  @Test("are those of the table: 0 to 80, in order, each with a name of its own")
  func numbers() {
    #expect(RuleSet.all.map(\.number) == Array(0...80))
    #expect(Set(RuleSet.all.map(\.name)).count == 81)
    #expect(RuleSet.rule(46)?.name == "tag-styles")
  }

  @Test("name codes which the catalogue knows")
  func codes() {
    for rule in RuleSet.all {
      guard let code = rule.code else { continue }
      #expect(ErrorCatalogue.entry(code) != nil, "rule \(rule.number)")
    }
  }

  @Test("are silent about good requests", arguments: CloudDialect.allCases)
  func silence(dialect: CloudDialect) {
    for request in [Samples.system, Samples.data] {
      #expect(RuleSet(dialect: dialect).report(for: request).findings.isEmpty)
    }
  }

  @Test("refuse the .qcow2 of the documentation's data disks, and nothing else in its examples")
  func documentation() throws {
    let examples = try Repository.fixture("seed-requests.json")
    for name in ImportRequestTests.examples {
      let request = ImportRequest(json: try #require(examples[name]))
      let report = RuleSet(dialect: .otc).report(for: request)
      #expect(report.findings.map(\.rule) == (name.hasPrefix("data") ? [19] : []))
      let repaired = request.with(["image_url": "ims-image:centos70.zvhd2"])
      #expect(RuleSet(dialect: .otc).report(for: repaired).findings.isEmpty)
    }
  }

  @Test("report everything at once, in the order of their numbers, and the same each time")
  func together() {
    let request = ImportRequest(json: [
      "name": " bad/name ", "image_url": "Bucket:a b.qcow2", "min_disk": "40", "type": "ecs", "tags": ["a", "a.b.c"],
      "cmk_id": "x", "imageurl": "y",
    ])
    let report = RuleSet(dialect: .otc).report(for: request)
    #expect(report.findings.map(\.rule) == [3, 4, 12, 16, 19, 23, 29, 30, 43, 45, 47, 48, 54])
    #expect(report == RuleSet(dialect: .otc).report(for: request))
    #expect(!report.isValid && report.errors.count + report.warnings.count == report.findings.count)
  }

  @Test(
    "say what was meant",
    arguments: [
      (["minDisk": 40], 45, "Did you mean min_disk?"), (["image_ur": "a:b"], 45, "Did you mean image_url?"),
      (["url": "a:b"], 45, "Did you mean image_url?"), (["type": "dataimage"], 29, "Did you mean \"DataImage\"?"),
      (["architecture": "aarch64"], 36, "Did you mean \"arm\"?"),
      (["hw_firmware_type": "UEFI"], 38, "Did you mean \"uefi\"?"),
      (["os_version": "centos 7.0 64bit"], 31, "Did you mean \"CentOS 7.0 64bit\"?"),
      (["os_version": "CentOS 7.0 64bitt"], 31, "Did you mean \"CentOS 7.0 64bit\""),
      (["min_disk": "40"], 23, "Write 40 without quotes."),
      (["image_url": "images/a/b.raw"], 10, "Write \"images:a/b.raw\"."),
      (["image_url": "obs://images/a.raw"], 11, "Write \"images:a.raw\"."),
      (["image_url": "https://images.obs.eu-de.otc.t-systems.com/a.raw"], 11, "Write \"images:a.raw\"."),
      (["image_url": "Images:a.raw"], 12, "Did you mean \"images\"?"),
    ] as [([String: JSONValue], Int, String)])
  func hints(changes: [String: JSONValue], rule: Int, hint: String) throws {
    let report = RuleSet(dialect: .otc).report(for: Samples.system.with(changes))
    let finding = try #require(report.findings.first { $0.rule == rule })
    #expect(finding.hint?.hasPrefix(hint) == true, "\(finding.hint ?? "none")")
  }

  @Test("quote what came, shortened and without control characters")
  func quoting() throws {
    let long = RuleSet(dialect: .otc).report(for: Samples.system.with(["name": .string(letters(1_000_000))]))
    let message = try #require(long.findings.first).message
    #expect(message.count < 200 && message.contains("1000000"))
    let evil = RuleSet(dialect: .otc).report(for: Samples.system.with(["name": "a\u{1B}[2J\u{202E}\"b"]))
    #expect(try #require(evil.findings.first).message.contains(#"a\u{1B}[2J\u{202E}\"b"#))
  }

  @Test("take little time and room for huge values", .timeLimit(.minutes(1)))
  func hugeValues() {
    let huge = JSONValue.string(letters(10_000_000))
    var request = ImportRequest()
    for field in RequestField.allCases { request[field] = huge }
    request[.imageURL] = .string("bucket:" + letters(10_000_000, "a/"))
    request[.tags] = .array(Array(repeating: .string(letters(100, ".")), count: 10_000))
    request[.imageTags] = [["key": huge, "value": huge]]
    for index in 0..<1000 { request["unknown\(index)"] = true }
    let start = ContinuousClock.now
    let report = RuleSet(dialect: .otc).report(for: request)
    #expect(ContinuousClock.now - start < .seconds(30))
    #expect(!report.isValid && report.findings.allSatisfy { $0.message.utf8.count < 2000 })
  }

  @Test("make the page of the documentation")
  func page() throws {
    #expect(
      try Repository.text("docs/reference/rules.md") == RuleSet.markdown,
      "write it anew: SLIPWAY_WRITE_DOCS=1 swift test --filter RulePageTests")
  }

  @Test("become JSON for --output json")
  func json() throws {
    let json = RuleSet(dialect: .otc).report(for: Samples.system.with(["name": ""])).json
    #expect(json["ok"] == false)
    let error = try #require(json["errors"]?[0])
    #expect(error["rule"] == 1 && error["field"] == "name" && error["code"] == "IMG.0013")
    #expect(json["warnings"] == [])
  }
}
