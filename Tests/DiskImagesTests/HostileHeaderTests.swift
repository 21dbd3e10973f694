import Foundation
import Testing

@testable import DiskImages

/// Truncated headers, and seeded damage for the readers: whatever comes out, it must be data or a `DiskImageError`.
@Suite("Hostile headers")
struct HostileHeaderTests {
  private static func damage(_ bytes: inout [UInt8], near interesting: [Int], _ random: inout SeededGenerator) {
    let extremes: [[UInt8]] = [
      [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0x80],
      [0xFF, 0xFF, 0xFF, 0x7F], [1], [0x80], [0xFF, 0xFF], [0, 0, 0, 0x40, 0, 0, 0, 0x40],
    ]
    for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
      let base = interesting.randomElement(using: &random) ?? 0
      let place = min(base + Int.random(in: 0..<160, using: &random), bytes.count - 1)
      if Bool.random(using: &random) {
        bytes[place] = .random(in: .min ... .max, using: &random)
      } else if let value = extremes.randomElement(using: &random) {
        for (index, byte) in value.enumerated() where place + index < bytes.count { bytes[place + index] = byte }
      }
    }
    if Int.random(in: 0..<6, using: &random) == 0 {
      bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
    }
  }

  @Test("Every truncation of a header gives a report")
  func truncations() throws {
    for specimen in try FuzzSpecimen.handmade().map(\.pieces[0].bytes) {
      for count in Array(0..<min(specimen.count, 530)) + Array(stride(from: 530, to: specimen.count, by: 4093)) {
        let report = try DiskInspector.inspect(DataByteSource(Array(specimen.prefix(count))), fileName: "a.raw")
        #expect(report.fileSize == UInt64(count))
      }
    }
  }

  @Test("Damaged ZVHD2 files give a report, and a disk or an error from the reader")
  func zvhd2() throws {
    var random = SeededGenerator(seed: 0xBADD)
    // Small enough to be damaged many times: three blocks, an index of one page.
    let block = random.bytes(3000) + zeros(ZVHD2File.blockSize - 3000)
    let frames = [0, 2].map { ZVHD2File.frame(ZVHD2File.zstd(block), block: $0) }
    let whole = ZVHD2File.file(
      diskSize: 3 << 21, body: frames[0] + frames[1],
      entries: [(4096, 0, UInt32(frames[0].count)), (4096 + UInt64(frames[0].count), 2, UInt32(frames[1].count))],
      stored: [0, 2])
    let data = 4096 + frames[0].count + frames[1].count
    let places = [0, 4096, 4096 + frames[0].count, data, data + 4096, data + 8192, whole.count - 4096]
    var outcomes: [String: Int] = [:]
    for round in 0..<600 {
      var bytes = whole
      Self.damage(&bytes, near: places, &random)
      if round % 2 == 0, bytes.count >= 4096, let header = ZVHD2Header(parsing: Array(bytes.suffix(4096))) {
        // With a checksum that fits, the damage gets past the first check.
        bytes.replaceSubrange(bytes.count - 4096..<bytes.count - 3584, with: header.encoded())
      }
      _ = try DiskInspector.inspect(DataByteSource(bytes), fileName: "a.zvhd2")
      do {
        let reader = try ZVHD2Reader(DataByteSource(bytes))
        for number in reader.storedBlocks.prefix(3) { _ = try reader.readBlock(Int(number)) }
        outcomes["read", default: 0] += 1
      } catch let error as DiskImageError {
        outcomes[error.kind.rawValue, default: 0] += 1
      }
    }
    // The damage must have reached both ends: files that still read, and each kind of refusal.
    #expect(outcomes.keys.sorted() == ["corrupt", "read", "truncated", "unsupported"], "\(outcomes)")
  }

  @Test("Damaged ZVHD files give blocks or an error")
  func zvhd() throws {
    var random = SeededGenerator(seed: 0xFACE)
    let whole = try Fixtures.bytes("tiny.zvhd")
    for _ in 0..<150 {
      var bytes = whole
      Self.damage(&bytes, near: [0, 4096, 4144, 16384, 16432, whole.count - 4096], &random)
      _ = try DiskInspector.inspect(DataByteSource(bytes), fileName: "a.zvhd")
      do {
        let reader = try ZVHDReader(DataByteSource(bytes))
        while let next = try reader.next() { #expect(next.bytes.count == ZVHD2File.blockSize) }
      } catch is DiskImageError {
        continue
      }
    }
  }
}
