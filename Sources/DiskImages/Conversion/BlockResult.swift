/// What became of a stretch of the disk in a ``BlockPipeline``.
struct BlockResult: Sendable {
  /// Number of its first block.
  var block: Int
  var stretch: BlockStretch
  /// Bytes the worker left in the slot; nil where all is zero.
  var stored: Int?
}
