extension DiskInspector {
  static func inspectZVHD(_ source: any ByteSource, _ report: inout DiskInspection) throws {
    let first = try source.read(at: 0, count: ZVHD2Header.length)
    guard let start = ZVHD2Header(parsing: first) else {
      report.add(.error, "the file ends inside its header after \(source.size) bytes", hint: "copy it again")
      return
    }
    report.virtualSize = plausible(start.diskSize)
    describe(start, &report)
    judge(start, &report)
    if !ZVHD2Header.checksumFits(first) {
      report.add(.warning, "the checksum of the header at the start does not fit")
    }
    let blockLength = UInt64(ZVHD2Header.blockLength)
    let tail = source.size < 2 * blockLength ? [] : try source.read(at: source.size - blockLength, count: 512)
    if tail != first {
      report.add(
        .warning, "the last 4096 bytes are no copy of the header: the file is cut off, or something was added to it")
    }
    guard let size = report.virtualSize, source.size > 2 * blockLength else { return }
    if let head = try attempt(&report, { try firstBlock(source, count: min(size, 262_144)) }) {
      try describeContent(HeadByteSource(bytes: head, size: size), &report)
    }
  }

  /// The first bytes of the disk: one stream runs over all frames, so no other place can be reached cheaply.
  private static func firstBlock(_ source: any ByteSource, count: UInt64) throws -> [UInt8] {
    let place = UInt64(ZVHD2Header.blockLength)
    let frame = try ZVHD2Frame(parsing: source.read(at: place, count: ZVHD2Frame.headerLength), at: place)
    var bytes = [UInt8](repeating: 0, count: Int(count))
    guard frame.block == 0 else { return bytes }
    let length = min(Int(frame.payloadLength), bytes.count)
    let payload = try source.read(at: place + UInt64(ZVHD2Frame.headerLength), count: length)
    let written = try payload.withUnsafeBytes { packed in
      try bytes.withUnsafeMutableBytes {
        try BlockDecoder().decode(packed, with: .zlib, block: 0, into: $0, prefix: true)
      }
    }
    return length < Int(frame.payloadLength) ? Array(bytes.prefix(written)) : bytes
  }
}
