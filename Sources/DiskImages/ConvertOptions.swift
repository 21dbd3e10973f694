/// How ``DiskConverter`` shall work.
public struct ConvertOptions: Sendable {
  /// Which size a RAW output gets.
  public enum RawSize: String, Sendable, CaseIterable {
    /// The disk's exact size.
    case original
    /// The size rounded up to whole GiB, as the vendor's tool writes it.
    case current
  }

  /// Whether an output that exists already is replaced.
  public var force = false
  public var rawSize: RawSize = .original
  /// The format of the input; found by its content when nil.
  public var inputFormat: DiskFormat?
  /// The format of the output, `raw` or `zvhd2`; found by its extension when nil.
  public var outputFormat: DiskFormat?
  /// Creation in a ZVHD2 header, seconds since 2000-01-01 UTC; now when nil.
  public var timestamp: UInt32?
  /// The 16 bytes of the uuid in a ZVHD2 header; random when nil.
  public var uuid: [UInt8]?
  /// Whether the output is on stable storage before it gets its name.
  public var synchronize = true
  /// Asked between blocks; true stops the work and removes the output. Cancelling the Swift task does the same.
  public var isCancelled: @Sendable () -> Bool = { false }

  public init() {}
}
