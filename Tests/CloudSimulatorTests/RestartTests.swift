import CloudAccess
import Foundation
import Testing

@testable import CloudSimulator

@Suite("State of the local cloud over restarts")
struct RestartTests {
  @Test("What faults decided about a job holds after a restart, though they are gone then")
  func ordered() async throws {
    let directory = TestCloud.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var id = ""
    try await TestCloud.run(in: directory, scale: 1, { $0.jobQueueDelay = .seconds(3600) }) { cloud async throws in
      try cloud.putZVHD2("images", "a.zvhd2")
      let token = try await cloud.token()
      cloud.cloud.add(try Fault("job_fails=IMG.0057:keeps_image=true"))
      cloud.cloud.add(try Fault("job_takes=2h"))
      id = try await cloud.submit(TestCloud.system("two", url: "images:a.zvhd2"), token: token)
      #expect(try await cloud.job(id, token: token)["status"]?.stringValue == "INIT")
    }
    try await TestCloud.run(in: directory) { cloud async throws in
      let token = try await cloud.token()
      let job = try await cloud.finished(id, token: token)
      #expect(job["status"]?.stringValue == "FAIL" && job["error_code"]?.stringValue == "IMG.0057", "\(job)")
      let times = ["begin_time", "end_time"].compactMap { job[$0]?.stringValue.flatMap({ Timestamp.iso8601($0) }) }
      #expect(times.count == 2 && times[1].timeIntervalSince(times[0]) >= 7200, "\(job)")
      let killed = try await cloud.ims("GET", "/v2/cloudimages?status=killed", token: token).json
      #expect(killed["images"]?.arrayValue?.count == 1)
    }
  }

  @Test("Images, tags, finished and running jobs survive; a running job goes on and ends")
  func restart() async throws {
    let directory = TestCloud.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var finished = JSONValue.null
    var finishedID = ""
    var running = ""
    var before = JSONValue.null
    try await TestCloud.run(in: directory) { cloud async throws in
      try cloud.putZVHD2("images", "a.zvhd2")
      let token = try await cloud.token()
      var request = try #require(TestCloud.system("one", url: "images:a.zvhd2").objectValue)
      request["image_tags"] = [["key": "env", "value": "prod"]]
      finishedID = try await cloud.submit(.object(request), token: token)
      finished = try await cloud.finished(finishedID, token: token)
      before = try await cloud.ims("GET", "/v2/cloudimages?name=one", token: token).json
    }
    try await TestCloud.run(in: directory, scale: 1, { $0.jobQueueDelay = .seconds(3600) }) { cloud async throws in
      let token = try await cloud.token()
      running = try await cloud.submit(TestCloud.system("two", url: "images:a.zvhd2"), token: token)
      let state = try await cloud.job(running, token: token)
      #expect(state["status"]?.stringValue == "INIT")
    }
    try await TestCloud.run(in: directory) { cloud async throws in
      let token = try await cloud.token()
      let sameJob = try await cloud.job(finishedID, token: token)
      #expect(sameJob == finished)
      let sameImage = try await cloud.ims("GET", "/v2/cloudimages?name=one", token: token).json
      #expect(sameImage == before)
      let job = try await cloud.finished(running, token: token)
      #expect(job["status"]?.stringValue == "SUCCESS")
      let list = try await cloud.ims("GET", "/v2/cloudimages?status=active", token: token).json
      #expect(list["images"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["two", "one"])
    }
  }

  @Test("Rows come back from the database as they went in, in every phase of a job")
  func rows() throws {
    let directory = TestCloud.temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let start = Date(timeIntervalSince1970: 1_700_000_000.25)
    let failure = JobMachine.Failure(code: "IMG.0121", reason: "Object \"a\" is gone: é")
    let phases: [JobMachine.Phase] = [
      .initializing(startsAt: start),
      .working(began: start, ends: start + 9, verdict: .good(virtualSize: 1 << 40, fileSize: 77)),
      .working(began: start, ends: start + 9, verdict: .bad(failure)), .succeeded(began: start, ended: start + 60),
      .failed(began: start, ended: start + 60, failure),
    ]
    let jobs = phases.enumerated().map { number, phase in
      JobRecord(
        id: "job\(number)", type: "t", imageID: "i", imageName: "n", created: start, machine: JobMachine(phase: phase))
    }
    let image = ImageState(
      id: "i", sequence: 5, name: "näme", description: nil, status: .saving, isData: true, minDisk: 40, minRAM: 3,
      maxRAM: "9",
      osVersion: nil, osType: "Linux", platform: "P", osBit: "64", environment: "DataImage", firmware: "uefi",
      isARM: true,
      licenseType: "byol", enterpriseProject: "0", source: "b:k", diskFormat: "raw", fileSize: 123, isProtected: true,
      tags: [.init(key: "a\"", value: ""), .init(key: "b", value: "c.d")], extras: ["__support_x": "true"],
      jobID: "job0",
      createdAt: start, updatedAt: start + 1, activeAt: nil, leavesAt: start + 2)
    let token = TokenTable.Entry(hash: "h", issued: start, expires: start + 1, hasProject: true)
    do {
      let store = try StateStore(path: directory + "/cloud.sqlite")
      try store.write(.init(images: [image], jobs: jobs, tokens: [token]))
      try store.close()
    }
    let store = try StateStore(path: directory + "/cloud.sqlite")
    let snapshot = try store.load()
    #expect(snapshot.images == [image])
    #expect(snapshot.jobs.sorted { $0.id < $1.id } == jobs)
    #expect(snapshot.tokens == [token])
    try store.write(.init(removedImages: ["i"], moment: (start + 5, start + 50)))
    let later = try store.load()
    #expect(later.images.isEmpty)
    #expect(later.tokens.isEmpty)
    #expect(later.moment?.cloud == start + 50)
  }
}
