/// How far a look for the operating system goes; what lies beyond is left alone and said to be.
///
/// A disk is made by a stranger: no chain of blocks, tables or links in it may keep a reader busy.
public struct SystemSearchLimits: Sendable, Hashable {
  /// Reads of the disk.
  public var reads = 2000
  /// Bytes of the disk.
  public var bytes: UInt64 = 8 << 20
  /// Bytes of the image file, which are more where compressed blocks are unpacked from their start.
  public var fileBytes: UInt64 = 96 << 20
  /// Looks at bytes, also such that were read before: what bounds the work on them.
  public var steps = 40_000

  public init() {}

  /// For an object behind HTTP, where every byte is fetched.
  public static var distant: SystemSearchLimits {
    var limits = SystemSearchLimits()
    limits.fileBytes = 24 << 20
    return limits
  }
}
