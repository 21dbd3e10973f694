import Glibc

/// Writes a ZVHD2 file in one pass, without seeking back, so that it can be made while it is uploaded.
///
/// Blocks come in ascending order through ``append(_:)`` and ``skip(blocks:)``, bytes go to the sink as they are
/// ready; ``finish()`` writes what follows the data. The form is exactly that of the vendor's tool, with zeros where
/// the tool leaves stray bytes of memory.
public final class ZVHD2Writer {
  /// Takes the next bytes of the file; the buffer is valid only during the call.
  public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

  /// Size of the disk in bytes, rounded up to 512.
  public let diskSize: UInt64
  /// Number of blocks of the disk.
  public let blockCount: Int
  /// Bytes given to the sink so far.
  public private(set) var bytesWritten: UInt64 = 0
  /// Blocks that got a frame so far.
  public var storedBlocks: Int { frames.count }

  let header: ZVHD2Header
  /// Block and length of the frames written so far; each begins where the one before ends.
  private(set) var frames: [(block: UInt32, length: UInt32)] = []
  private(set) var nextBlock = 0
  private let sink: Sink
  private let level: Int32
  /// Encoder, a block with zeros behind what was given, and room for a frame: what only ``append(_:)`` needs.
  private var own: (encoder: ZVHD2FrameEncoder, block: [UInt8], frame: [UInt8])?

  /// Begins a file for a disk of `diskSize` bytes and writes its first header.
  ///
  /// - Parameters:
  ///   - diskSize: bytes of the disk, 1 to 2^40; the format counts sectors of 512, so it is rounded up.
  ///   - timestamp: creation in seconds since 2000-01-01 UTC; now when nil.
  ///   - uuid: 16 bytes; random when nil.
  ///   - level: zstd's level for ``append(_:)``.
  ///   - sink: takes the bytes, in order.
  /// - Throws: ``DiskImageError`` for a size or uuid that does not fit, and what the sink throws.
  public init(
    diskSize: UInt64, timestamp: UInt32? = nil, uuid: [UInt8]? = nil, level: Int = ConvertOptions.vendorLevel,
    sink: @escaping Sink
  ) throws {
    guard diskSize > 0 else {
      throw DiskImageError(.argument, "the disk is empty: a ZVHD2 file needs at least one byte of it")
    }
    guard diskSize <= 1 << 40 else {
      throw DiskImageError(
        .unsupported, "the disk has \(SizeText.bytes(diskSize)), expected at most 1 TiB",
        hint: "the cloud imports no larger disk; shrink it first")
    }
    if let uuid, uuid.count != 16 {
      throw DiskImageError(.argument, "the uuid has \(uuid.count) bytes, expected 16")
    }
    header = ZVHD2Header(
      diskSize: diskSize, timestamp: timestamp ?? Self.timestampNow(), uuid: uuid ?? Self.randomUUID())
    self.diskSize = header.originalSize
    self.level = Int32(level)
    blockCount = Int(header.blockCount)
    self.sink = sink
    try write(Self.headerBlock(header.encoded()))
  }

  /// Adds the next block: 2 MiB, or what is left of the disk at its end.
  ///
  /// A block of zeros gets no frame. Throws `argument` for a wrong length or behind the last block, and whatever the
  /// sink throws.
  public func append(_ bytes: UnsafeRawBufferPointer) throws {
    guard nextBlock < blockCount else {
      throw DiskImageError(.argument, "block \(nextBlock) is behind the last of \(blockCount) blocks")
    }
    let whole = ZVHD2Header.standardBlockSize
    let left = diskSize - UInt64(nextBlock) * UInt64(whole)
    let expected = Int(min(UInt64(whole), left))
    // The source may end inside the last sector: its size was rounded up.
    guard bytes.count <= expected,
      bytes.count == expected || expected - bytes.count < 512 && nextBlock == blockCount - 1
    else {
      throw DiskImageError(.argument, "block \(nextBlock) has \(bytes.count) bytes, expected \(expected)")
    }
    if bytes.isAllZero { return try skip(blocks: 1) }
    var tools =
      try own ?? (
        encoder: ZVHD2FrameEncoder(level: level), block: [UInt8](repeating: 0, count: whole),
        frame: [UInt8](repeating: 0, count: ZVHD2FrameEncoder.maximumLength)
      )
    own = nil
    defer { own = tools }
    tools.block.withUnsafeMutableBytes {
      $0.copyMemory(from: bytes)
      $0[bytes.count...].zero()
    }
    let length = try tools.block.withUnsafeBytes { block in
      try tools.frame.withUnsafeMutableBytes {
        try tools.encoder.encode(block, block: UInt32(nextBlock), into: $0)
      }
    }
    try tools.frame.withUnsafeBytes { try append(frame: UnsafeRawBufferPointer(rebasing: $0[..<length])) }
  }

  /// Adds the next block as a whole frame, made by a ``ZVHD2FrameEncoder``.
  func append(frame: UnsafeRawBufferPointer) throws {
    let block = UInt32(nextBlock)
    try sink(frame)
    note(frame: UInt32(frame.count), of: block)
  }

  /// Takes a frame as written that somebody else has put out, such as an earlier run.
  func note(frame length: UInt32, of block: UInt32) {
    frames.append((block, length))
    bytesWritten += UInt64(length)
    nextBlock = Int(block) + 1
  }

  /// Passes over `blocks` blocks of zeros.
  public func skip(blocks: Int) throws {
    guard blocks >= 0, blocks <= blockCount - nextBlock else {
      throw DiskImageError(.argument, "\(blocks) blocks skipped at block \(nextBlock) of \(blockCount)")
    }
    nextBlock += blocks
  }

  /// Writes what follows the data, after every block was given; returns the header at the file's end.
  @discardableResult
  public func finish() throws -> ZVHD2Header {
    guard nextBlock == blockCount else {
      throw DiskImageError(.argument, "\(nextBlock) of \(blockCount) blocks were given before the end")
    }
    var middle = header
    middle.storedBlocks = UInt32(frames.count)
    // The tool leaves the first header's checksum here; a file with another is unlike every file known.
    middle.checksum = header.checksum
    try write(Self.headerBlock(middle.encoded(recomputingChecksum: false)))

    var last = middle
    last.indexSegmentSize = UInt32(ZVHD2Header.indexSegmentLength)
    last.bitmapSegmentSize = UInt32(ZVHD2Header.bitmapSegmentLength)
    let perSegment = UInt64(ZVHD2Header.blocksPerSegment)
    last.indexSegments = UInt32(UInt64(frames.count).dividedUp(by: perSegment))
    last.bitmapSegments = UInt32(UInt64(blockCount).dividedUp(by: perSegment))
    last.indexSize = last.indexSegments * last.indexSegmentSize
    last.bitmapSize = last.bitmapSegments * last.bitmapSegmentSize
    last.indexPosition = bytesWritten
    try writeIndex(length: Int(last.indexSize))
    last.bitmapPosition = bytesWritten
    try writeBitmap(length: Int(last.bitmapSize))
    let encoded = last.encoded()
    last.checksum = ByteFields(encoded).little32(64)
    try write(Self.headerBlock(encoded))
    return last
  }

  private func writeIndex(length: Int) throws {
    var index = LittleEndianBytes(count: length)
    var offset = UInt64(ZVHD2Header.blockLength)
    for (number, frame) in frames.enumerated() {
      index.put(offset, at: number * 16)
      index.put(frame.block, at: number * 16 + 8)
      index.put(frame.length, at: number * 16 + 12)
      offset += UInt64(frame.length)
    }
    try write(index.bytes)
  }

  private func writeBitmap(length: Int) throws {
    var bitmap = [UInt8](repeating: 0, count: length)
    for frame in frames {
      bitmap[Int(frame.block / 8)] |= 1 << UInt8(frame.block % 8)
    }
    try write(bitmap)
  }

  private func write(_ bytes: [UInt8]) throws {
    guard !bytes.isEmpty else { return }
    try bytes.withUnsafeBytes { try sink($0) }
    bytesWritten += UInt64(bytes.count)
  }

  private static func headerBlock(_ header: [UInt8]) -> [UInt8] {
    header + [UInt8](repeating: 0, count: ZVHD2Header.blockLength - header.count)
  }

  static func timestampNow() -> UInt32 {
    UInt32(clamping: Int64(time(nil)) - ZVHD2Header.epoch)
  }

  static func randomUUID() -> [UInt8] {
    var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    return bytes
  }
}
