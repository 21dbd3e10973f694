import CloudAccess
import Foundation
import ImageImport
import Testing

@testable import CloudSimulator

@Suite("Many imports at once, on the virtual clock")
struct ManyImportsTests {
  /// Imports so many images side by side over a cloud with these switches and faults.
  private func importMany(
    _ count: Int, switches: [String: JSONValue] = [:], faults: [String] = [],
    names: (Int) -> String = { "image-\($0)" }, budget: RequestBudget.Policy? = nil,
    killedImages: (any KilledImageMemory)? = nil, setting: KilledImages = .auto,
    _ check: (TestCloud, TestClient, [Result<ImportResult, any Error>], VirtualTime) async throws -> Void
  ) async throws {
    let time = VirtualTime()
    try await TestCloud.run(scale: 1, time: time) { configuration in
      configuration.jobDurationPerGiB = .zero
      configuration.imageQuota = 1000
      configuration.concurrentTasks = 1000
      for (name, value) in switches {
        do { try configuration.set(name, value) } catch { Issue.record(error) }
      }
    } _: { cloud in
      try cloud.putSample()
      for fault in faults { cloud.cloud.add(try Fault(fault)) }
      var profile = cloud.access.profile
      profile.killedImages = setting
      let client = cloud.client(profile, time: time, scale: 1, budget: budget, killedImages: killedImages)
      let requests = (0..<count).map { TestCloud.request(names($0)) }
      let results = await withTaskGroup(of: Result<ImportResult, any Error>.self) { group in
        for (index, request) in requests.enumerated() {
          group.addTask {
            do {
              var options = SubmitOptions()
              options.key = "key-\(index)"
              return .success(try await client.imports.importImage(request, options: options))
            } catch {
              return .failure(error)
            }
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      try await check(cloud, client, results, time)
    }
  }

  private func images(_ results: [Result<ImportResult, any Error>]) -> Set<String> {
    Set(results.compactMap { try? $0.get().imageID })
  }

  @Test(
    "Each import gets an image of its own, whatever the cloud shows when",
    arguments: [
      [:], ["image_visibility": "at_end"], ["image_visibility": "at_submission", "tag_visibility": "at_submission"],
      ["image_visibility": "90s"], ["tag_visibility": "10m"], ["tag_visibility": "at_end"],
      ["keeps_killed_images": .bool(true), "sub_jobs": .bool(true)],
    ] as [[String: JSONValue]])
  func visibility(switches: [String: JSONValue]) async throws {
    try await importMany(60, switches: switches) { cloud, client, results, _ in
      #expect(images(results).count == 60, "\(results.compactMap { try? $0.get() }.count) succeeded")
      #expect(cloud.imageNames.count == 60)
      #expect(cloud.cloud.callCounts[.submit] == 60)
    }
  }

  @Test("Names that are not unique confuse nothing", arguments: ["at_submission", "10m"])
  func sameNames(tags: String) async throws {
    try await importMany(40, switches: ["tag_visibility": .string(tags)], names: { _ in "web" }) {
      cloud, client, results, _ in
      #expect(images(results).count == 40)
      for result in results {
        let job = try result.get().job
        #expect(try result.get().imageID == job.imageID)
      }
    }
  }

  @Test("A failure among many is told with its reason, though no list shows it")
  func failures() async throws {
    let faults = ["job_fails=IMG.0057:name=image-1*:keeps_image=false"]
    try await importMany(60, faults: faults) { _, _, results, time in
      let failed = results.filter { if case .failure = $0 { true } else { false } }
      #expect(failed.count == 11)
      for case .failure(let error as ImportError) in failed {
        #expect(error.kind == .job_failed && error.code == "IMG.0057")
      }
      #expect(images(results).count == 49)
      #expect(time.monotonic < .seconds(300))
    }
  }

  private actor Memory: KilledImageMemory {
    private(set) var answer: Bool?

    init(_ answer: Bool? = nil) { self.answer = answer }

    func areKilledImagesListed(in scope: ImportScope) -> Bool? { answer }

    func setKilledImagesListed(_ areListed: Bool, in scope: ImportScope, at date: Date) { answer = areListed }
  }

  @Test(
    "Failures teach whether this cloud lists killed images, which is remembered",
    arguments: [true, false], [Bool?.none, true, false])
  func killedImages(areListed: Bool, before: Bool?) async throws {
    let faults = [
      "job_fails=IMG.0057:name=image-1*:keeps_image=\(areListed)", "job_takes:for=3m:name=image-1*",
    ]
    let memory = Memory(before)
    try await importMany(60, switches: ["job_base": "1h"], faults: faults, killedImages: memory) {
      _, _, results, _ in
      #expect(images(results).count == 49)
      let answer = await memory.answer
      #expect(answer == areListed)
    }
  }

  @Test("Where the profile says what the cloud does, nothing is found out", arguments: [KilledImages.listed, .hidden])
  func saidKilledImages(setting: KilledImages) async throws {
    let faults = [
      "job_fails=IMG.0057:name=image-1*:keeps_image=\(setting == .hidden)", "job_takes:for=3m:name=image-1*",
    ]
    let memory = Memory()
    try await importMany(60, switches: ["job_base": "1h"], faults: faults, killedImages: memory, setting: setting) {
      _, _, results, _ in
      #expect(images(results).count == 49)
      let answer = await memory.answer
      #expect(answer == nil)
    }
  }

  @Test("Forty are under way at a time, the others queue up and say so, and none is refused")
  func admission() async throws {
    try await importMany(100, switches: ["concurrent_tasks": .integer(40)]) { cloud, client, results, _ in
      #expect(images(results).count == 100)
      #expect(cloud.cloud.callCounts[.submit] == 100, "a submission too many was refused")
      #expect(client.events.names.contains("waiting"))
    }
  }

  @Test("A cloud that takes fewer teaches it, and all are imported")
  func fewerThanForty() async throws {
    try await importMany(60, switches: ["concurrent_tasks": .integer(10)]) { cloud, client, results, _ in
      #expect(images(results).count == 60)
      // Thirty refusals teach the limit; after that only careful probes go wrong.
      #expect((cloud.cloud.callCounts[.submit] ?? 0) < 60 + 30 + 20, "\(cloud.cloud.callCounts)")
    }
  }

  @Test("The quota is never exceeded: what fits is imported, the rest fails as quota and not as job")
  func quota() async throws {
    try await importMany(30, switches: ["image_quota": .integer(12)]) { cloud, client, results, _ in
      #expect(images(results).count == 12)
      for case .failure(let error as ImportError) in results { #expect(error.kind == .quota, "\(error)") }
      #expect(cloud.imageNames.count == 12)
    }
  }

  @Test("The request budget holds, with bad answers in between, and nothing is lost")
  func budget() async throws {
    let policy = RequestBudget.Policy(rate: 5)
    let faults = ["throttled:job:every=9", "status=503:list:every=5", "reply_lost_after:job:every=13"]
    try await importMany(60, faults: faults, budget: policy) { cloud, client, results, time in
      #expect(images(results).count == 60)
      let calls = [FaultCall.submit, .job, .list, .quota, .image].reduce(0) { $0 + (cloud.cloud.callCounts[$1] ?? 0) }
      #expect(Double(calls) <= 10 + 5 * time.monotonic.inSeconds + 5, "\(calls) in \(time.monotonic)")
      #expect(client.events.names.contains("degraded") && client.events.names.contains("recovered"))
    }
  }

  @Test("With lists, sixty imports cost far fewer questions than sixty loops would")
  func cost() async throws {
    try await importMany(60, switches: ["job_base": "1h"]) { cloud, _, results, time in
      #expect(images(results).count == 60)
      let jobs = cloud.cloud.callCounts[.job] ?? 0
      #expect(jobs < 60 * 60, "\(jobs) questions, a loop with a minute's pause has 3600")
      let late = results.compactMap { try? $0.get().waited.inSeconds }.sorted()
      #expect(late[30] < 3620, "\(late[30])")
    }
  }
}
