/// Tells blocks of zeros from others and leaves them in their slots.
final class ZeroScanWorker: BlockWorker {
  func work(
    on bytes: UnsafeRawBufferPointer, block: Int, into slot: UnsafeMutableRawBufferPointer
  ) throws -> Int? {
    bytes.isAllZero ? nil : bytes.count
  }
}
