extension DiskInspector {
  /// How many index entries are looked at far away: 64 KiB, where a large disk has 8 MiB of them.
  private static let indexSample = 4096

  static func inspectZVHD2(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    let first = try source.read(at: 0, count: ZVHD2Header.length)
    guard let start = ZVHD2Header(parsing: first) else {
      report.add(.error, "the file ends inside its header after \(source.size) bytes", hint: "copy it again")
      return
    }
    let blockLength = UInt64(ZVHD2Header.blockLength)
    if source.size % blockLength != 0 {
      report.add(.warning, "the size of \(source.size) bytes is no multiple of 4096, as every ZVHD2 file's is")
    }
    if !start.hasOwnCookie {
      report.add(.warning, "the file begins with 'stream', expected 'z2strm': no known tool writes ZVHD2 so")
    }
    if start.version == 0 { report.add(.warning, "version 0 in the header, expected 1") }
    if !ZVHD2Header.checksumFits(first) {
      report.add(.warning, "the checksum of the header at the start does not fit")
    }
    report.virtualSize = plausible(start.diskSize)
    guard source.size >= 2 * blockLength else {
      report.add(
        .error, "the file is only a header of \(source.size) bytes: there is no disk in it",
        hint: "the conversion was broken off or its source was empty; convert again")
      return
    }
    let tail = try source.read(at: source.size - blockLength, count: ZVHD2Header.length)
    guard let last = ZVHD2Header(parsing: tail), last.isZVHD2 else {
      report.add(
        .warning, "no header in the last 4096 bytes: the file is cut off, or something was added to it",
        hint: "copy or convert it again")
      judge(start, &report)
      return
    }
    let fits = ZVHD2Header.checksumFits(tail)
    if !fits {
      report.add(
        .warning, "the checksum of the header at the end does not fit", hint: "the file is damaged; make it again")
    }
    let trusted = fits ? last : start
    report.virtualSize = plausible(trusted.diskSize) ?? plausible(start.diskSize)
    describe(trusted, &report)
    judge(trusted, &report)
    if fits, last.originalSize != 0, start.originalSize != last.originalSize || start.uuid != last.uuid {
      report.add(.warning, "the headers at start and end belong to different disks", hint: "make the image again")
    }
    do {
      try judgeTables(source, last, &report)
    } catch let error as DiskImageError {
      report.add(.warning, error.message, hint: error.hint)
    }
  }

  /// Facts of a header that have no field of their own.
  static func describe(_ header: ZVHD2Header, _ report: inout DiskInspection) {
    report.note("uuid", uuid(header.uuid))
    report.note("created_at", UTCText.iso8601(since2000: header.timestamp))
    guard header.isZVHD2 else { return }
    report.note("block_size", UInt64(header.blockSize))
    if let compression = header.compression { report.note("compression", "\(compression)") }
  }

  /// What a header says about the disk, whichever copy it is.
  static func judge(_ header: ZVHD2Header, _ report: inout DiskInspection) {
    if header.originalSize == 0 || header.originalSize > 1 << 40 {
      report.add(.warning, "a disk size of \(header.originalSize) bytes in the header, expected 1 byte to 1 TiB")
    }
    if header.currentSize < header.originalSize || header.currentSize % 1_073_741_824 != 0 {
      report.add(
        .warning,
        "a rounded disk size of \(header.currentSize) bytes in the header, expected whole GiB, "
          + "at least \(header.originalSize) bytes")
    }
    guard header.isZVHD2 else { return }
    if header.blockSize != UInt32(ZVHD2Header.standardBlockSize) {
      report.add(.warning, "a block size of \(header.blockSize) bytes, expected \(ZVHD2Header.standardBlockSize)")
    } else {
      let blocks = header.diskSize.dividedUp(by: UInt64(header.blockSize))
      if UInt64(header.blockCount) != blocks {
        report.add(.warning, "\(header.blockCount) blocks in the header, a disk of that size has \(blocks)")
      }
    }
    if header.compression == nil {
      report.add(.warning, "compression \(header.compressionByte), expected 0 (zlib) or 1 (zstd)")
    }
  }

  /// Bitmap, index and the first block, through the header at the end.
  private static func judgeTables(
    _ source: any ByteSource, _ header: ZVHD2Header, _ report: inout DiskInspection
  ) throws {
    // A bitmap for 1 TiB has 64 KiB; a header that wants much more is damaged.
    guard header.blockCount <= 1 << 20 else {
      report.add(.warning, "\(header.blockCount) blocks in the header, more than any disk has")
      return
    }
    let stored = try ZVHD2Reader.readBitmap(source, header)
    if !header.indexHoldsZeroBlocks, UInt32(stored.count) != header.storedBlocks {
      report.add(
        .warning, "\(stored.count) blocks marked in the bitmap, the header says \(header.storedBlocks)",
        hint: "the file is damaged; make it again")
    }
    report.note("stored_blocks", UInt64(stored.count))
    report.allocatedSize = UInt64(stored.count) * UInt64(header.blockSize)
    let limit = source.isDistant ? indexSample : 1 << 20
    let sample = Array(stored.prefix { Int($0) < limit || !header.indexHoldsZeroBlocks }.prefix(limit))
    let entries = try ZVHD2Reader.readIndex(source, header, sample)
    judge(entries, sample, &report)
    try judgeLastFrame(source, header, stored, &report)
    guard let size = report.virtualSize else { return }
    if stored.isEmpty {
      report.add(.hint, "every byte of the disk is zero")
    } else if let disk = ZVHD2DiskSource(source, header, stored, size: size) {
      try describeContent(disk, &report)
    }
  }

  /// Whether the last frame ends where the header behind the data begins.
  private static func judgeLastFrame(
    _ source: any ByteSource, _ header: ZVHD2Header, _ stored: [UInt32], _ report: inout DiskInspection
  ) throws {
    guard let block = stored.last, !header.indexHoldsZeroBlocks,
      let last = try ZVHD2Reader.readEntry(source, header, block: block, number: stored.count - 1),
      let end = last.offset.adding(UInt64(last.length))
    else { return }
    if end > source.size - UInt64(ZVHD2Header.blockLength) {
      report.add(.warning, "the data of block \(block) ends at \(end), behind the file's data: the file is damaged")
    }
  }

  private static func judge(
    _ entries: [ZVHD2IndexEntry], _ blocks: [UInt32], _ report: inout DiskInspection
  ) {
    var expected = UInt64(ZVHD2Header.blockLength)
    for (entry, block) in zip(entries, blocks) {
      guard entry.block == block else {
        report.add(.warning, "the index names block \(entry.block) where the bitmap expects block \(block)")
        return
      }
      guard entry.offset == expected else {
        report.add(
          .warning,
          "the data of block \(block) stands at offset \(entry.offset), expected at \(expected): "
            + "gaps or another order than the vendor's tool writes")
        return
      }
      expected = entry.offset + UInt64(entry.length)
    }
  }

  static func plausible(_ size: UInt64) -> UInt64? {
    (1...(1 << 41)).contains(size) ? size : nil
  }
}
