extension ImportService {
  /// Says that many imports are about to begin, so that who shows progress knows of all of them before the first; every call is followed by
  /// one of ``endBatch(of:notBegun:)``.
  public func beginBatch(of count: Int) { events.emit(.batchBegan(count: count)) }

  /// Says that a batch is over, and how many of its imports never began.
  public func endBatch(of count: Int, notBegun: Int) { events.emit(.batchEnded(count: count, notBegun: notBegun)) }
}
