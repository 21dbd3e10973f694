/// Reads a ZVHD file from its start to its end: one zlib stream runs over all frames, so there is no other order.
public final class ZVHDReader {
  /// The header at the start of the file.
  public let header: ZVHD2Header
  /// Bytes of the disk.
  public let diskSize: UInt64
  /// Bytes of the disk in one block.
  public let blockSize = ZVHD2Header.standardBlockSize
  /// Number of blocks of the disk.
  public let blockCount: Int
  /// Bytes read so far.
  public private(set) var bytesRead: UInt64

  private let source: any ByteSource
  private let stream: ZlibStream
  private var position = UInt64(ZVHD2Header.blockLength)
  private let end: UInt64
  private var lastBlock: UInt32?

  /// Opens a file; throws ``DiskImageError`` of kind `truncated`, `corrupt` or `unsupported`.
  public init(_ source: any ByteSource) throws {
    let first = try source.read(at: 0, count: ZVHD2Header.length)
    guard let header = ZVHD2Header(parsing: first), !header.isZVHD2 else {
      throw DiskImageError(.unsupported, "not a ZVHD file: it does not begin with 'stream'")
    }
    guard ZVHD2Header.checksumFits(first) else {
      throw DiskImageError(
        .corrupt,
        "the header of the ZVHD file has a wrong checksum: expected \(ZVHD2Header.checksum(of: first)), "
          + "found \(header.checksum)", hint: "the image is damaged; copy or make it again")
    }
    guard header.diskSize > 0, header.diskSize <= 1 << 41 else {
      throw DiskImageError(.corrupt, "a disk size of \(header.diskSize) bytes in the header, expected at most 1 TiB")
    }
    let blockLength = UInt64(ZVHD2Header.blockLength)
    guard source.size >= 2 * blockLength else {
      throw DiskImageError(
        .truncated, "the ZVHD file ends after \(source.size) bytes: a header, but no data and no end",
        hint: "the conversion was broken off or its source was empty; convert again")
    }
    end = source.size - blockLength
    let tail = try source.readExactly(at: end, count: ZVHD2Header.length, what: "the header at the end")
    guard let copy = ZVHD2Header(parsing: tail), !copy.isZVHD2 else {
      throw DiskImageError(
        .truncated,
        "the ZVHD file has no header copy at offset \(end), its last 4096 bytes: "
          + "it is cut off, or something was added to it", hint: "copy or make the image again")
    }
    self.source = source
    self.header = header
    diskSize = header.diskSize
    blockCount = Int(diskSize.dividedUp(by: UInt64(ZVHD2Header.standardBlockSize)))
    stream = try ZlibStream()
    bytesRead = UInt64(2 * ZVHD2Header.length)
  }

  /// The next stored block and its 2 MiB; nil at the end.
  public func next() throws -> (block: Int, bytes: [UInt8])? {
    var block: Int?
    let bytes = try [UInt8](unsafeUninitializedCapacity: blockSize) { buffer, initialized in
      block = try next(into: UnsafeMutableRawBufferPointer(buffer))
      initialized = block == nil ? 0 : blockSize
    }
    return block.map { ($0, bytes) }
  }

  /// Unpacks the next stored block into `output`, at least 2 MiB long, and returns its number; nil at the end.
  func next(into output: UnsafeMutableRawBufferPointer) throws -> Int? {
    guard position < end else { return nil }
    let head = try source.readExactly(at: position, count: ZVHD2Frame.headerLength, what: "a frame header")
    let frame = try ZVHD2Frame(parsing: head, at: position)
    guard Int(frame.block) < blockCount, lastBlock.map({ $0 < frame.block }) ?? true else {
      throw DiskImageError(
        .corrupt,
        "the frame at offset \(position) holds block \(frame.block), expected one of \(blockCount) blocks "
          + "behind \(lastBlock.map { "block \($0)" } ?? "the start")", hint: "copy or make the image again")
    }
    guard frame.length <= end - position,
      UInt64(frame.payloadLength) <= ZVHD2Frame.maximumPayload(blockSize: blockSize)
    else {
      throw DiskImageError(
        .corrupt, "the frame of block \(frame.block) claims \(frame.payloadLength) bytes of data, more than there are",
        hint: "copy or make the image again")
    }
    let payload = try source.readExactly(
      at: position + UInt64(ZVHD2Frame.headerLength), count: Int(frame.payloadLength),
      what: "the data of block \(frame.block)")
    let target = UnsafeMutableRawBufferPointer(rebasing: output[..<blockSize])
    let result = try payload.withUnsafeBytes { try stream.inflate($0, into: target, block: frame.block) }
    guard result.written == blockSize, result.inputUsedUp else {
      throw BlockDecoder.damaged(
        frame.block, "zlib",
        "it unpacks to \(result.inputUsedUp ? "\(result.written)" : "more than \(blockSize)") bytes, "
          + "expected \(blockSize)")
    }
    bytesRead += UInt64(head.count + payload.count)
    position += frame.length
    lastBlock = frame.block
    return Int(frame.block)
  }
}
