import Foundation
import Testing

@testable import DiskImages

@Suite("Converter: threads, levels, comparison")
struct ParallelConversionTests {
  /// A disk with text, noise, zeros that are written and holes, 15 blocks and a bit.
  private func disk(_ scratch: Scratch, seed: UInt64 = 3) throws -> String {
    var random = SeededGenerator(seed: seed)
    let text = Array("the quick brown fox ".utf8)
    var pieces: [(UInt64, [UInt8])] = []
    for block in [0, 1, 4, 5, 6, 9, 14] as [UInt64] {
      let count = Int.random(in: 1...2_097_152, using: &random)
      let bytes =
        block % 3 == 0
        ? random.bytes(count) : (0..<count).map { text[$0 % text.count] &+ UInt8(truncatingIfNeeded: $0 >> 16) }
      pieces.append((block * 2_097_152, bytes))
    }
    pieces.append((11 * 2_097_152, zeros(2_097_152)))
    return try scratch.sparse("in.raw", size: 15 * 2_097_152 + 1024, data: pieces)
  }

  @Test("The file is the same whatever the number of threads")
  func threads() throws {
    let scratch = try Scratch()
    let input = try disk(scratch)
    for threads in [1, 2, 7] {
      let output = scratch["\(threads).zvhd2"]
      try DiskConverter.convert(from: input, to: output, options: .fixed { $0.threads = threads })
      try DiskConverter.convert(from: output, to: scratch["\(threads).raw"], options: .fixed { $0.threads = threads })
      #expect(same(try scratch.read("\(threads).zvhd2"), try scratch.read("1.zvhd2")), "\(threads) threads")
      #expect(same(try scratch.read("\(threads).raw"), try scratch.read("in.raw")), "\(threads) threads")
    }
  }

  @Test("Every level gives a file that reads back; the default one is the vendor's", arguments: [1, 3, 9, 19])
  func levels(_ level: Int) throws {
    let scratch = try Scratch()
    let input = try disk(scratch)
    try DiskConverter.convert(
      from: input, to: scratch["a.zvhd2"],
      options: .fixed {
        $0.level = level
        $0.verify = true
      })
    try DiskConverter.convert(from: scratch["a.zvhd2"], to: scratch["b.raw"], options: .fixed())
    #expect(same(try scratch.read("b.raw"), try scratch.read("in.raw")))
    try DiskConverter.convert(from: input, to: scratch["c.zvhd2"], options: .fixed())
    #expect(same(try scratch.read("a.zvhd2"), try scratch.read("c.zvhd2")) == (level == 3))
  }

  @Test("Levels and numbers of threads that do not exist are refused", arguments: [(0, 1), (20, 1), (3, 0), (3, 257)])
  func limits(_ level: Int, _ threads: Int) throws {
    let scratch = try Scratch()
    try scratch.write([1], to: "in.raw")
    let error = #expect(throws: DiskImageError.self) {
      try DiskConverter.convert(
        from: scratch["in.raw"], to: scratch["out.zvhd2"],
        options: .fixed {
          $0.level = level
          $0.threads = threads
        })
    }
    #expect(error?.kind == .argument)
    #expect(try scratch.names() == ["in.raw"])
  }

  @Test(
    "Comparing covers every kind of output", arguments: ["out.zvhd2", "out.raw"], ConvertOptions.RawSize.allCases)
  func verify(_ name: String, _ size: ConvertOptions.RawSize) throws {
    let scratch = try Scratch()
    for input in [try disk(scratch), Fixtures.path("tiny.zvhd"), Fixtures.path("random.zvhd2")] {
      var phases: [ConvertProgress.Phase] = []
      var last: ConvertProgress?
      let options = ConvertOptions.fixed {
        $0.verify = true
        $0.force = true
        $0.rawSize = size
      }
      try DiskConverter.convert(from: input, to: scratch[name], options: options) {
        if phases.last != $0.phase { phases.append($0.phase) }
        last = $0
      }
      #expect(phases == [.convert, .verify])
      #expect(last?.fraction == 1)
    }
  }

  @Test("A source that changes between writing and comparing is an error, and the output goes", arguments: [0, 1])
  func verifyFails(_ kind: Int) throws {
    let scratch = try Scratch()
    let input = try disk(scratch)
    let handle = try FileHandle(forUpdating: URL(filePath: input))
    // A byte in a stored block, and one in a hole.
    try handle.seek(toOffset: kind == 0 ? 4 * 2_097_152 : 7 * 2_097_152 + 77)
    let error = #expect(throws: DiskImageError.self) {
      try DiskConverter.convert(from: input, to: scratch["out.zvhd2"], options: .fixed { $0.verify = true }) {
        if $0.phase == .convert, $0.fraction == 1 { try? handle.write(contentsOf: Data([0xA5])) }
      }
    }
    #expect(error?.kind == .verification)
    #expect(error?.message.contains(kind == 0 ? "byte 8388608 " : "byte 14680141 ") == true, "\(error?.message ?? "")")
    #expect(try scratch.names() == ["in.raw"])
  }

  @Test("Bytes too many in the output are found too")
  func verifyLonger() throws {
    let scratch = try Scratch()
    let input = try disk(scratch)
    try scratch.sparse("long.raw", size: 40 * 2_097_152, data: [(0, try scratch.read("in.raw")), (80_000_000, [1])])
    let pair = PairedBlockInput(
      RawBlockInput(try FileByteSource(path: input)), RawBlockInput(try FileByteSource(path: scratch["long.raw"])))
    let pipeline = try BlockPipeline(pair, threads: 2, slotSize: 0) { CompareWorker(pair, name: "long.raw") }
    let error = #expect(throws: DiskImageError.self) {
      while try pipeline.next(isCancelled: { false }, { result, _ in result }) != nil {}
    }
    #expect(error?.message.contains("byte 80000000 ") == true, "\(error?.message ?? "")")
  }

  @Test("Of two damaged blocks the first is reported, however many threads there are")
  func firstError() throws {
    let scratch = try Scratch()
    let input = try disk(scratch)
    try DiskConverter.convert(from: input, to: scratch["a.zvhd2"], options: .fixed())
    let reader = try ZVHD2Reader(FileByteSource(path: scratch["a.zvhd2"]))
    let handle = try FileHandle(forUpdating: URL(filePath: scratch["a.zvhd2"]))
    for block in [4, 9] {
      try handle.seek(toOffset: try #require(reader.entry(of: block)).offset)
      try handle.write(contentsOf: Data("damage".utf8))
    }
    try handle.close()
    for threads in [1, 2, 5] {
      let error = #expect(throws: DiskImageError.self) {
        try DiskConverter.convert(
          from: scratch["a.zvhd2"], to: scratch["b.raw"], options: .fixed { $0.threads = threads })
      }
      let place = try #require(reader.entry(of: 4)).offset
      #expect(error?.message.contains("offset \(place):") == true, "\(error?.message ?? "")")
      #expect(try scratch.names() == ["a.zvhd2", "in.raw"])
    }
  }

  @Test("A sparse disk of 1 TiB goes to ZVHD2 and back, compared, in seconds")
  func terabyte() throws {
    let scratch = try Scratch()
    let size: UInt64 = 1 << 40
    var random = SeededGenerator(seed: 8)
    let pieces: [(UInt64, [UInt8])] = [
      (0, random.bytes(4096)), (size / 3 / 512 * 512, random.bytes(512)), (size - 512, random.bytes(512)),
    ]
    // Some file systems take no files this long.
    guard (try? scratch.sparse("in.raw", size: size, data: pieces)) != nil else { return }
    let options = ConvertOptions.fixed { $0.verify = true }
    let there = try DiskConverter.convert(from: scratch["in.raw"], to: scratch["mid.zvhd2"], options: options)
    #expect(there.totalBlocks == 524_288)
    #expect(there.storedBlocks == 3)
    #expect(there.minDisk == 1024)
    let back = try DiskConverter.convert(from: scratch["mid.zvhd2"], to: scratch["out.raw"], options: options)
    #expect(back.outputSize == size)
    let out = try FileByteSource(path: scratch["out.raw"])
    for (offset, bytes) in pieces { #expect(try out.read(at: offset, count: bytes.count) == bytes) }
    #expect(try scratch.allocated("out.raw") < 8 << 20)
    let more = try scratch.sparse("more.raw", size: size + 512)
    let error = #expect(throws: DiskImageError.self) {
      try DiskConverter.convert(from: more, to: scratch["more.zvhd2"], options: options)
    }
    #expect(error?.kind == .unsupported)
  }

  @Test("More than 32768 frames take a second segment of the index")
  func manyFrames() throws {
    let scratch = try Scratch()
    let count = 33_100
    var block = zeros(2_097_152)
    block[5] = 1
    let encoder = try ZVHD2FrameEncoder(level: 3)
    var frame = zeros(ZVHD2FrameEncoder.maximumLength)
    frame.removeLast(
      frame.count
        - (try frame.withUnsafeMutableBytes { room in
          try block.withUnsafeBytes { try encoder.encode($0, block: 0, into: room) }
        }))
    try scratch.write([], to: "many.zvhd2")
    let handle = try FileHandle(forWritingTo: URL(filePath: scratch["many.zvhd2"]))
    let writer = try ZVHD2Writer(diskSize: UInt64(count) * 2_097_152 + (64 << 30), uuid: Array(0..<16)) {
      try handle.write(contentsOf: Data($0))
    }
    try writer.skip(blocks: 32768)
    for number in 0..<count {
      frame.withUnsafeMutableBytes { $0.storeBytes(of: UInt32(32768 + number), toByteOffset: 16, as: UInt32.self) }
      try frame.withUnsafeBytes { try writer.append(frame: $0) }
    }
    try writer.finish()
    try handle.close()
    let reader = try ZVHD2Reader(FileByteSource(path: scratch["many.zvhd2"]))
    #expect(reader.header.indexSegments == 2)
    #expect(reader.header.bitmapSegments == 3)
    #expect(reader.storedBlocks.count == count)
    #expect(try reader.readBlock(32767) == nil)
    for number in [32768, 32768 + 32768, 32768 + count - 1] {
      #expect(reader.entry(of: number)?.offset == UInt64(4096 + (number - 32768) * frame.count))
      #expect(same(try reader.readBlock(number), block))
    }
    let report = try DiskInspector.inspect(FileByteSource(path: scratch["many.zvhd2"]), fileName: "many.zvhd2")
    #expect(report.findings.filter { $0.severity != .hint } == [])
  }
}
