import Foundation
import Testing

@testable import DiskImages

/// Seeded damage to the headers of every format: whatever comes out, it must be a report or a `DiskImageError`.
@Suite("Hostile headers")
struct HostileHeaderTests {
  /// Starts of files of every format, as short as still makes the parsers go all their ways.
  private static func specimens() throws -> [[UInt8]] {
    func put(_ length: Int, _ pieces: [(Int, [UInt8])]) -> [UInt8] {
      var bytes = zeros(length)
      for (offset, piece) in pieces { bytes.replaceSubrange(offset..<offset + piece.count, with: piece) }
      return bytes
    }
    func text(_ string: String) -> [UInt8] { Array(string.utf8) }
    let region: [UInt8] = [
      0x06, 0xA2, 0x7C, 0x8B, 0x90, 0x47, 0x9A, 0x4B, 0xB8, 0xFE, 0x57, 0x5F, 0x05, 0x0F, 0x88, 0x6E, 0, 0, 4,
    ]
    let item: [UInt8] = [
      0x24, 0x42, 0xA5, 0x2F, 0x1B, 0xCD, 0x76, 0x48, 0xB2, 0x11, 0x5D, 0xBE, 0xD8, 0x3B, 0xF4, 0xB8, 0, 0x10,
    ]
    let descriptor = "# Disk DescriptorFile\nparentCID=ffffffff\nRW 2048 SPARSE \"a.vmdk\"\n"
    let partition: [UInt8] = [0x80, 0, 2, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0]
    var gpt = put(40960, [(510, [0x55, 0xAA]), (446, partition), (512, text("EFI PART")), (524, [92]), (544, [79])])
    gpt.replaceSubrange(512 + 72..<512 + 88, with: [2, 0, 0, 0, 0, 0, 0, 0, 128, 0, 0, 0, 128, 0, 0, 0])
    gpt.replaceSubrange(1024..<1028, with: [0x28, 0x73, 0x2A, 0xC1])
    return [
      put(4096, [(0, text("stream"))]),
      put(4096, [(0, [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3]), (15, [200, 0, 0, 0, 9])]),
      put(512, [(0, [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 1])]), put(512, [(0, [0x51, 0x45, 0x44, 0])]),
      put(1024, [(512, text("conectix"))]), put(1024, [(0, text("conectix"))]),
      put(
        266_240,
        [
          (0, text("vhdxfile")), (65536, text("head")), (131_072, text("head")), (196_608, text("regi")),
          (196_616, [1]), (196_624, region), (262_144, text("metadata")), (262_154, [1]), (262_176, item),
        ]),
      put(1024, [(0, text("KDMV")), (28, [1]), (36, [1]), (512, text(descriptor))]), put(512, [(0, text("COWD"))]),
      text(descriptor), put(512, [(64, [0x7F, 0x10, 0xDA, 0xBE])]),
      put(40960, [(510, [0x55, 0xAA]), (446, partition)]),
      gpt, put(512, [(0, [0x1F, 0x8B])]), put(512, [(257, text("ustar"))]), text("SHA256(x)"),
    ]
  }

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

  @Test("Reports come out of damaged headers of every format")
  func everyFormat() throws {
    var random = SeededGenerator(seed: 0x5EED)
    let names = [nil, "a.raw", "a.zvhd2", "a.vmdk"]
    for specimen in try Self.specimens() {
      let places = [0, 440, 512, 1024, 65536, 131_072, 196_608, 262_144, specimen.count - 512].filter {
        $0 >= 0 && $0 < specimen.count
      }
      for _ in 0..<150 {
        var bytes = specimen
        Self.damage(&bytes, near: places, &random)
        let report = try DiskInspector.inspect(
          DataByteSource(bytes), fileName: names.randomElement(using: &random) ?? nil)
        #expect(report.fileSize == UInt64(bytes.count))
        #expect(report.minDisk == report.virtualSize.map(DiskInspection.gibibytes))
        if bytes.isEmpty { #expect(!report.isImportable) }
      }
    }
  }

  @Test("Every truncation of a header gives a report")
  func truncations() throws {
    for specimen in try Self.specimens() {
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
