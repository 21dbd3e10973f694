import Testing

@testable import DiskImages

@Suite("ZVHD2 reader")
struct ZVHD2ReaderTests {
  static let size = ZVHD2File.blockSize

  /// Two blocks that compress, but not to nothing.
  private func pattern(_ seed: UInt64, _ count: Int = ZVHD2ReaderTests.size) -> [UInt8] {
    var random = SeededGenerator(seed: seed)
    return random.bytes(4096) + [UInt8](repeating: UInt8(truncatingIfNeeded: seed), count: count - 4096)
  }

  private func frames(_ blocks: [(UInt32, [UInt8])], alignment: Int = 4096, gap: Int = 0) -> (
    body: [UInt8], entries: [(offset: UInt64, block: UInt32, length: UInt32)]
  ) {
    var body: [UInt8] = []
    var entries: [(offset: UInt64, block: UInt32, length: UInt32)] = []
    for (block, bytes) in blocks {
      body += [UInt8](repeating: 0x77, count: gap)
      let frame = ZVHD2File.frame(ZVHD2File.zstd(bytes), block: block, alignment: alignment)
      entries.append((4096 + UInt64(body.count), block, UInt32(frame.count)))
      body += frame
    }
    return (body, entries)
  }

  @Test("Any zstd level and form of frame is taken")
  func zstdForms() throws {
    let block = pattern(1)
    let half = Array(block[..<(Self.size / 2)])
    let rest = Array(block[(Self.size / 2)...])
    let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]
    let payloads = [
      ZVHD2File.zstd(block, level: -5), ZVHD2File.zstd(block, level: 1), ZVHD2File.zstd(block, level: 19),
      ZVHD2File.zstd(block, checksum: true), ZVHD2File.zstd(block, contentSize: false),
      ZVHD2File.zstd(half) + ZVHD2File.zstd(rest), skippable + ZVHD2File.zstd(block),
    ]
    for (number, payload) in payloads.enumerated() {
      let reader = try ZVHD2Reader(DataByteSource(ZVHD2File.oneBlock(payload)))
      #expect(same(try reader.readBlock(0), block), "form \(number)")
    }
  }

  @Test("zlib payloads are taken with a sync flush at the end and properly finished", arguments: [false, true])
  func zlibForms(_ finished: Bool) throws {
    var random = SeededGenerator(seed: 2)
    for block in [pattern(3), random.bytes(Self.size), [UInt8](repeating: 9, count: Self.size)] {
      let file = ZVHD2File.oneBlock(ZVHD2File.zlib(block, finished: finished), compression: .zlib)
      #expect(same(try ZVHD2Reader(DataByteSource(file)).readBlock(0), block))
    }
  }

  @Test("Frames out of order, with gaps and aligned to 512 only are found by the index")
  func order() throws {
    let (one, two) = (pattern(4), pattern(5))
    let built = frames([(2, two), (0, one)], alignment: 512, gap: 1536)
    let file = ZVHD2File.file(
      diskSize: UInt64(3 * Self.size), body: built.body, entries: built.entries.reversed(), stored: [0, 2])
    let reader = try ZVHD2Reader(DataByteSource(file))
    #expect(same(try reader.readBlock(0), one))
    #expect(same(try reader.readBlock(1), nil))
    #expect(same(try reader.readBlock(2), two))
  }

  @Test("An index with entries for zero blocks is taken")
  func indexHoldsZeroBlocks() throws {
    let (one, two) = (pattern(6), pattern(7))
    let built = frames([(1, one), (3, two)])
    let none = (offset: UInt64(0), block: UInt32(0), length: UInt32(0))
    let file = ZVHD2File.file(
      diskSize: UInt64(5 * Self.size), body: built.body,
      entries: [none, built.entries[0], none, built.entries[1], none], stored: [1, 3]
    ) { $0.indexHoldsZeroBlocks = true }
    let reader = try ZVHD2Reader(DataByteSource(file))
    for (block, expected) in [nil, one, nil, two, nil].enumerated() {
      #expect(same(try reader.readBlock(block), expected), "block \(block)")
    }
  }

  @Test("Fields that nothing uses may be wrong or empty")
  func unusedFields() throws {
    let block = pattern(8)
    let built = frames([(0, block)])
    let file = ZVHD2File.file(
      diskSize: UInt64(Self.size), body: built.body, entries: [(4096, 99, built.entries[0].length + 8192)], stored: [0]
    ) {
      $0.originalSize = 0
      ($0.storedBlocks, $0.indexSize, $0.bitmapSize, $0.indexSegments, $0.bitmapSegments) = (0, 0, 0, 0, 0)
      ($0.timestamp, $0.geometry, $0.features, $0.formatVersion, $0.diskType) = (0, 0, 0, 0, 0)
      $0.uuid = [UInt8](repeating: 0, count: 16)
    }
    let reader = try ZVHD2Reader(DataByteSource(file))
    #expect(same(try reader.readBlock(0), block))
    // Without its exact size, the disk has the rounded one.
    #expect(reader.diskSize == 1 << 30)
  }

  @Test("Other block sizes are read, alone and through a conversion", arguments: [1 << 20, 4 << 20, 32 << 20])
  func blockSizes(_ blockSize: Int) throws {
    let scratch = try Scratch()
    let diskSize = UInt64(blockSize) * 2 + 3 * 1_048_576 + 512
    let content = pattern(9, blockSize)
    let tail = [UInt8](repeating: 5, count: 512)
    let last = (diskSize - 1) / UInt64(blockSize)
    let lastBlock =
      [UInt8](repeating: 0, count: Int(diskSize % UInt64(blockSize)) - 512) + tail
      + [UInt8](repeating: 0, count: blockSize - Int(diskSize % UInt64(blockSize)))
    let built = frames([(1, content), (UInt32(last), lastBlock)])
    let file = ZVHD2File.file(
      diskSize: diskSize, body: built.body, entries: built.entries, stored: [1, UInt32(last)], blockSize: blockSize)
    #expect(same(try ZVHD2Reader(DataByteSource(file)).readBlock(1), content))
    try scratch.write(file, to: "in.zvhd2")
    try DiskConverter.convert(from: scratch["in.zvhd2"], to: scratch["out.raw"])
    let raw = try scratch.read("out.raw")
    #expect(raw.count == Int(diskSize))
    #expect(same(Array(raw[blockSize..<2 * blockSize]), content))
    #expect(Array(raw.suffix(512)) == tail)
    #expect(isZero(Array(raw[..<blockSize])))
  }

  @Test("A last block that is not filled up is taken, a shorter one before it is not")
  func shortBlocks() throws {
    let diskSize = UInt64(Self.size) + 1024
    let content = [UInt8](repeating: 1, count: 1024)
    let built = frames([(1, content)])
    let file = ZVHD2File.file(diskSize: diskSize, body: built.body, entries: built.entries, stored: [1])
    let block = try #require(try ZVHD2Reader(DataByteSource(file)).readBlock(1))
    #expect(same(block, content + zeros(Self.size - 1024)))

    let short = frames([(0, content)])
    let wrong = ZVHD2File.file(diskSize: diskSize, body: short.body, entries: short.entries, stored: [0])
    let error = #expect(throws: DiskImageError.self) { try ZVHD2Reader(DataByteSource(wrong)).readBlock(0) }
    #expect(error?.kind == .corrupt)
    #expect(error?.message.contains("unpacks to 1024 bytes") == true)
  }

  @Test("A stored block of incompressible data is larger than the block")
  func incompressible() throws {
    var random = SeededGenerator(seed: 10)
    let block = random.bytes(Self.size)
    let payload = ZVHD2File.zstd(block)
    #expect(payload.count == 2_097_209)
    #expect(same(try ZVHD2Reader(DataByteSource(ZVHD2File.oneBlock(payload))).readBlock(0), block))
  }

  @Test("A file without its last 4096 bytes, or with more behind them, is refused")
  func cutOff() throws {
    let whole = try Fixtures.bytes("tiny.zvhd2")
    var cases = [
      Array(whole.dropLast(4096)), Array(whole.dropLast(1)), Array(whole.prefix(4096)), Array(whole.prefix(600)),
    ]
    cases += [512, 4096].map { whole + [UInt8](repeating: 0, count: $0) }
    for bytes in cases {
      let error = #expect(throws: DiskImageError.self) { try ZVHD2Reader(DataByteSource(bytes)) }
      #expect(error?.kind == .truncated, "\(bytes.count) bytes")
      #expect(error?.hint != nil)
    }
  }

  @Test("A wrong checksum in the last header is refused, one in the first two is not looked at")
  func checksums() throws {
    var bytes = try Fixtures.bytes("tiny.zvhd2")
    bytes[64] ^= 0xFF
    bytes[86016 + 64] ^= 0xFF
    #expect(try ZVHD2Reader(DataByteSource(bytes)).storedBlocks == [0, 2, 5])
    bytes[bytes.count - 4096 + 64] ^= 1
    let error = #expect(throws: DiskImageError.self) { try ZVHD2Reader(DataByteSource(bytes)) }
    #expect(error?.kind == .corrupt)
    #expect(error?.message.contains("checksum") == true)
  }

  @Test("Not ZVHD2 at all is said so")
  func otherFormats() throws {
    for bytes in [[], [1, 2, 3], try Fixtures.bytes("tiny.zvhd")] {
      let error = #expect(throws: DiskImageError.self) { try ZVHD2Reader(DataByteSource(bytes)) }
      #expect(error?.kind == .unsupported)
    }
  }

  @Test("Damaged frames are errors that name the block")
  func damagedFrames() throws {
    let whole = try Fixtures.bytes("tiny.zvhd2")
    func failure(_ change: (inout [UInt8]) -> Void) -> DiskImageError? {
      var bytes = whole
      change(&bytes)
      return #expect(throws: DiskImageError.self) { try ZVHD2Reader(DataByteSource(bytes)).readBlock(0) }
    }
    #expect(failure { $0[4096] ^= 1 }?.message.contains("no frame at offset 4096") == true)
    // The payload's length: nothing, more than the frame has, more than anything.
    for length: [UInt8] in [[0, 0, 0, 0], [0, 16, 0, 0], [255, 255, 255, 255]] {
      let error = failure { $0.replaceSubrange(4108..<4112, with: length) }
      #expect(error?.kind == .corrupt)
      #expect(error?.message.contains("block 0") == true)
    }
    // The zstd magic, and a length that cuts the payload.
    #expect(failure { $0[4144] ^= 1 }?.message.contains("zstd") == true)
    #expect(
      failure {
        $0[4108] = 100; $0[4109] = 0
      }?.kind == .corrupt)
  }

  @Test("A block whose number contradicts the bitmap in index and frame is refused, in one of them it is taken")
  func numbers() throws {
    var bytes = try Fixtures.bytes("tiny.zvhd2")
    bytes[8192 + 16] = 4
    #expect(try ZVHD2Reader(DataByteSource(bytes)).readBlock(2) != nil)
    bytes[90112 + 16 + 8] = 4
    let error = #expect(throws: DiskImageError.self) { try ZVHD2Reader(DataByteSource(bytes)).readBlock(2) }
    #expect(error?.message.contains("expects block 2") == true)
  }

  @Test("Positions, sizes and counts outside of the file are refused")
  func outOfRange() throws {
    let whole = try Fixtures.bytes("tiny.zvhd2")
    func refuse(_ change: (inout ZVHD2Header) -> Void, sourceLocation: SourceLocation = #_sourceLocation) throws {
      var header = try #require(ZVHD2Header(parsing: Array(whole[(whole.count - 4096)...])))
      change(&header)
      let bytes = Array(whole.dropLast(4096)) + header.encoded() + [UInt8](repeating: 0, count: 3584)
      let error = #expect(throws: DiskImageError.self, sourceLocation: sourceLocation) {
        try ZVHD2Reader(DataByteSource(bytes))
      }
      #expect([.corrupt, .unsupported].contains(error?.kind), sourceLocation: sourceLocation)
    }
    for position in [0, 4095, UInt64(whole.count), UInt64(whole.count) - 4096, .max, .max - 4, 1 << 62] {
      try refuse { $0.indexPosition = position }
      try refuse { $0.bitmapPosition = position }
    }
    for size: UInt32 in [0, 1, 512, 2_097_151, 1 << 26, .max] { try refuse { $0.blockSize = size } }
    for size: UInt64 in [1 << 42, .max] { try refuse { $0.originalSize = size } }
    try refuse { ($0.originalSize, $0.currentSize) = (0, 0) }
    try refuse { $0.blockCount = .max }
    try refuse { $0.compressionByte = 2 }
    // The disk has fewer blocks than the bitmap marks.
    try refuse { $0.originalSize = 2_097_152 }
  }
}
