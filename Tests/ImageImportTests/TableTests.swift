import CloudAccess
import Testing

@testable import ImageImport

@Suite("The tables")
struct TableTests {
  @Test("hold every OS version of their source")
  func osVersions() throws {
    let platforms = try #require(try Repository.json("scripts/data/os-versions.json")["platforms"]?.arrayValue)
    let source = platforms.flatMap { platform in
      (platform["values"]?.arrayValue ?? []).map { value in
        let listed = (value["listed_by"]?.arrayValue ?? []).compactMap(\.stringValue)
        return [
          value["value"]?.stringValue ?? "", platform["platform"]?.stringValue ?? "",
          platform["os_type"]?.stringValue ?? "", value["os_bit"]?.intValue.map(String.init) ?? "",
          listed.sorted().joined(separator: ","), "\(value["otc_umn_uefi"]?.boolValue ?? false)",
          "\(value["bare"]?.boolValue ?? false)",
        ]
      }
    }
    let table = OSVersions.all.map { version in
      let listed = [
        (version.inHuaweiReference, "huawei-api-ref-2022"), (version.inOTCReference, "otc-api-ref"),
        (version.inOTCGuide, "otc-umn"),
      ].filter(\.0).map(\.1)
      return [
        version.value, version.platform, version.osType ?? "", version.bits.map(String.init) ?? "",
        listed.joined(separator: ","), "\(version.supportsUEFI)", "\(version.isBare)",
      ]
    }
    #expect(source.count > 270)
    #expect(table == source)
  }

  @Test("hold every error code of their source")
  func errorCodes() throws {
    let source = try #require(try Repository.json("scripts/data/ims-error-codes.json").arrayValue)
    #expect(ErrorCatalogue.all.count == source.count)
    for json in source {
      let entry = try #require(ErrorCatalogue.entry(json["code"]?.stringValue ?? ""))
      #expect(entry.meaning == json["meaning"]?.stringValue && entry.action == json["action"]?.stringValue)
      #expect(entry.status == json["status"]?.intValue)
      #expect(entry.isImportRelated == json["import_related"]?.boolValue)
      let retry = json["retryable"]?.boolValue.map { $0 ? ErrorCatalogueEntry.Retry.yes : .no } ?? .maybe
      #expect(entry.retryable == retry)
    }
  }

  @Test("find a code however it is written, and none that is not there")
  func lookup() {
    #expect(ErrorCatalogue.entry(" img.0060 ")?.retryable == .yes)
    #expect(ErrorCatalogue.entry("IMG.9999") == nil)
    #expect(ErrorCatalogue.entry("") == nil)
  }

  @Test("suggest the listed spelling when only the case differs")
  func caseOnly() {
    #expect(OSVersions.suggestions(for: "Ubuntu 18.04 SERVER 64bit", dialect: .huawei) == ["Ubuntu 18.04 server 64bit"])
    #expect(OSVersions.suggestions(for: "ubuntu 22.04 server 64bit", dialect: .otc) == ["Ubuntu 22.04 Server 64bit"])
  }

  @Test("never suggest a bare version", arguments: CloudDialect.allCases)
  func bare(dialect: CloudDialect) {
    let bare = Set(OSVersions.all.filter(\.isBare).map(\.value))
    #expect(!bare.isEmpty)
    for value in bare {
      #expect(OSVersions.suggestions(for: value, dialect: dialect).allSatisfy { !bare.contains($0) })
      #expect(OSVersions.suggestions(for: value + "t", dialect: dialect).allSatisfy { !bare.contains($0) })
    }
  }

  @Test("do not suggest what cannot have been meant")
  func farOff() {
    #expect(OSVersions.suggestions(for: "Plan 9 from Bell Labs", dialect: .otc).isEmpty)
    #expect(OSVersions.suggestions(for: "", dialect: .otc).isEmpty)
    #expect(OSVersions.suggestions(for: letters(100_000), dialect: .otc).isEmpty)
    #expect(RequestField.nearest(to: "q") == nil)
  }

  @Test(
    "measure distances with swaps of neighbours",
    arguments: [
      ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "", 3), ("kitten", "sitting", 3), ("min_dsik", "min_disk", 1),
    ])
  func distance(a: String, b: String, wanted: Int) {
    #expect(Spelling.edits(a, b) == wanted)
  }
}
