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
  ///
  /// With `limit` no more of the frame than so many bytes is read; where they do not unpack to `count`, the bytes are
  /// ``OutOfReach``.
  func start(of block: UInt32, at entry: ZVHD2IndexEntry, count: Int, limit: UInt64? = nil) throws -> [UInt8] {
    // One chunk of zstd unpacks to at most 128 KiB and is no longer than that.
    let most = UInt64(count) + 131_072
    // Where limits count, most beginnings are zeros and small: try with little first.
    for length in limit.map({ [min(most, 16384), min(most, $0)] }) ?? [most] {
      let payload = try payload(of: block, at: entry, limit: length)
      var written = 0
      let bytes = try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        let target = UnsafeMutableRawBufferPointer(buffer)
        written = try payload.withUnsafeBytes {
          try BlockDecoder().decode($0, with: compression, block: block, into: target, prefix: true)
        }
        target[written...].zero()
        initialized = count
      }
      // A frame that was read whole has no more to give: the last block may be shorter.
      if written == count || UInt64(payload.count) < length { return bytes }
    }
    if limit == nil { throw DiskImageError(.corrupt, "block \(block) unpacks to less than \(count) bytes") }
    throw OutOfReach()
  }
}
