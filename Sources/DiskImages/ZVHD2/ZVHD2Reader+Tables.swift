extension ZVHD2Reader {
  /// The header at the end, after the checks without which nothing behind it can be trusted.
  static func readHeader(_ source: any ByteSource) throws -> ZVHD2Header {
    let first = try source.read(at: 0, count: ZVHD2Header.length)
    guard let start = ZVHD2Header(parsing: first), start.isZVHD2 else {
      throw DiskImageError(.unsupported, "not a ZVHD2 file: it does not begin with 'z2strm'")
    }
    guard start.version != 0 else {
      throw DiskImageError(.unsupported, "version 0 of the ZVHD2 header, expected 1")
    }
    guard source.size >= UInt64(2 * ZVHD2Header.blockLength) else {
      throw DiskImageError(
        .truncated, "the ZVHD2 file ends after \(source.size) bytes: a header, but no data and no end",
        hint: "the conversion was broken off or its source was empty; convert again")
    }
    let position = source.size - UInt64(ZVHD2Header.blockLength)
    let last = try source.readExactly(at: position, count: ZVHD2Header.length, what: "the header at the end")
    guard let header = ZVHD2Header(parsing: last), header.isZVHD2 else {
      throw DiskImageError(
        .truncated,
        "the ZVHD2 file has no header at offset \(position), its last 4096 bytes: "
          + "it is cut off, or something was added to it", hint: "copy or make the image again")
    }
    guard ZVHD2Header.checksumFits(last) else {
      throw DiskImageError(
        .corrupt,
        "the header at the end of the ZVHD2 file has a wrong checksum: "
          + "expected \(ZVHD2Header.checksum(of: last)), found \(header.checksum)",
        hint: "the image is damaged; copy or make it again")
    }
    return header
  }

  /// The numbers of the blocks whose bit is set, ascending.
  static func readBitmap(_ source: any ByteSource, _ header: ZVHD2Header) throws -> [UInt32] {
    let count = Int(header.blockCount)
    let bytes = try readTable(
      source, at: header.bitmapPosition, count: (count + 7) / 8, what: "the bitmap")
    var stored: [UInt32] = []
    for (index, byte) in bytes.enumerated() where byte != 0 {
      for bit in 0..<8 where byte & (1 << UInt8(bit)) != 0 && index * 8 + bit < count {
        stored.append(UInt32(index * 8 + bit))
      }
    }
    return stored
  }

  /// The index entry of one block, the `number`-th of those stored; nil where it stands outside of the file.
  static func readEntry(
    _ source: any ByteSource, _ header: ZVHD2Header, block: UInt32, number: Int
  ) throws -> ZVHD2IndexEntry? {
    let place = UInt64(header.indexHoldsZeroBlocks ? Int(block) : number) * UInt64(ZVHD2IndexEntry.length)
    guard let position = header.indexPosition.adding(place) else { return nil }
    let fields = ByteFields(try source.read(at: position, count: ZVHD2IndexEntry.length))
    guard fields.count == ZVHD2IndexEntry.length else { return nil }
    return ZVHD2IndexEntry(parsing: fields, at: 0)
  }

  /// The index entries of the stored blocks, in their order, each checked to lie inside the file.
  static func readIndex(
    _ source: any ByteSource, _ header: ZVHD2Header, _ stored: [UInt32]
  ) throws -> [ZVHD2IndexEntry] {
    guard let last = stored.last else { return [] }
    let count = header.indexHoldsZeroBlocks ? Int(last) + 1 : stored.count
    let bytes = try readTable(
      source, at: header.indexPosition, count: count * ZVHD2IndexEntry.length, what: "the index")
    let fields = ByteFields(bytes)
    let end = source.size - UInt64(ZVHD2Header.blockLength)
    return try stored.enumerated().map { number, block in
      let place = header.indexHoldsZeroBlocks ? Int(block) : number
      let entry = ZVHD2IndexEntry(parsing: fields, at: place * ZVHD2IndexEntry.length)
      // A frame's length may be given too long, but its start must leave room for a header.
      guard entry.offset >= UInt64(ZVHD2Header.blockLength), entry.offset <= end,
        end - entry.offset >= UInt64(ZVHD2Frame.headerLength)
      else {
        throw DiskImageError(
          .corrupt,
          "index entry \(place) puts block \(block) at offset \(entry.offset), outside of the file's "
            + "\(source.size) bytes", hint: "the image is damaged; copy or make it again")
      }
      return entry
    }
  }

  private static func readTable(
    _ source: any ByteSource, at position: UInt64, count: Int, what: String
  ) throws -> [UInt8] {
    let end = source.size - UInt64(ZVHD2Header.blockLength)
    guard position >= UInt64(ZVHD2Header.blockLength), let last = position.adding(UInt64(count)), last <= end else {
      throw DiskImageError(
        .corrupt, "\(what) of \(count) bytes stands at offset \(position), outside of the file's \(source.size) bytes",
        hint: "the image is damaged; copy or make it again")
    }
    return try source.readExactly(at: position, count: count, what: what)
  }
}
