/// How much of a file was read.
public struct ReadCost: Sendable, Hashable {
  /// Ranges that were asked for.
  public var reads = 0
  /// Bytes in them.
  public var bytes: UInt64 = 0

  public init(reads: Int = 0, bytes: UInt64 = 0) {
    self.reads = reads
    self.bytes = bytes
  }

  mutating func add(_ count: Int) {
    reads += 1
    bytes += UInt64(count)
  }
}
