/// What is known about the image file itself, for the rules that need its size.
public struct ImageFileFacts: Sendable, Hashable {
  /// Size of the object in bytes.
  public var objectSize: UInt64?

  /// Size in bytes of the disk inside the file.
  public var diskSize: UInt64?

  public init(objectSize: UInt64? = nil, diskSize: UInt64? = nil) {
    self.objectSize = objectSize
    self.diskSize = diskSize
  }

  /// The disk's size in whole GiB, rounded up: the smallest `min_disk` that fits.
  public var smallestMinDisk: Int? {
    diskSize.map { Int($0 / ImageFileFacts.gibibyte) + ($0.isMultiple(of: ImageFileFacts.gibibyte) ? 0 : 1) }
  }

  static let gibibyte: UInt64 = 1 << 30
}
