/// What a conversion did.
public struct ConvertSummary: Sendable, Hashable {
  public var inputFormat: DiskFormat
  public var outputFormat: DiskFormat
  /// Bytes of the disk.
  public var virtualSize: UInt64
  /// Bytes read from the input; holes are not read.
  public var bytesRead: UInt64
  /// Blocks of 2 MiB that are not all zero.
  public var storedBlocks: Int
  /// Blocks of 2 MiB of the whole disk.
  public var totalBlocks: Int
  /// Length of the output file in bytes.
  public var outputSize: UInt64
  /// Whether the output was read back and compared.
  public var isVerified: Bool
  public var duration: Duration

  /// The smallest disk that takes the image, in GiB (the API's `min_disk`).
  public var minDisk: Int { DiskInspection.gibibytes(virtualSize) }
}
