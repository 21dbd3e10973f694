import CloudAccess
import Foundation
import Testing

@testable import ImageImport

@Suite("Settling a lost submission")
struct SettlementTests {
  private func image(
    _ id: String, status: String = "saving", created: Double = 0, tags: [String] = [], name: String = "web01",
    origin: String? = "file,ims-image:web01.zvhd2", disk: Int = 40
  ) -> ImageRecord {
    ImageRecord(json: [
      "id": .string(id), "status": .string(status), "name": .string(name),
      "__data_origin": origin.map(JSONValue.string) ?? .null,
      "min_disk": .integer(Int64(disk)), "tags": .array(tags.map(JSONValue.string)),
      "created_at": .string(Timestamp.iso8601(Date(timeIntervalSince1970: 1_700_000_000 + created))),
    ])
  }

  /// The moments of all looks when nothing is ever found, and how it ends.
  private func looks(age: Duration = .zero, settled: Duration? = nil) -> (
    moments: [Double], end: SettlementStateMachine.Action
  ) {
    var machine = SettlementStateMachine(policy: SettlementPolicy(), age: age, settled: settled)
    var now = Duration.zero
    var moments: [Double] = []
    var action = machine.begin()
    while true {
      switch action {
      case .wait(let pause):
        now += pause
        action = machine.due()
      case .look:
        moments.append(now.inSeconds)
        action = machine.looked([], now: now)
      default: return (moments, action)
      }
    }
  }

  @Test("looks after 0, 2, 5, 10, 20, 40 s, then every minute, until the settling time is over")
  func schedule() {
    let (moments, end) = looks()
    #expect(moments == [0, 2, 5, 10, 20, 40, 100, 160, 220, 280, 340, 400, 460, 520, 580, 600])
    #expect(end == .notFound)
  }

  @Test("looks once where the settling time was over before")
  func late() {
    #expect(looks(age: .seconds(3600)).moments == [0])
    #expect(looks(age: .seconds(595)).moments == [0, 2, 5])
  }

  @Test("ends as soon as measurements prove the absence, but not before a look at that age")
  func proven() {
    #expect(looks(settled: .seconds(60)).moments == [0, 2, 5, 10, 20, 40, 60])
    #expect(looks(settled: .seconds(7)).moments == [0, 2, 5, 7])
  }

  private func looked(_ images: [ImageRecord]) -> SettlementStateMachine.Action {
    var machine = SettlementStateMachine(policy: SettlementPolicy(), age: .zero)
    _ = machine.due()
    return machine.looked(images, now: .zero)
  }

  @Test("adopts what is found, the oldest of several, and tells of the others")
  func adopting() {
    #expect(looked([image("a")]) == .adopt(imageID: "a", others: []))
    #expect(looked([image("a"), image("b"), image("c")]) == .adopt(imageID: "a", others: ["b", "c"]))
  }

  @Test("takes a living image before a dead one, and a dead one for a failure")
  func dead() {
    #expect(looked([image("a", status: "killed"), image("b")]) == .adopt(imageID: "b", others: []))
    #expect(looked([image("a", status: "killed")]) == .fail(imageID: "a"))
  }

  @Test("takes no failed look for evidence, and gives up when none succeeds")
  func failures() {
    var machine = SettlementStateMachine(policy: SettlementPolicy(), age: .seconds(3600))
    _ = machine.due()
    let error = CloudError(kind: .service, message: "down")
    #expect(machine.lookFailed(error, now: .zero) == .wait(.seconds(2)))
    _ = machine.due()
    #expect(machine.lookFailed(error, now: .seconds(601)) == .unsettled(error))
    var refused = SettlementStateMachine(policy: SettlementPolicy(), age: .zero)
    _ = refused.due()
    let denied = CloudError(kind: .permission, message: "no")
    #expect(refused.lookFailed(denied, now: .zero) == .unsettled(denied))
  }

  // MARK: What can be the lost image

  private func search(
    marked: Bool = false, claimed: Set<String> = [], rivals: [ImportRecord] = []
  ) -> SettlementSearch {
    SettlementSearch(record: record(isMarked: marked), slack: .seconds(120), claimed: claimed, rivals: rivals)
  }

  private func record(
    _ request: ImportRequest = Samples.system, isMarked: Bool = false, created: Double = 0
  ) -> ImportRecord {
    ImportRecord(
      id: "01ARZ3NDEKTSV4RRFFQ69G5FAV", scope: ImportScope(cloud: "c", project: "p", region: "r"), profile: "x",
      key: "k", request: request, isMarked: isMarked, createdAt: Date(timeIntervalSince1970: 1_700_000_000 + created))
  }

  @Test("knows an image by its marker, in either spelling, whatever the service listed")
  func marker() {
    let mine = image("a", tags: ["slipway.01ARZ3NDEKTSV4RRFFQ69G5FAV"])
    let other = image("b", tags: ["slipway=01ARZ3NDEKTSV4RRFFQ69G5FAV"])
    #expect(search().marked([image("x"), image("y", tags: ["slipway.z"]), other, mine]).map(\.id) == ["a", "b"])
    #expect(search(marked: true).byMarker?.tag == "slipway=01ARZ3NDEKTSV4RRFFQ69G5FAV" && search().byMarker == nil)
  }

  @Test("knows an image by name, time, origin and disk")
  func names() {
    let images = [
      image("early", created: -121), image("ok", created: -119), image("name", name: "web02"),
      image("origin", origin: "file,other:web01.zvhd2"), image("disk", disk: 41), image("dead", status: "killed"),
      image("marked", tags: ["slipway.01BX5ZZKBKACTAV9WEVGEMMVRZ"]), image("later", created: 50),
    ]
    #expect(search().named(images).map(\.id) == ["ok", "later"])
    #expect(search(claimed: ["ok"]).named(images).map(\.id) == ["later"])
  }

  @Test("takes no image by its name that another import under way can have made, and any that none can")
  func rivals() {
    let images = [image("early", created: -119), image("ok"), image("later", created: 500)]
    func found(_ rivals: ImportRecord...) -> [String] { search(rivals: rivals).named(images).map(\.id) }
    #expect(found(record()).isEmpty)
    // Two that wait for each other would never end.
    #expect(found(record(Samples.system.with(["image_url": "other:web01.zvhd2"]))) == ["early", "ok", "later"])
    #expect(found(record(Samples.system.with(["min_disk": 41]))) == ["early", "ok", "later"])
    #expect(found(record(created: 300)) == ["early", "ok"])
    #expect(found(record(created: 300), record()).isEmpty)
    let unknown = [image("origin", origin: nil)]
    let rival = record(Samples.system.with(["image_url": "other:web01.zvhd2"]))
    #expect(search(rivals: [rival]).named(unknown).isEmpty)
  }
}

@Suite("Marker, key, drift and what else a record is made of")
struct RecordPartsTests {
  private let id = "01ARZ3NDEKTSV4RRFFQ69G5FAV"

  @Test("The marker joins the tags in their own style, as the eleventh never")
  func marking() throws {
    let plain = try #require(ImportMarker.marked(Samples.system, with: id))
    #expect(plain.imageTags == [ImageTag(key: "slipway", value: id)])
    let tagged = try #require(ImportMarker.marked(Samples.system.with(["tags": ["env.prod"]]), with: id))
    #expect(tagged.tags == ["env.prod", "slipway.\(id)"] && tagged.imageTags == nil)
    let nine = (1...9).map { ImageTag(key: "k\($0)", value: "") }
    var request = Samples.system
    request.imageTags = nine
    #expect(ImportMarker.marked(request, with: id)?.imageTags?.count == 10)
    request.imageTags = nine + [ImageTag(key: "k10", value: "")]
    #expect(ImportMarker.marked(request, with: id) == nil)
  }

  @Test("The marker leaves alone what it cannot join: a tag of its key, both styles, tags of no known form")
  func unmarkable() {
    var request = Samples.system
    request.imageTags = [ImageTag(key: "slipway", value: "mine")]
    #expect(ImportMarker.marked(request, with: id) == nil)
    for tags: [String: JSONValue] in [
      ["tags": ["slipway.mine"]], ["tags": ["a.b"], "image_tags": [["key": "a", "value": "b"]]], ["tags": "a.b"],
      ["image_tags": [["key": "a"]]],
    ] {
      #expect(ImportMarker.marked(Samples.system.with(tags), with: id) == nil)
    }
    #expect(ImportMarker.marked(ImportRequest(json: [1]), with: id) == nil)
  }

  @Test("A marked request still passes every rule", arguments: [CloudDialect.otc, .huawei])
  func rules(dialect: CloudDialect) throws {
    let marked = try #require(ImportMarker.marked(Samples.system, with: ULID.make(at: Date())))
    #expect(RuleSet(dialect: dialect).report(for: marked).findings.isEmpty)
  }

  @Test("A ULID has 26 characters and sorts by time")
  func ulid() {
    let moment = Date(timeIntervalSince1970: 1_469_918_176.385)
    #expect(ULID.make(at: moment, random: 0, 0) == "01ARYZ6S410000000000000000")
    #expect(ULID.make(at: moment, random: .max, .max).hasSuffix("ZZZZZZZZZZZZZZZZ"))
    #expect(ULID.isValid(ULID.make(at: moment)) && !ULID.isValid("01ARYZ6S41O000000000000000"))
    #expect(ULID.make(at: moment) < ULID.make(at: moment + 1))
    #expect(Set((0..<1000).map { _ in ULID.make(at: moment) }).count == 1000)
  }

  @Test("The derived key depends on cloud, project, region and body, not on the order of its members")
  func keys() {
    let scope = ImportScope(cloud: "iam.test", project: "p", region: "r")
    let key = ImportKey.derived(from: Samples.system, in: scope)
    #expect(key.count == 64)
    #expect(ImportKey.derived(from: ImportRequest(json: Samples.system.jsonValue), in: scope) == key)
    #expect(ImportKey.derived(from: Samples.system.with(["min_disk": 40.0]), in: scope) == key)
    var others = [Samples.system.with(["min_disk": 41]), Samples.data].map { ImportKey.derived(from: $0, in: scope) }
    for change in [\ImportScope.cloud, \.project, \.region] {
      var other = scope
      other[keyPath: change] = "x"
      others.append(ImportKey.derived(from: Samples.system, in: other))
    }
    #expect(Set(others + [key]).count == 6)
  }

  @Test("A key is neither empty nor long nor made of control characters")
  func keyFaults() {
    #expect(ImportKey.fault(of: "web01/2024 w03 ü") == nil)
    for bad in ["", "a\u{7}", String(repeating: "x", count: 201)] { #expect(ImportKey.fault(of: bad) != nil) }
  }

  @Test("The scope is the host without port, user and case")
  func scopes() {
    func host(_ url: String) -> String {
      let profile = CloudProfile(
        name: "n", dialect: .otc, region: "r", authURL: url, credentials: .token(Secret("t")))
      return ImportScope(profile: profile, projectID: "p").cloud
    }
    #expect(host("https://IAM.eu-de.otc.t-systems.com/v3") == "iam.eu-de.otc.t-systems.com")
    #expect(host("http://127.0.0.1:8080/v3") == "127.0.0.1" && host("http://u:p@[::1]:80") == "[::1]")
  }

  @Test("Drift names each field that came out otherwise, and not the marker")
  func drift() {
    let request = Samples.system.with([
      "image_tags": [["key": "env", "value": " prod "], ["key": "team", "value": ""]]
    ])
    let same = ImageRecord(json: [
      "id": "i", "name": "web01", "min_disk": 40, "__os_version": "CentOS 7.0 64bit",
      "tags": ["env.prod", "team", .string("slipway.\(id)")],
    ])
    #expect(ImportDrift.between(request, same).isEmpty)
    let other = ImageRecord(json: [
      "id": "i", "name": "web01-1", "min_disk": 41, "__os_version": "Other", "tags": ["env=test"],
    ])
    #expect(
      ImportDrift.between(request, other).map(\.field) == [
        "name", "min_disk", "os_version", "image_tags.env", "image_tags.team",
      ])
    #expect(
      ImportDrift.between(Samples.data, ImageRecord(json: ["id": "i", "name": "data01", "min_disk": 200])).isEmpty)
  }

  @Test("Absence proves something only after enough early sightings")
  func visibility() {
    #expect(MarkerVisibility(lags: Array(repeating: .seconds(1), count: 9)).p99 == nil)
    #expect(MarkerVisibility(lags: Array(repeating: .seconds(1), count: 10)).p99 == .seconds(1))
    #expect(MarkerVisibility(lags: Array(repeating: .seconds(1), count: 10) + [nil]).p99 == nil)
    #expect(MarkerVisibility(lags: Array(repeating: .seconds(1), count: 199) + [nil]).p99 == .seconds(1))
    let policy = SettlementPolicy()
    #expect(policy.proof(from: MarkerVisibility(lags: Array(repeating: .seconds(1), count: 10))) == .seconds(60))
    #expect(policy.proof(from: MarkerVisibility(lags: Array(repeating: .seconds(9), count: 10))) == .seconds(90))
    #expect(policy.scaled(by: 1_000_000).shortestProof == .seconds(2))
  }
}
