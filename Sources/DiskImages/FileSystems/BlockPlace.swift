/// Where the bytes of one block of a disk stand in its image file.
enum BlockPlace: Hashable {
  /// Nowhere: the block was never written, or is known to be zeros.
  case zeros
  /// At this offset, as they are.
  case stored(at: UInt64)
  /// In a zlib stream of so many bytes at this offset.
  case deflated(at: UInt64, length: Int)
}
