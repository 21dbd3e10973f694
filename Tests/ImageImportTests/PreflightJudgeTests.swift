import CloudAccess
import Testing

@testable import ImageImport

@Suite("The checks of preflight")
struct PreflightJudgeTests {
  @Test("find what they must, as grave as they must, and nothing else", arguments: PreflightCases.all)
  func cases(_ example: PreflightCase) throws {
    for dialect in CloudDialect.allCases {
      let report = example.report(in: dialect)
      let wanted = dialect == .otc ? example.otc : example.huawei
      let found = report.findings.filter { $0.check == example.check && $0.rule == example.rule }
      guard let wanted else {
        #expect(found.isEmpty, "\(dialect): \(found)")
        continue
      }
      #expect(found.map(\.severity) == [wanted], "\(dialect): \(report.findings)")
      if let code = example.code { #expect(found.first?.code == code) }
      // One mistake is one finding, of this check.
      #expect(report.findings.count == 1, "\(dialect): \(report.findings)")
      for finding in found {
        #expect(finding.message.hasSuffix(".") && finding.hint?.isEmpty == false)
        #expect(!finding.message.unicodeScalars.contains { $0.value < 32 })
      }
    }
  }

  @Test("are silent about good files", arguments: CloudDialect.allCases)
  func silence(dialect: CloudDialect) {
    #expect(PreflightJudge.report(Samples.system, .good, dialect).findings.isEmpty)
    #expect(PreflightJudge.report(PreflightFacts.rawRequest, .goodRaw, dialect).findings.isEmpty)
  }

  @Test("stand for every rule that needs the cloud")
  func coverage() {
    let covered = Set(PreflightCheck.all.flatMap(\.rules))
    let wanted = RuleSet.all.filter { $0.stage == .preflight }.map(\.number) + [27, 66, 67, 74]
    #expect(covered.isSuperset(of: wanted), "\(Set(wanted).subtracting(covered).sorted())")
    for check in PreflightCheck.all {
      #expect(!check.rules.isEmpty && !check.questions.isEmpty && check.rules.allSatisfy { RuleSet.rule($0) != nil })
      #expect(PreflightCases.all.contains { $0.check == check.name }, "\(check.name)")
    }
    #expect(Set(PreflightCheck.names).count == PreflightCheck.all.count)
  }

  @Test("left out find nothing, whatever is wrong", arguments: PreflightCases.all.filter { $0.otc == .error })
  func skipping(_ example: PreflightCase) {
    var facts = example.request == PreflightFacts.rawRequest ? PreflightFacts.goodRaw : PreflightFacts.good
    example.change(&facts)
    let report = PreflightJudge.report(example.request, facts, skipping: [example.check])
    #expect(report.isValid, "\(report.findings)")
    #expect(!report.findings.contains { $0.check == example.check })
  }

  @Test("that cannot be made are one warning for each reason, with all names, and how to do without")
  func notMade() throws {
    var facts = PreflightFacts.good
    let failure = PreflightFailure(CloudError(kind: .timeout, message: "no answer came within 30s"))
    for question in [PreflightQuestion.bucket, .object, .header] { facts.fail(question, failure) }
    facts.quota = .failed(.forbidden)
    let findings = PreflightJudge.report(Samples.system, facts).findings
    #expect(findings.map(\.severity) == [.warning, .warning] && findings.map(\.rule) == [59, 61])
    #expect(findings[0].message == "Not checked: project, quota: HEAD was answered with status 403 [AccessDenied].")
    #expect(
      findings[1].message
        == "Not checked: bucket, bucket_region, bucket_class, object, object_size, object_class, encryption, content, "
        + "disk_size, min_disk: no answer came within 30s.")
    #expect(
      findings[1].hint
        == "To do without: --skip-preflight bucket,bucket_region,bucket_class,object,object_size,object_class,"
        + "encryption,content,disk_size,min_disk.")
  }

  @Test("say that there is no object even where the bucket is not asked for")
  func objectAlone() {
    var facts = PreflightFacts.good
    facts.bucket = .notAsked
    facts.fail(.object, .missing)
    facts.fail(.header, PreflightFailure(PreflightFailure.missing.error, cause: .object))
    let report = PreflightJudge.report(Samples.system, facts, skipping: ["bucket", "bucket_region", "bucket_class"])
    #expect(report.findings.map(\.check) == ["object"])
  }

  @Test(
    "are found by their names only, with what was probably meant",
    arguments: [
      ("objct", "(did you mean object?)."), ("bitmap", "\"bitmap\"."), ("minDisk", "(did you mean min_disk?)."),
      ("bucket-region", "(did you mean bucket_region?)."), ("quota-left", "(did you mean quota?)."),
      ("21", "(did you mean bitmap_file?)."),
      ("", "\"\"."),
    ])
  func names(name: String, end: String) throws {
    var options = PreflightOptions()
    let error = #expect(throws: ImportError.self) { try options.skip(["quota", name]) }
    #expect(error?.kind == .argument && error?.message.hasSuffix(end) == true, "\(error?.message ?? "")")
    #expect(error?.hint?.hasPrefix("The checks are project, bucket, ") == true)
    #expect(PreflightCheck.names.allSatisfy { PreflightCheck.fault(of: $0) == nil })
  }

  @Test("of the file are those to be left out before it is uploaded")
  func fileChecks() {
    #expect(
      PreflightCheck.namesOfFileChecks == [
        "object", "object_size", "object_class", "encryption", "bitmap_file", "content", "disk_size", "min_disk",
      ])
  }
}
