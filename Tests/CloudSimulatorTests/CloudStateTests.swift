import Foundation
import Testing

@testable import CloudSimulator

@Suite("The state of the cloud")
struct CloudStateTests {
  private let start = Date(timeIntervalSince1970: 1_700_000_000)

  private let timing = JobMachine.Timing(base: 60, perGiB: 0)

  private func makeState(keepsKilled: Bool = true) -> CloudState {
    CloudState(
      StateStore.Snapshot(images: [], jobs: [], tokens: []), keepsKilled: keepsKilled)
  }

  private func add(_ name: String, to state: inout CloudState) {
    let machine = JobMachine(startsAt: start + 2)
    let job = JobRecord(id: "job-" + name, type: "t", imageID: name, imageName: name, created: start, machine: machine)
    state.add(job) { sequence in
      ImageState(
        id: name, sequence: sequence, name: name, description: nil, status: .queued, isData: false, minDisk: 1,
        osVersion: nil, osType: "Linux", platform: nil, osBit: nil, environment: "FusionCompute", firmware: nil,
        isARM: false,
        licenseType: nil, enterpriseProject: "0", source: "b:\(name)", diskFormat: "raw",
        tags: [.init(key: "a", value: "b")], jobID: "job-" + name, createdAt: start, updatedAt: start)
    }
  }

  private func names(
    _ state: CloudState, _ now: Date, images: LocalCloudConfiguration.Visibility = .atSubmission,
    tags: LocalCloudConfiguration.Visibility = .atSubmission, query items: [(name: String, value: String)] = []
  ) throws -> [String] {
    let query = try ImageListQuery(items: items, defaultLimit: 100)
    let view = CloudState.View(owner: "p", now: now, imageVisibility: images, tagVisibility: tags)
    return try #require(state.list(query, view)).images.map(\.name)
  }

  @Test("An import goes from queued over saving to active, or to killed, which may stay or go")
  func life() throws {
    for keepsKilled in [true, false] {
      var state = makeState(keepsKilled: keepsKilled)
      add("good", to: &state)
      add("bad", to: &state)
      #expect(state.images["good"]?.status == .queued)
      #expect(state.usedQuota == 2)
      #expect(state.advance(to: start + 1).isEmpty)
      #expect(state.advance(to: start + 2).map(\.jobID) == ["job-good", "job-bad"])
      #expect(state.images["good"]?.status == .saving)
      state.finishReading("job-good", .good(virtualSize: 5, fileSize: 7), now: start + 3, timing: timing)
      state.finishReading("job-bad", .bad(.init(code: "IMG.0057", reason: "r")), now: start + 3, timing: timing)
      #expect(state.runningJobs == 2)
      #expect(state.advance(to: start + 70).isEmpty)
      #expect(state.runningJobs == 0)
      #expect(state.images["good"]?.status == .active)
      #expect(state.images["good"]?.activeAt == start + 62)
      #expect(state.images["good"]?.fileSize == 7)
      #expect(state.images["bad"]?.status == (keepsKilled ? .killed : nil))
      #expect(state.usedQuota == 1)
      state.scheduleRemoval("good", at: start + 80)
      _ = state.advance(to: start + 79)
      #expect(state.images["good"] != nil)
      _ = state.advance(to: start + 80)
      #expect(state.images["good"] == nil)
      #expect(state.usedQuota == 0)
      #expect(state.order.count == (keepsKilled ? 1 : 0))
      let batch = state.takeChanges()
      #expect(batch.removedImages == (keepsKilled ? ["good"] : ["bad", "good"]))
      #expect(Set(batch.jobs.map(\.id)) == ["job-good", "job-bad"])
      #expect(state.takeChanges().isEmpty)
    }
  }

  @Test("Images and tags show from the moment that the switches say")
  func visibility() throws {
    var state = makeState()
    add("one", to: &state)
    let tagged = [(name: "tag", value: "a=b")]
    #expect(try names(state, start + 1) == ["one"])
    #expect(try names(state, start + 1, images: .delayed(.seconds(5))) == [])
    #expect(try names(state, start + 5, images: .delayed(.seconds(5))) == ["one"])
    #expect(try names(state, start + 5, images: .atEnd) == [])
    #expect(try names(state, start + 5, tags: .atEnd) == ["one"])
    #expect(try names(state, start + 5, tags: .atEnd, query: tagged) == [])
    #expect(try names(state, start + 5, query: tagged) == ["one"])
    _ = state.advance(to: start + 2)
    state.finishReading("job-one", .good(virtualSize: 5, fileSize: 7), now: start + 3, timing: timing)
    _ = state.advance(to: start + 100)
    #expect(try names(state, start + 100, images: .atEnd, tags: .atEnd, query: tagged) == ["one"])
  }

  @Test("A marker of any image starts the next page, an unknown one is told apart")
  func markers() throws {
    var state = makeState()
    for number in 0..<10 { add("n\(number)", to: &state) }
    #expect(try names(state, start, query: [("marker", "n4")]) == ["n3", "n2", "n1", "n0"])
    #expect(
      try names(state, start, query: [("marker", "n4"), ("sort_key", "name"), ("sort_dir", "asc")]).first == "n5")
    #expect(try names(state, start, query: [("marker", "n0")]) == [])
    let query = try ImageListQuery(items: [("marker", "x")], defaultLimit: 5)
    let view = CloudState.View(owner: "p", now: start, imageVisibility: .atSubmission, tagVisibility: .atSubmission)
    #expect(state.list(query, view) == nil)
  }
}
