/// A RAW disk; holes of the file are not read.
final class RawBlockInput: BlockInput {
  let diskSize: UInt64
  var roundedSize: UInt64 { diskSize }
  private(set) var bytesRead: UInt64 = 0
  private let source: FileByteSource
  private var nextBlock = 0
  /// The stretch of data found last; between the place that was asked for and its start is a hole.
  private var extent: Range<UInt64>?
  /// Gaps that are not worth a read of their own.
  private static let grain = 65536

  init(_ source: FileByteSource) {
    self.source = source
    diskSize = source.size
  }

  func next(_ buffer: UnsafeMutableRawBufferPointer) throws -> BlockStretch? {
    guard nextBlock < blockCount else { return nil }
    let start = UInt64(nextBlock) * UInt64(blockSize)
    let length = length(ofBlock: nextBlock)
    guard let first = try data(from: start) else { return zeros(until: blockCount) }
    if first.lowerBound >= start + UInt64(length) {
      return zeros(until: Int(first.lowerBound / UInt64(blockSize)))
    }
    try fill(UnsafeMutableRawBufferPointer(rebasing: buffer[..<length]), from: start)
    nextBlock += 1
    return .block(bytes: length)
  }

  /// The data at `offset` or behind it, nil when only a hole is left.
  private func data(from offset: UInt64) throws -> Range<UInt64>? {
    if extent.map({ $0.upperBound <= offset }) ?? true { extent = try source.dataExtent(from: offset) }
    return extent
  }

  /// Reads the data of one block and clears what lies between: reading holes costs many times that.
  private func fill(_ buffer: UnsafeMutableRawBufferPointer, from start: UInt64) throws {
    var done = 0
    while done < buffer.count {
      let offset = start + UInt64(done)
      let found = try data(from: offset)
      let begin = max(found?.lowerBound ?? .max, offset)
      let gap = Int(min(UInt64(buffer.count - done), begin - offset))
      buffer[done..<done + gap].zero()
      done += gap
      guard done < buffer.count, let found else { continue }
      var end = Int(min(UInt64(buffer.count), found.upperBound - start))
      // Small holes are read along, so that a file of many pieces takes few calls.
      while end < buffer.count, let next = try data(from: start + UInt64(end)),
        next.lowerBound - start <= UInt64(end + Self.grain), next.lowerBound - start < UInt64(buffer.count)
      {
        end = Int(min(UInt64(buffer.count), next.upperBound - start))
      }
      let target = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<end])
      let count = try source.read(at: start + UInt64(done), into: target)
      guard count == target.count else {
        throw DiskImageError(
          .truncated,
          "'\(source.path)' got shorter while it was read: expected \(diskSize) bytes, "
            + "found \(start + UInt64(done + count))", hint: "convert it when nothing writes to it")
      }
      bytesRead += UInt64(count)
      done = end
    }
  }

  private func zeros(until block: Int) -> BlockStretch {
    defer { nextBlock = block }
    return .zeros(blocks: block - nextBlock)
  }
}
