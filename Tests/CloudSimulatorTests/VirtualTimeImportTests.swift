import CloudAccess
import Foundation
import ImageImport
import Testing

@testable import CloudSimulator

@Suite("Imports on the virtual clock")
struct VirtualTimeImportTests {
  @Test("An import of ten hours is waited for through forty renewals of the token, without waiting")
  func tenHours() async throws {
    let time = VirtualTime()
    let started = ContinuousClock.now
    try await TestCloud.run(scale: 1, time: time) { configuration in
      configuration.jobBaseDuration = .seconds(36_000)
      configuration.jobDurationPerGiB = .zero
      configuration.tokenLifetime = .seconds(1000)
    } _: { cloud in
      try cloud.putSample()
      let client = cloud.client(time: time, scale: 1)
      let result = try await client.imports.importImage(TestCloud.request("web"))
      #expect(result.job.state == .succeeded)
      // INIT for 2 s, then the ten hours; the last question comes at most a long pause later.
      #expect(result.waited >= .seconds(36_002))
      #expect(result.waited <= .seconds(36_002 + 70))
      #expect(cloud.cloud.callCounts[.submit] == 1)
      #expect(cloud.cloud.callCounts[.token] == 41)
      #expect(client.events.degradations.isEmpty)
      let calls = cloud.cloud.callCounts[.job] ?? 0
      #expect((540...700).contains(calls), "\(calls)")
    }
    print("ten hours took \(started.duration(to: .now))")
  }
}
