/// What comes next on a disk.
enum BlockStretch: Sendable, Hashable {
  /// So many blocks of zeros, known without reading them.
  case zeros(blocks: Int)
  /// One block, whose bytes may all be zero.
  case block(BlockContent)

  /// Blocks of the disk it covers.
  var blocks: Int {
    switch self {
    case .zeros(let blocks): blocks
    case .block: 1
    }
  }
}

/// Where the bytes of a block are.
enum BlockContent: Sendable, Hashable {
  /// They were put into the buffer when the stretch was asked for.
  case loaded
  /// In the file, all of them.
  case whole
  /// In the file, as far as they lie in these ranges of the block; the rest is zero.
  case pieces([Range<Int>])
}
