/// How far a conversion is; given after every block.
public struct ConvertProgress: Sendable, Hashable {
  /// Bytes of the disk dealt with, holes and zeros included.
  public var bytesDone: UInt64
  /// Bytes of the disk.
  public var bytesTotal: UInt64
  /// Bytes written to the output so far, without holes.
  public var bytesWritten: UInt64

  /// The part that is done, 0 to 1.
  public var fraction: Double {
    bytesTotal == 0 ? 1 : Double(bytesDone) / Double(bytesTotal)
  }
}
