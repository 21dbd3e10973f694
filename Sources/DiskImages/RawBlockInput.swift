/// A RAW disk; holes of the file are not read.
final class RawBlockInput: BlockInput {
  let diskSize: UInt64
  var roundedSize: UInt64 { diskSize }
  private(set) var bytesRead: UInt64 = 0
  private let source: FileByteSource
  private var nextBlock = 0
  /// The stretch of data found last; everything between the place asked for and its start is a hole.
  private var extent: Range<UInt64>?

  init(_ source: FileByteSource) {
    self.source = source
    diskSize = source.size
  }

  func next(_ buffer: UnsafeMutableRawBufferPointer) throws -> BlockStretch? {
    guard nextBlock < blockCount else { return nil }
    let start = UInt64(nextBlock) * UInt64(blockSize)
    let length = length(ofBlock: nextBlock)
    if extent.map({ $0.upperBound <= start }) ?? true {
      guard let found = try source.dataExtent(from: start) else { return zeros(until: blockCount) }
      extent = found
    }
    if let extent, extent.lowerBound >= start + UInt64(length) {
      return zeros(until: Int(extent.lowerBound / UInt64(blockSize)))
    }
    let count = try source.read(at: start, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<length]))
    guard count == length else {
      throw DiskImageError(
        .truncated,
        "'\(source.path)' got shorter while it was read: expected \(diskSize) bytes, "
          + "found \(start + UInt64(count))", hint: "convert it when nothing writes to it")
    }
    bytesRead += UInt64(count)
    nextBlock += 1
    return .block(bytes: length)
  }

  private func zeros(until block: Int) -> BlockStretch {
    defer { nextBlock = block }
    return .zeros(blocks: block - nextBlock)
  }
}
