/// Takes a disk from its start to its end, in blocks of 2 MiB.
protocol BlockOutput: AnyObject {
  /// Blocks given so far that are not all zero.
  var storedBlocks: Int { get }

  func skip(blocks: Int) throws
  func append(_ bytes: UnsafeRawBufferPointer) throws
  /// Completes the file's content.
  func finish() throws
}

/// Writes the disk as a ZVHD2 file.
final class ZVHD2BlockOutput: BlockOutput {
  private let writer: ZVHD2Writer

  init(_ file: OutputFile, diskSize: UInt64, options: ConvertOptions) throws {
    writer = try ZVHD2Writer(
      diskSize: diskSize, timestamp: options.timestamp, uuid: options.uuid, sink: file.append)
  }

  var storedBlocks: Int { writer.storedBlocks }
  func skip(blocks: Int) throws { try writer.skip(blocks: blocks) }
  func append(_ bytes: UnsafeRawBufferPointer) throws { try writer.append(bytes) }
  func finish() throws { try writer.finish() }
}

/// Writes the disk as a RAW file with holes where it is zero.
final class RawBlockOutput: BlockOutput {
  /// Zeros shorter than this inside a block are written: smaller holes cost more than they save.
  private static let grain = 65536

  private let file: OutputFile
  private let size: UInt64
  private var position: UInt64 = 0
  private(set) var storedBlocks = 0

  init(_ file: OutputFile, size: UInt64) {
    self.file = file
    self.size = size
  }

  func skip(blocks: Int) throws {
    position += UInt64(blocks) * UInt64(ZVHD2Header.standardBlockSize)
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws {
    var start = 0
    var stored = false
    while start < bytes.count {
      let end = min(bytes.count, start + Self.grain)
      let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      if !piece.isAllZero {
        try file.write(piece, at: position + UInt64(start))
        stored = true
      }
      start = end
    }
    position += UInt64(bytes.count)
    storedBlocks += stored ? 1 : 0
  }

  func finish() throws {
    try file.setSize(size)
  }
}
