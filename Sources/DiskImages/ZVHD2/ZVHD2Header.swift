/// The 512-byte header of a ZVHD2 or ZVHD file, which stands at the start, behind the data and at the end.
///
/// All numbers are little-endian. In a ZVHD2 file the copy at the end counts: only it has the positions of index and
/// bitmap.
public struct ZVHD2Header: Sendable, Hashable {
  /// How the blocks are compressed.
  public enum Compression: UInt8, Sendable, CaseIterable {
    case zlib = 0
    case zstd = 1
  }

  /// Bytes of the header proper; the block it stands in has ``blockLength``.
  public static let length = 512
  /// Bytes of the block that holds a header; what follows the header in it means nothing.
  public static let blockLength = 4096
  /// Bytes of the disk in one block, the only size the vendor's tool reads.
  public static let standardBlockSize = 2_097_152
  /// Bytes of one index segment: 32768 entries of 16 bytes.
  public static let indexSegmentLength = 524_288
  /// Bytes of one bitmap segment: 32768 bits.
  public static let bitmapSegmentLength = 4096
  /// Blocks for which one index or bitmap segment has room.
  static let blocksPerSegment = 32768
  /// 2000-01-01 UTC in seconds since 1970, from which ``timestamp`` counts.
  public static let epoch: Int64 = 946_684_800

  static let zvhd2Cookie = Array("z2strm".utf8)
  static let zvhdCookie = Array("stream".utf8)

  /// The 8 bytes that name the format.
  public var cookie: [UInt8]
  public var features: UInt32 = 2
  public var formatVersion: UInt32 = 0x0001_0000
  /// Creation, in seconds since 2000-01-01 UTC.
  public var timestamp: UInt32
  public var creatorVersion: UInt32 = 0x0001_0004
  /// Size of the disk in bytes, a multiple of 512.
  public var originalSize: UInt64
  /// ``originalSize`` rounded up to whole GiB: what the vendor's tool calls the virtual size.
  public var currentSize: UInt64
  public var geometry: UInt32
  public var diskType: UInt32 = 4
  /// 16 bytes.
  public var uuid: [UInt8]
  /// The version of the ZVHD2 part of the header; 1, and 0 in a ZVHD file.
  public var version: UInt8
  public var blockSize: UInt32
  /// Number of blocks of the disk.
  public var blockCount: UInt32
  public var indexPosition: UInt64 = 0
  public var bitmapPosition: UInt64 = 0
  public var indexSize: UInt32 = 0
  public var bitmapSize: UInt32 = 0
  public var indexSegmentSize: UInt32 = 0
  public var bitmapSegmentSize: UInt32 = 0
  public var indexSegments: UInt32 = 0
  public var bitmapSegments: UInt32 = 0
  /// Number of blocks that are not all zero and so have a frame.
  public var storedBlocks: UInt32 = 0
  /// Whether the index has an entry for every block, zeros for those without a frame.
  public var indexHoldsZeroBlocks = false
  /// The compression byte as it stands; see ``compression``.
  public var compressionByte: UInt8 = 1
  /// The checksum as it was read; ``encoded(recomputingChecksum:)`` computes its own.
  public var checksum: UInt32 = 0

  /// The header of a new ZVHD2 file for a disk of `diskSize` bytes, as it stands at offset 0.
  public init(diskSize: UInt64, timestamp: UInt32, uuid: [UInt8]) {
    let rounded = diskSize.roundedUp(to: 512)
    cookie = Self.zvhd2Cookie + [0, 0]
    self.timestamp = timestamp
    originalSize = rounded
    currentSize = rounded.roundedUp(to: 1_073_741_824)
    geometry = DiskGeometry(size: rounded).packed
    self.uuid = Array((uuid + [UInt8](repeating: 0, count: 16)).prefix(16))
    version = 1
    blockSize = UInt32(Self.standardBlockSize)
    blockCount = UInt32(truncatingIfNeeded: rounded.dividedUp(by: UInt64(Self.standardBlockSize)))
    checksum = Self.checksum(of: encoded())
  }

  /// Reads a header from its first 512 bytes; nil when there are fewer or neither cookie stands there.
  ///
  /// Only the cookie is judged: ``checksumFits(_:)`` and the inspection tell whether the rest makes sense.
  public init?(parsing bytes: [UInt8]) {
    let fields = ByteFields(bytes)
    guard fields.count >= Self.length, fields.has(Self.zvhd2Cookie, at: 0) || fields.has(Self.zvhdCookie, at: 0) else {
      return nil
    }
    cookie = fields.slice(0, 8)
    features = fields.little32(8)
    formatVersion = fields.little32(12)
    timestamp = fields.little32(24)
    creatorVersion = fields.little32(32)
    originalSize = fields.little64(40)
    currentSize = fields.little64(48)
    geometry = fields.little32(56)
    diskType = fields.little32(60)
    checksum = fields.little32(64)
    uuid = fields.slice(68, 16)
    version = fields[87]
    blockSize = fields.little32(88)
    blockCount = fields.little32(92)
    indexPosition = fields.little64(96)
    bitmapPosition = fields.little64(104)
    indexSize = fields.little32(112)
    bitmapSize = fields.little32(116)
    indexSegmentSize = fields.little32(120)
    bitmapSegmentSize = fields.little32(124)
    indexSegments = fields.little32(128)
    bitmapSegments = fields.little32(132)
    storedBlocks = fields.little32(136)
    indexHoldsZeroBlocks = fields[140] != 0
    compressionByte = fields[141]
  }

  /// Whether the header is a ZVHD2 file's; a ZVHD file has zeros where that has its version.
  ///
  /// The vendor's writer can be built to write the cookie of ZVHD, so the version decides there.
  public var isZVHD2: Bool { hasOwnCookie || version != 0 }

  /// Whether the cookie is `z2strm`, as in every ZVHD2 file known.
  var hasOwnCookie: Bool { cookie.starts(with: Self.zvhd2Cookie) }

  /// How the blocks are compressed, nil for a byte this version does not know.
  public var compression: Compression? { Compression(rawValue: compressionByte) }

  /// The size of the disk: ``originalSize``, or ``currentSize`` in files that leave the former empty.
  public var diskSize: UInt64 { originalSize != 0 ? originalSize : currentSize }

  /// The 512 bytes of the header, with a fitting checksum or with ``checksum`` as it is.
  public func encoded(recomputingChecksum: Bool = true) -> [UInt8] {
    var out = LittleEndianBytes(count: Self.length)
    out.put(cookie, at: 0)
    out.put(features, at: 8)
    out.put(formatVersion, at: 12)
    out.put(UInt64.max, at: 16)
    out.put(timestamp, at: 24)
    out.put(Array("tap".utf8), at: 28)
    out.put(creatorVersion, at: 32)
    out.put(originalSize, at: 40)
    out.put(currentSize, at: 48)
    out.put(geometry, at: 56)
    out.put(diskType, at: 60)
    out.put(uuid, at: 68)
    out.put(version, at: 87)
    out.put(blockSize, at: 88)
    out.put(blockCount, at: 92)
    out.put(indexPosition, at: 96)
    out.put(bitmapPosition, at: 104)
    out.put(indexSize, at: 112)
    out.put(bitmapSize, at: 116)
    out.put(indexSegmentSize, at: 120)
    out.put(bitmapSegmentSize, at: 124)
    out.put(indexSegments, at: 128)
    out.put(bitmapSegments, at: 132)
    out.put(storedBlocks, at: 136)
    out.put(UInt8(indexHoldsZeroBlocks ? 1 : 0), at: 140)
    out.put(compressionByte, at: 141)
    out.put(recomputingChecksum ? Self.checksum(of: out.bytes) : checksum, at: 64)
    return out.bytes
  }

  /// One's complement of the byte sum of the first 512 bytes, the checksum field taken as zero.
  public static func checksum(of bytes: [UInt8]) -> UInt32 {
    var sum: UInt32 = 0
    for (offset, byte) in bytes.prefix(length).enumerated() where !(64..<68).contains(offset) {
      sum &+= UInt32(byte)
    }
    return ~sum
  }

  /// Whether the checksum in the header's bytes fits them.
  public static func checksumFits(_ bytes: [UInt8]) -> Bool {
    ByteFields(bytes).little32(64) == checksum(of: bytes)
  }
}
