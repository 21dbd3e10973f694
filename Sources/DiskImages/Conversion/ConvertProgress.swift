/// How far a conversion is; given after every block.
public struct ConvertProgress: Sendable, Hashable {
  /// What is being done.
  public enum Phase: String, Sendable, CaseIterable {
    case convert
    /// The output is read back and compared.
    case verify
  }

  public var phase: Phase = .convert
  /// Bytes of the disk dealt with in this phase, holes and zeros included.
  public var bytesDone: UInt64
  /// Bytes of the disk.
  public var bytesTotal: UInt64
  /// Bytes written to the output so far, without holes.
  public var bytesWritten: UInt64

  /// The part of the phase that is done, 0 to 1.
  public var fraction: Double {
    bytesTotal == 0 ? 1 : Double(bytesDone) / Double(bytesTotal)
  }
}
