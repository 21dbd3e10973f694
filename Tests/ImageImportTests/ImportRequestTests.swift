import CloudAccess
import ImageImport
import Testing

@Suite("A request")
struct ImportRequestTests {
  static let examples = ["system_disk_tags", "system_disk_image_tags", "data_disk_tags", "data_disk_image_tags"]

  @Test("of the API's documentation comes back value for value", arguments: examples)
  func roundTrip(name: String) throws {
    let example = try #require(try Repository.fixture("seed-requests.json")[name])
    let request = ImportRequest(json: example)
    #expect(try JSONValue(parsing: request.encoded()) == example)
    #expect(request.jsonValue == example)
    #expect(request.kind == (name.hasPrefix("data") ? .data : .system))
    #expect(request.unknownFields.isEmpty)
  }

  @Test("is sent with its fields in the order of the vendor's SDK, and no absent one")
  func fieldOrder() throws {
    let example = try #require(try Repository.fixture("seed-requests.json")["data_disk_image_tags"])
    let text = String(decoding: ImportRequest(json: example).encoded(), as: UTF8.self)
    #expect(
      text == #"{"name":"ims_test_file","description":"Create an image using a file in the OBS bucket.","#
        + #""image_url":"ims-image:centos70.qcow2","min_disk":40,"type":"DataImage","os_type":"Linux","#
        + #""image_tags":[{"key":"key2","value":"value2"},{"key":"key1","value":"value1"}]}"#)
  }

  @Test("keeps every field of the API and its type")
  func everyField() {
    var request = ImportRequest()
    request.name = "a"
    request.description = "b"
    request.osVersion = "c"
    request.osType = "Linux"
    request.imageURL = "d:e"
    request.minDisk = 40
    request.type = "ECS"
    request.architecture = "arm"
    request.firmwareType = "uefi"
    request.licenseType = "byol"
    request.enterpriseProjectID = "0"
    request.tags = ["k.v"]
    request.imageTags = [ImageTag(key: "k", value: "v")]
    #expect(request.json.map(\.0) == RequestField.names)
    #expect(ImportRequest(json: request.jsonValue) == request)
    #expect(request.imageTags == [ImageTag(key: "k", value: "v")])
  }

  @Test("keeps unknown fields and sends them after the known ones")
  func unknownFields() {
    let request = ImportRequest(json: ["zeta": [1, 2], "name": "x", "alpha": true])
    #expect(request.unknownFields == ["alpha", "zeta"])
    #expect(String(decoding: request.encoded(), as: UTF8.self) == #"{"name":"x","alpha":true,"zeta":[1,2]}"#)
  }

  @Test("takes null for absent, and a change to null takes a field out")
  func nulls() {
    let request = ImportRequest(json: ["name": "x", "description": .null])
    #expect(request.json.map(\.0) == ["name"])
    #expect(request.with(["name": .null, "min_disk": 80]).json.map(\.0) == ["min_disk"])
  }

  @Test("sends a whole min_disk as an integer, and keeps any other as it came")
  func minDisk() throws {
    let whole = ImportRequest(json: ["min_disk": .number(40)])
    #expect(String(decoding: whole.encoded(), as: UTF8.self) == #"{"min_disk":40}"#)
    #expect(whole.minDisk == 40)
    let half = ImportRequest(json: ["min_disk": .number(40.5)])
    #expect(half.minDisk == nil)
    #expect(String(decoding: half.encoded(), as: UTF8.self) == #"{"min_disk":40.5}"#)
  }

  @Test("survives a body that is no object", arguments: [JSONValue.array([1]), "text", 5, .null, true])
  func malformed(json: JSONValue) {
    let request = ImportRequest(json: json)
    #expect(request.malformed == json)
    #expect(request.jsonValue == json)
    let report = RuleSet(dialect: .otc).report(for: request)
    #expect(report.findings.map(\.rule) == [0])
    #expect(!report.isValid)
  }

  @Test("of a data disk gets its type, and keeps one that is given")
  func dataKind() {
    #expect(ImportRequest(kind: .data, fields: ["name": "x"]).type == "DataImage")
    #expect(ImportRequest(kind: .data, fields: ["type": "dataimage"]).type == "dataimage")
    #expect(ImportRequest(kind: .data, fields: ["type": "dataimage"]).kind == .data)
    var request = ImportRequest(kind: .system)
    #expect(request.type == nil)
    request.kind = .data
    #expect(request.type == "DataImage")
    request.kind = .system
    #expect(request.type == nil)
  }

  @Test(
    "built by hand may name the store's URL",
    arguments: [
      ("obs://images/a/b.raw", "images:a/b.raw"), ("S3://images/b.raw", "images:b.raw"),
      ("images:b.raw", "images:b.raw"),
      ("https://images.obs.eu-de.otc.t-systems.com/b.raw", "https://images.obs.eu-de.otc.t-systems.com/b.raw"),
      ("obs://images", "obs://images"), ("obs:///b.raw", "obs:///b.raw"),
    ])
  func normalizing(given: String, wanted: String) {
    #expect(ImportRequest(json: ["image_url": .string(given)]).normalizingImageURL().imageURL == wanted)
  }

  @Test("built by hand may give image_tags as a map")
  func tagMap() {
    let request = ImportRequest(json: ["image_tags": ["team": "platform", "stage": "prod"]]).normalizingImageTags()
    #expect(
      request.imageTags == [ImageTag(key: "stage", value: "prod"), ImageTag(key: "team", value: "platform")])
  }

  @Test(
    "finds the bucket in any plain URL",
    arguments: [
      ("https://img.obs.eu-de.otc.t-systems.com/a/b.raw?x=1", "img:a/b.raw"),
      ("https://obs.eu-de.otc.t-systems.com/img/a%2Bb.raw", "img:a+b.raw"),
      ("http://localhost:9000/img/b.raw", "img:b.raw"),
      ("https://my.bucket.s3.amazonaws.com/b.raw", "my.bucket:b.raw"), ("https://host", nil), ("https://host/", nil),
      ("ftp://host/a/b", nil), ("a:b", nil),
    ])
  func urls(url: String, wanted: String?) {
    #expect(ImageLocation(url: url)?.description == wanted)
  }
}
