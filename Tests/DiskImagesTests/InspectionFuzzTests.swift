import Foundation
import Testing

@testable import DiskImages

/// SLIPWAY_FUZZ_SECONDS makes it run for so long, SLIPWAY_FUZZ_SEED from another seed: see scripts/fuzz.
@Suite("Inspection of damaged files")
struct InspectionFuzzTests {
  @Test("A file of any format looks the same from afar, by a few ranges of kilobytes")
  func afar() async throws {
    for file in try FuzzSpecimen.all() {
      var bytes: UInt64 = 0
      var reads = 0
      let report = try await DiskInspector.inspect(size: file.size, fileName: file.name) { range in
        reads += 1
        bytes += range.upperBound - range.lowerBound
        return try file.read(at: range.lowerBound, count: Int(range.upperBound - range.lowerBound))
      }
      #expect(try report == DiskInspector.inspect(file, fileName: file.name), "\(file.name)")
      #expect(reads <= 12, "\(file.name)")
      #expect(bytes <= 400_000, "\(file.name)")
    }
  }

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
