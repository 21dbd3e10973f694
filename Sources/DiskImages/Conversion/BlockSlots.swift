/// Buffers for what the workers of a pipeline have done and nobody has fetched yet.
///
/// Sendable unchecked: a slot belongs to the worker that has drawn its ticket until the result is handed over, then to
/// the thread that takes the results until it gives the slot back; both steps go through the pipeline's lock.
final class BlockSlots: @unchecked Sendable {
  private let buffers: [UnsafeMutableRawBufferPointer]

  /// Memory that is never written to takes no room, so slots that stay empty cost nothing.
  init(count: Int, size: Int) {
    buffers = (0..<count).map { _ in .allocate(byteCount: max(size, 1), alignment: 4096) }
  }

  deinit {
    for buffer in buffers { buffer.deallocate() }
  }

  var count: Int { buffers.count }
  subscript(_ ticket: Int) -> UnsafeMutableRawBufferPointer { buffers[ticket % buffers.count] }
}
