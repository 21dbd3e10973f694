/// What one thread of a ``BlockPipeline`` does with a block.
protocol BlockWorker: AnyObject {
  /// Deals with a block's 2 MiB, zeros behind the disk's end included; the result may be put into `slot`.
  ///
  /// Returns how many bytes of the slot are used; nil for a block of zeros.
  func work(
    on bytes: UnsafeRawBufferPointer, block: Int, into slot: UnsafeMutableRawBufferPointer
  ) throws -> Int?
}
