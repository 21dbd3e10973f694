/// Reads the blocks of a ZVHD2 file in any order, by its index and bitmap.
///
/// It takes all that the vendor's tool takes (frames out of order, gaps between them, an index with entries for zero
/// blocks, any zstd level or frame form, headers with unused fields left empty), and besides finished zlib streams,
/// other block sizes and a last block that is not filled up. Where the tool would read damaged files without noticing,
/// it throws: a frame without its prefix, a block whose number contradicts the bitmap both in index and frame.
public struct ZVHD2Reader: Sendable {
  /// The header at the end of the file, which counts.
  public let header: ZVHD2Header
  /// Bytes of the disk.
  public let diskSize: UInt64
  /// Bytes of the disk in one block.
  public let blockSize: Int
  /// Number of blocks of the disk; the last may reach behind the disk's end.
  public let blockCount: Int
  /// The blocks that have a frame, ascending.
  public let storedBlocks: [UInt32]

  private let frames: ZVHD2FrameReader
  private let entries: [ZVHD2IndexEntry]

  /// Opens a file and reads headers, bitmap and index; throws ``DiskImageError`` of kind `truncated`, `corrupt` or
  /// `unsupported`.
  public init(_ source: any ByteSource) throws {
    header = try Self.readHeader(source)
    guard let compression = header.compression else {
      throw DiskImageError(.unsupported, "compression \(header.compressionByte), expected 0 (zlib) or 1 (zstd)")
    }
    let sizes: ClosedRange<UInt32> = 1_048_576...33_554_432
    guard sizes.contains(header.blockSize), header.blockSize.nonzeroBitCount == 1 else {
      throw DiskImageError(
        .corrupt,
        "block size \(header.blockSize), expected a power of two from \(sizes.lowerBound) to \(sizes.upperBound)")
    }
    blockSize = Int(header.blockSize)
    frames = ZVHD2FrameReader(source: source, compression: compression, blockSize: blockSize)
    diskSize = header.diskSize
    guard diskSize > 0, diskSize <= 1 << 41 else {
      throw DiskImageError(.corrupt, "a disk size of \(diskSize) bytes in the header, expected 1 byte to 1 TiB")
    }
    guard UInt64(header.blockCount) <= (1 << 41) / UInt64(blockSize) else {
      throw DiskImageError(.corrupt, "\(header.blockCount) blocks in the header, more than any disk has")
    }
    let needed = Int(diskSize.dividedUp(by: UInt64(blockSize)))
    blockCount = needed
    let stored = try Self.readBitmap(source, header)
    storedBlocks = stored
    if let last = stored.last, Int(last) >= needed {
      throw DiskImageError(
        .corrupt, "the bitmap marks block \(last), the disk of \(diskSize) bytes has only \(needed) blocks")
    }
    entries = try Self.readIndex(source, header, stored)
  }

  /// The block's bytes, always ``blockSize`` of them; nil when the block is all zero and so not in the file.
  public func readBlock(_ block: Int) throws -> [UInt8]? {
    let decoder = BlockDecoder()
    return try [UInt8](unsafeUninitializedCapacity: blockSize) { buffer, initialized in
      let stored = try readBlock(block, into: UnsafeMutableRawBufferPointer(buffer), with: decoder)
      initialized = stored ? blockSize : 0
    }.nilIfEmpty
  }

  /// Fills `output` with a whole block and returns true; returns false, leaving it alone, for a block of zeros.
  func readBlock(_ block: Int, into output: UnsafeMutableRawBufferPointer, with decoder: BlockDecoder) throws -> Bool {
    guard block >= 0, block < blockCount else {
      throw DiskImageError(.argument, "block \(block) is out of range: the disk has \(blockCount) blocks")
    }
    guard let entry = entry(of: block) else { return false }
    let payload = try frames.payload(of: UInt32(block), at: entry)
    let target = UnsafeMutableRawBufferPointer(rebasing: output[..<blockSize])
    let count = try payload.withUnsafeBytes {
      try decoder.decode($0, with: frames.compression, block: UInt32(block), into: target)
    }
    if count < blockSize {
      // Only the last block may be shorter, and only by what lies behind the disk's end.
      let wanted = min(UInt64(blockSize), diskSize - UInt64(block) * UInt64(blockSize))
      guard UInt64(count) >= wanted else {
        throw DiskImageError(
          .corrupt, "block \(block) unpacks to \(count) bytes, expected \(blockSize)",
          hint: "the image is damaged; copy or make it again")
      }
      target[count...].zero()
    }
    return true
  }

  /// Where the block's frame stands, nil for a block of zeros.
  func entry(of block: Int) -> ZVHD2IndexEntry? {
    var (low, high) = (0, storedBlocks.count)
    while low < high {
      let middle = (low + high) / 2
      if Int(storedBlocks[middle]) < block { low = middle + 1 } else { high = middle }
    }
    guard low < storedBlocks.count, Int(storedBlocks[low]) == block else { return nil }
    return entries[low]
  }
}

extension Array {
  fileprivate var nilIfEmpty: Self? { isEmpty ? nil : self }
}
