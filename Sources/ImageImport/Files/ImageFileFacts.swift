import DiskImages

/// What is known about the image file itself, for the rules that need its size or content.
public struct ImageFileFacts: Sendable, Hashable {
  /// Size of the object in bytes.
  public var objectSize: UInt64?

  /// Size in bytes of the disk inside the file.
  public var diskSize: UInt64?

  /// The format its first bytes show; nil when they were not read.
  public var format: DiskFormat?

  /// Whether the disk or a partition of it is encrypted, as far as anyone looked.
  public var isEncrypted: Bool

  public init(
    objectSize: UInt64? = nil, diskSize: UInt64? = nil, format: DiskFormat? = nil, isEncrypted: Bool = false
  ) {
    self.objectSize = objectSize
    self.diskSize = diskSize
    self.format = format
    self.isEncrypted = isEncrypted
  }

  /// What a look into the file told.
  public init(_ inspection: DiskInspection) {
    self.init(
      objectSize: inspection.fileSize, diskSize: inspection.virtualSize,
      format: inspection.isEmpty ? nil : inspection.format,
      isEncrypted: inspection.format == .luks || inspection.partitions.contains { $0.fileSystem == "luks" })
  }

  /// The disk's size in whole GiB, rounded up: the smallest `min_disk` that fits.
  public var smallestMinDisk: Int? { diskSize.map(DiskInspection.gibibytes) }

  static let gibibyte: UInt64 = 1 << 30
}
