/// Packs blocks into frames of a ZVHD2 file.
final class FrameWorker: BlockWorker {
  private let encoder: ZVHD2FrameEncoder

  init(level: Int32) throws {
    encoder = try ZVHD2FrameEncoder(level: level)
  }

  func work(
    on bytes: UnsafeRawBufferPointer, block: Int, into slot: UnsafeMutableRawBufferPointer
  ) throws -> Int? {
    bytes.isAllZero ? nil : try encoder.encode(bytes, block: UInt32(block), into: slot)
  }
}
