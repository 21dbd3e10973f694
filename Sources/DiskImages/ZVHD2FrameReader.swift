/// Fetches the compressed data of blocks from a ZVHD2 file and checks the frames around it.
struct ZVHD2FrameReader: Sendable {
  let source: any ByteSource
  let compression: ZVHD2Header.Compression
  let blockSize: Int

  /// The payload of `block`, or its first `limit` bytes.
  func payload(of block: UInt32, at entry: ZVHD2IndexEntry, limit: UInt64 = .max) throws -> [UInt8] {
    let head = try source.readExactly(
      at: entry.offset, count: ZVHD2Frame.headerLength, what: "the frame of block \(block)")
    let frame = try ZVHD2Frame(parsing: head, at: entry.offset)
    if frame.block != block, entry.block != block {
      throw DiskImageError(
        .corrupt,
        "the bitmap expects block \(block), index and frame at offset \(entry.offset) "
          + "name blocks \(entry.block) and \(frame.block)", hint: "the image is damaged; copy or make it again")
    }
    let length = UInt64(frame.payloadLength)
    let room = UInt64(entry.length) - min(UInt64(entry.length), UInt64(ZVHD2Frame.headerLength))
    guard length > 0, length <= room, length <= ZVHD2Frame.maximumPayload(blockSize: blockSize) else {
      throw DiskImageError(
        .corrupt, "the frame of block \(block) claims \(length) bytes of data, its index entry has room for \(room)",
        hint: "the image is damaged; copy or make it again")
    }
    return try source.readExactly(
      at: entry.offset + UInt64(ZVHD2Frame.headerLength), count: Int(min(length, limit)),
      what: "the data of block \(block)")
  }

  /// The first `count` bytes of `block`, without reading more of its frame than that takes.
  func start(of block: UInt32, at entry: ZVHD2IndexEntry, count: Int) throws -> [UInt8] {
    // One chunk of zstd unpacks to at most 128 KiB and is no longer than that.
    let payload = try payload(of: block, at: entry, limit: UInt64(count) + 131_072)
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      let target = UnsafeMutableRawBufferPointer(buffer)
      let written = try payload.withUnsafeBytes {
        try BlockDecoder().decode($0, with: compression, block: block, into: target, prefix: true)
      }
      target[written...].zero()
      initialized = count
    }
  }
}
