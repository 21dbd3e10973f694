/// How ``DiskConverter`` shall work.
public struct ConvertOptions: Sendable {
  /// Which size a RAW output gets.
  public enum RawSize: String, Sendable, CaseIterable {
    /// The disk's exact size.
    case original
    /// The size rounded up to whole GiB, as the vendor's tool writes it.
    case current
  }

  /// The level of zstd at which a ZVHD2 file has the same bytes as the vendor's tool writes.
  public static let vendorLevel = 3
  /// The levels of zstd that can be asked for.
  public static let levels = 1...19
  /// The most threads that can be asked for.
  public static let mostThreads = 256

  /// Whether an output that exists already is replaced.
  public var force = false
  public var rawSize: RawSize = .original
  /// The format of the input; found by its content when nil.
  public var inputFormat: DiskFormat?
  /// The format of the output, `raw` or `zvhd2`; found by its extension when nil.
  public var outputFormat: DiskFormat?
  /// How hard zstd tries, one of ``levels``. Above 9 it is slow and takes much memory for each thread.
  public var level = vendorLevel
  /// Threads that read and compress; as many as there are processors, ``defaultThreads``, when nil.
  public var threads: Int?
  /// Whether the output is read back and compared with the input before it gets its name.
  public var verify = false
  /// Whether an image of another format may make `qemu-nbd` open the files it names: a backing file, extents
  /// elsewhere. An image from a stranger could name any file of this machine.
  public var followReferences = false
  /// Creation in a ZVHD2 header, seconds since 2000-01-01 UTC; now when nil.
  public var timestamp: UInt32?
  /// The 16 bytes of the uuid in a ZVHD2 header; random when nil.
  public var uuid: [UInt8]?
  /// Whether the output is on stable storage before it gets its name.
  public var synchronize = true
  /// Asked between blocks; true stops the work and removes the output. Cancelling the Swift task does the same.
  public var isCancelled: @Sendable () -> Bool = { false }

  public init() {}

  /// Threads that are used when none are asked for: one for each processor, eight at most, as each takes about 10 MB.
  public static var defaultThreads: Int { min(8, WorkerThread.processors) }

  func check() throws {
    guard Self.levels.contains(level) else {
      throw DiskImageError(
        .argument, "level \(level), expected \(Self.levels.lowerBound) to \(Self.levels.upperBound)",
        hint: "\(Self.vendorLevel) gives what the vendor's tool writes")
    }
    if let threads, !(1...Self.mostThreads).contains(threads) {
      throw DiskImageError(.argument, "\(threads) threads, expected 1 to \(Self.mostThreads)")
    }
  }
}
