import Synchronization

/// A plain disk, in a RAW file or behind a server; holes are not read.
final class RawBlockInput: BlockInput {
  let diskSize: UInt64
  var roundedSize: UInt64 { diskSize }
  var bytesRead: UInt64 { counter.load(ordering: .relaxed) }
  let isParallel = true
  private let source: any ExtentSource
  private let counter = Atomic<UInt64>(0)

  init(_ source: any ExtentSource) {
    self.source = source
    diskSize = source.size
  }

  func abandon() { source.abandon() }

  func stretches(from block: Int) -> any BlockStretches {
    RawBlockStretches(source, blockSize: blockSize, first: block)
  }

  func load(
    _ block: Int, _ content: BlockContent, into buffer: UnsafeMutableRawBufferPointer, with decoder: BlockDecoder
  ) throws {
    let start = UInt64(block) * UInt64(blockSize)
    let pieces: [Range<Int>]
    switch content {
    case .loaded: return
    case .whole: pieces = [0..<length(ofBlock: block)]
    case .pieces(let ranges): pieces = ranges
    }
    var done = 0
    for piece in pieces {
      buffer[done..<piece.lowerBound].zero()
      let count = try source.read(
        at: start + UInt64(piece.lowerBound), into: UnsafeMutableRawBufferPointer(rebasing: buffer[piece]))
      guard count == piece.count else {
        throw DiskImageError(
          .truncated,
          "'\(source.path)' got shorter while it was read: expected \(diskSize) bytes, "
            + "found \(start + UInt64(piece.lowerBound + count))", hint: "convert it when nothing writes to it")
      }
      counter.add(UInt64(count), ordering: .relaxed)
      done = piece.upperBound
    }
    buffer[done...].zero()
  }
}
