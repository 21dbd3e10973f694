import CZstd
import Glibc

/// A disk image about to become a ZVHD2 file that stands nowhere: its bytes are made as they are asked for, so that
/// they can be sent while they are made.
///
/// The bytes depend on nothing but the image, the level and what the first checkpoint holds, so a stream broken off
/// anywhere, even by the end of the process, can go on at its last checkpoint without making earlier blocks again.
public final class ZVHD2Conversion: Sendable {
  /// The path of the image.
  public let path: String
  /// What the image is.
  public let inputFormat: DiskFormat
  /// Bytes of the disk.
  public let diskSize: UInt64
  /// Stands for the bytes of the stream, apart from time and uuid: image file, level, version of the compressor.
  public let fingerprint: String
  /// When the image file was written last, in seconds since 2000-01-01 UTC: a time for the header that stays the same.
  public let modified: UInt32
  /// No more bytes than this will come.
  public let sizeBound: UInt64

  private let source: DiskSource
  private let options: ConvertOptions

  /// Opens the image; of the options `level`, `threads`, `inputFormat`, `followReferences`, `timestamp`, `uuid`,
  /// `isCancelled` and `verify` count: the last unpacks every block again and compares it before its bytes are given.
  ///
  /// Throws ``DiskImageError`` as ``DiskConverter/convert(from:to:options:progress:)`` does.
  public init(path: String, options: ConvertOptions = ConvertOptions()) throws {
    try options.check()
    source = try DiskSource(path: path, options: options)
    self.path = path
    self.options = options
    inputFormat = source.format
    diskSize = source.blocks.diskSize
    let status = try Self.identity(source)
    let seconds = try Int64(source.file.file.status(path: path).st_mtim.tv_sec)
    modified = UInt32(clamping: seconds - ZVHD2Header.epoch)
    let level = "zstd \(ZSTD_versionNumber()) level \(options.level)"
    // Files that an image names are not watched, so nothing is said about the bytes of such a disk.
    let once = options.followReferences ? " \(UInt64.random(in: .min ... .max))" : ""
    fingerprint = "zvhd2 of \(source.format.rawValue) \(status), \(level)\(once)"
    sizeBound = try Self.bound(source)
  }

  /// Throws when the image file is not what it was when this was made.
  public func checkUnchanged() throws {
    guard try fingerprint.contains(" \(Self.identity(source)),") else {
      throw DiskImageError(
        .busy, "'\(path)' was changed while it was read", hint: "do it again when nothing writes to it any more")
    }
  }

  /// Begins the stream, or goes on behind the last of the checkpoints that a stream of the same fingerprint gave.
  ///
  /// `uuid` and `timestamp` go before those of the options. `progress` is called in the thread that calls
  /// ``ZVHD2Stream/next(upTo:)``. Throws `corrupt` for checkpoints that do not fit the disk.
  public func stream(
    after checkpoints: [[UInt8]] = [], uuid: [UInt8]? = nil, timestamp: UInt32? = nil,
    progress: @escaping @Sendable (ConvertProgress) -> Void = { _ in }
  ) throws -> ZVHD2Stream {
    try checkUnchanged()
    var options = options
    options.uuid = uuid ?? options.uuid
    options.timestamp = timestamp ?? options.timestamp
    return try ZVHD2Stream(source, options, checkpoints, progress: progress)
  }

  private static func identity(_ source: DiskSource) throws -> String {
    let facts = try source.file.file.status(path: source.file.path)
    var named = stat()
    // An image that others serve is opened by its name a second time.
    guard stat(source.file.path, &named) == 0, named.st_ino == facts.st_ino, named.st_dev == facts.st_dev else {
      return "replaced"
    }
    let time = "\(facts.st_mtim.tv_sec).\(facts.st_mtim.tv_nsec)"
    return "\(source.file.size):\(facts.st_size):\(time):\(facts.st_dev):\(facts.st_ino)"
  }

  /// Every block that is not known to be zero counts as one that cannot be compressed.
  private static func bound(_ source: DiskSource) throws -> UInt64 {
    let input = source.blocks
    var blocks = input.blockCount
    if input.isParallel {
      blocks = 0
      let none = UnsafeMutableRawBufferPointer(start: nil, count: 0)
      let stretches = try input.stretches(from: 0)
      while let stretch = try stretches.next(none) {
        if case .block = stretch { blocks += 1 }
      }
    }
    let perSegment = UInt64(ZVHD2Header.blocksPerSegment)
    return 3 * UInt64(ZVHD2Header.blockLength) + UInt64(blocks) * UInt64(ZVHD2FrameEncoder.maximumLength)
      + UInt64(blocks).dividedUp(by: perSegment) * UInt64(ZVHD2Header.indexSegmentLength)
      + UInt64(input.blockCount).dividedUp(by: perSegment) * UInt64(ZVHD2Header.bitmapSegmentLength)
  }
}
