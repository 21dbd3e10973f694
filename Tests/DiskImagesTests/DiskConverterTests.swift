import Foundation
import Testing

@testable import DiskImages

@Suite("Converter")
struct DiskConverterTests {
  /// Converts to ZVHD2 and back and expects the same bytes.
  @discardableResult
  private func roundTrip(_ raw: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) throws -> ConvertSummary {
    let scratch = try Scratch()
    try scratch.write(raw, to: "in.raw")
    let summary = try DiskConverter.convert(from: scratch["in.raw"], to: scratch["mid.zvhd2"], options: .fixed())
    #expect(summary.outputSize == (try FileByteSource(path: scratch["mid.zvhd2"]).size), sourceLocation: sourceLocation)
    try DiskConverter.convert(from: scratch["mid.zvhd2"], to: scratch["out.raw"], options: .fixed())
    let padding = (512 - raw.count % 512) % 512
    #expect(
      same(try scratch.read("out.raw"), raw + zeros(padding)), sourceLocation: sourceLocation)
    #expect(try scratch.names() == ["in.raw", "mid.zvhd2", "out.raw"], sourceLocation: sourceLocation)
    let report = try DiskInspector.inspect(FileByteSource(path: scratch["mid.zvhd2"]), fileName: "mid.zvhd2")
    #expect(report.findings.filter { $0.severity != .hint } == [], sourceLocation: sourceLocation)
    return summary
  }

  @Test("Disks of every awkward size come back as they were")
  func sizes() throws {
    var random = SeededGenerator(seed: 11)
    for size in [1, 511, 512, 513, 4096, 2_097_151, 2_097_152, 2_097_153, 3 * 2_097_152 + 512, 3_146_728] {
      try roundTrip(random.bytes(size))
    }
  }

  @Test("All zeros store nothing, and the file has the smallest form")
  func allZero() throws {
    let summary = try roundTrip([UInt8](repeating: 0, count: 5_000_192))
    #expect(summary.storedBlocks == 0)
    #expect(summary.totalBlocks == 3)
    #expect(summary.outputSize == 16384)
  }

  @Test("One odd sector in a sea of zeros, at every kind of place", arguments: [0, 2_096_640, 2_097_152, 4_193_792])
  func oneSector(_ offset: Int) throws {
    var raw = [UInt8](repeating: 0, count: 3 * 2_097_152)
    for index in 0..<512 { raw[offset + index] = UInt8(truncatingIfNeeded: index + 1) }
    let summary = try roundTrip(raw)
    #expect(summary.storedBlocks == 1)
    // The last byte of a block alone counts too.
    var last = [UInt8](repeating: 0, count: 2 * 2_097_152)
    last[2_097_151] = 1
    #expect(try roundTrip(last).storedBlocks == 1)
  }

  @Test("Random disks with holes between pieces of data come back as they were")
  func randomDisks() throws {
    for seed in 20..<26 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let scratch = try Scratch()
      let size = UInt64.random(in: 1...16_000_000, using: &random)
      var pieces: [(UInt64, [UInt8])] = []
      for _ in 0..<Int.random(in: 0...12, using: &random) {
        let offset = UInt64.random(in: 0..<size, using: &random)
        let length = Int(min(UInt64.random(in: 1...300_000, using: &random), size - offset))
        pieces.append(
          (offset, Bool.random(using: &random) ? random.bytes(length) : [UInt8](repeating: 0, count: length)))
      }
      try scratch.sparse("in.raw", size: size, data: pieces)
      try DiskConverter.convert(from: scratch["in.raw"], to: scratch["mid.zvhd2"], options: .fixed())
      try DiskConverter.convert(from: scratch["mid.zvhd2"], to: scratch["out.raw"], options: .fixed())
      let out = try scratch.read("out.raw")
      #expect(same(Array(out.prefix(Int(size))), try scratch.read("in.raw")), "seed \(seed)")
      #expect(out.count == Int(size.roundedUp(to: 512)))
    }
  }

  @Test("Many small pieces with holes between them, in and across blocks, are read and nothing else")
  func manyPieces() throws {
    var random = SeededGenerator(seed: 31)
    let scratch = try Scratch()
    let size: UInt64 = 9 * 2_097_152 + 12288
    let pieces = (0..<60).map { _ in
      (UInt64.random(in: 0..<size / 4096, using: &random) * 4096, random.bytes(4096))
    }
    try scratch.sparse("in.raw", size: size, data: pieces)
    let summary = try DiskConverter.convert(from: scratch["in.raw"], to: scratch["mid.zvhd2"], options: .fixed())
    try DiskConverter.convert(from: scratch["mid.zvhd2"], to: scratch["out.raw"], options: .fixed())
    #expect(same(try scratch.read("out.raw"), try scratch.read("in.raw")))
    // File systems without holes give everything as data.
    if try scratch.allocated("in.raw") < 1 << 20 { #expect(summary.bytesRead < size / 2) }
  }

  @Test("A sparse disk of 65 GiB takes seconds both ways and gives the vendor's file")
  func sparse65() throws {
    let scratch = try Scratch()
    let sample = try Fixtures.sample("sparse-65g.zvhd2")
    let begin = ContinuousClock.now
    let back = try DiskConverter.convert(
      from: Fixtures.path("sparse-65g.zvhd2"), to: scratch["disk.raw"], options: .fixed())
    #expect(back.outputSize == sample.origSize)
    #expect(try scratch.allocated("disk.raw") < 16 << 20)
    let summary = try DiskConverter.convert(
      from: scratch["disk.raw"], to: scratch["again.zvhd2"],
      options: .fixed { $0.uuid = try? ZVHD2Reader(FileByteSource(path: Fixtures.path(sample.file))).header.uuid })
    #expect(summary.storedBlocks == 4)
    #expect(summary.totalBlocks == 33281)
    #expect(summary.outputSize == sample.fileSize)
    #expect(summary.bytesRead < 32 << 20)
    #expect(summary.minDisk == 66)
    let (ours, theirs) = try (
      ZVHD2Reader(FileByteSource(path: scratch["again.zvhd2"])),
      ZVHD2Reader(FileByteSource(path: Fixtures.path(sample.file)))
    )
    #expect(ours.storedBlocks == theirs.storedBlocks)
    for frame in sample.frames {
      #expect(ours.entry(of: frame.block) == theirs.entry(of: frame.block))
      #expect(same(try ours.readBlock(frame.block), try theirs.readBlock(frame.block)))
    }
    #expect(begin.duration(to: .now) < .seconds(20))
  }

  @Test("The vendor's GPT disk keeps its tables, and its holes, through RAW")
  func gpt() throws {
    let scratch = try Scratch()
    try DiskConverter.convert(from: Fixtures.path("gpt-ext4-3g.zvhd2"), to: scratch["disk.raw"], options: .fixed())
    #expect(try scratch.allocated("disk.raw") < 8 << 20)
    let report = try DiskInspector.inspect(FileByteSource(path: scratch["disk.raw"]), fileName: "disk.raw")
    #expect(report.firmwareHint == "uefi")
    #expect(report.partitions.map(\.fileSystem) == ["fat", "ext4"])
    #expect(report.isImportable)
    #expect(report.findings.allSatisfy { $0.severity == .hint })
  }

  @Test(
    "ZVHD becomes ZVHD2, and zlib becomes zstd, with the same disk in it", arguments: ["tiny.zvhd", "tiny-zlib.zvhd2"])
  func recompress(_ file: String) throws {
    let scratch = try Scratch()
    let summary = try DiskConverter.convert(from: Fixtures.path(file), to: scratch["out.zvhd2"], options: .fixed())
    #expect(summary.outputFormat == .zvhd2)
    let (ours, theirs) = try (
      ZVHD2Reader(FileByteSource(path: scratch["out.zvhd2"])),
      ZVHD2Reader(FileByteSource(path: Fixtures.path("tiny.zvhd2")))
    )
    #expect(ours.header.compression == .zstd)
    #expect(ours.diskSize == theirs.diskSize)
    for block in 0..<6 { #expect(same(try ours.readBlock(block), try theirs.readBlock(block))) }
  }

  @Test("Two conversions differ only in time and uuid, and with both given not at all")
  func reproducible() throws {
    let scratch = try Scratch()
    try scratch.write(Fixtures.unpacked("tiny.raw"), to: "in.raw")
    for name in ["a.zvhd2", "b.zvhd2"] {
      try DiskConverter.convert(from: scratch["in.raw"], to: scratch[name], options: .fixed())
    }
    #expect(same(try scratch.read("a.zvhd2"), try scratch.read("b.zvhd2")))
    for name in ["c.zvhd2", "d.zvhd2"] {
      try DiskConverter.convert(from: scratch["in.raw"], to: scratch[name])
    }
    let headers = try ["c.zvhd2", "d.zvhd2"].map { try ZVHD2Reader(FileByteSource(path: scratch[$0])).header }
    #expect(headers[0].uuid != headers[1].uuid)
    #expect(headers[0].uuid[6] >> 4 == 4)
    let now = Int64(Date().timeIntervalSince1970) - ZVHD2Header.epoch
    #expect(abs(Int64(headers[0].timestamp) - now) < 60)
  }

  @Test("Cancelling, by option or by task, leaves nothing behind")
  func cancel() async throws {
    let scratch = try Scratch()
    try scratch.write([UInt8](repeating: 7, count: 10_000_000), to: "in.raw")
    var blocks = 0
    let stop = Stop()
    let error = #expect(throws: DiskImageError.self) {
      try DiskConverter.convert(
        from: scratch["in.raw"], to: scratch["out.zvhd2"], options: .fixed { $0.isCancelled = { stop.isSet } }
      ) { _ in
        blocks += 1
        if blocks == 2 { stop.set() }
      }
    }
    #expect(error?.kind == .cancelled)
    #expect(blocks == 2)
    #expect(try scratch.names() == ["in.raw"])

    let (from, to) = (scratch["in.raw"], scratch["out.zvhd2"])
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      _ = try DiskConverter.convert(from: from, to: to)
    }
    let result = await task.result
    #expect(throws: DiskImageError.self) { try result.get() }
    #expect(try scratch.names() == ["in.raw"])
  }

  @Test("Progress only grows and ends at the disk's size")
  func progress() throws {
    let scratch = try Scratch()
    try scratch.sparse("in.raw", size: 30_000_128, data: [(9_000_000, [1]), (29_000_000, [2, 3])])
    var seen: [ConvertProgress] = []
    try DiskConverter.convert(from: scratch["in.raw"], to: scratch["out.zvhd2"], options: .fixed()) {
      seen.append($0)
    }
    #expect(seen.map(\.bytesDone) == seen.map(\.bytesDone).sorted())
    #expect(seen.last?.bytesDone == 30_000_128)
    #expect(seen.last?.fraction == 1)
    #expect(seen.allSatisfy { $0.bytesTotal == 30_000_128 })
  }

  /// A flag set from one place and asked from another.
  ///
  /// Sendable unchecked, as only the thread of the test touches it: the converter asks in the thread that calls it.
  private final class Stop: @unchecked Sendable {
    private(set) var isSet = false
    func set() { isSet = true }
  }
}
