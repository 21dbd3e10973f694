import Foundation
import Testing

@testable import DiskImages

/// SLIPWAY_FUZZ_SECONDS makes it run for so long, SLIPWAY_FUZZ_SEED from another seed: see scripts/fuzz.
@Suite("Inspection of damaged files")
struct InspectionFuzzTests {
  @Test("Whatever is in a file, an inspection ends with a report, and from afar with few and small reads")
  func fuzz() async throws {
    let environment = ProcessInfo.processInfo.environment
    let seed = environment["SLIPWAY_FUZZ_SEED"].flatMap { UInt64($0) } ?? 0x5EED
    let seconds = environment["SLIPWAY_FUZZ_SECONDS"].flatMap(Int.init)
    let specimens = try FuzzSpecimen.all()
    #expect(specimens.count >= 25)
    var fuzzer = InspectionFuzzer(specimens, seed: seed)
    let begin = ContinuousClock.now
    while seconds.map({ begin.duration(to: .now) < .seconds($0) }) ?? (fuzzer.cases < 1000) {
      do {
        try await fuzzer.step()
      } catch {
        Issue.record("seed \(seed), case \(fuzzer.cases): \(error)")
        return
      }
    }
    // Not a bound on speed: only what hangs takes so long.
    #expect(fuzzer.slowest < .seconds(60))
    if seconds != nil {
      print(
        "\(fuzzer.cases) cases from seed \(seed), slowest \(fuzzer.slowest), from afar at most "
          + "\(fuzzer.mostReadsSeen) reads and \(fuzzer.mostBytesSeen) bytes")
    }
  }
}
