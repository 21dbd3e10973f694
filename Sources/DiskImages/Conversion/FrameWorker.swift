import Glibc

/// Packs blocks into frames of a ZVHD2 file.
final class FrameWorker: BlockWorker {
  private let encoder: ZVHD2FrameEncoder
  private let decoder = BlockDecoder()
  private var unpacked: [UInt8]

  /// With `verify` every frame is unpacked again and compared.
  init(level: Int32, verify: Bool = false) throws {
    encoder = try ZVHD2FrameEncoder(level: level)
    unpacked = verify ? [UInt8](repeating: 0, count: ZVHD2Header.standardBlockSize) : []
  }

  func work(
    on bytes: UnsafeRawBufferPointer, block: Int, into slot: UnsafeMutableRawBufferPointer
  ) throws -> Int? {
    if bytes.isAllZero { return nil }
    let length = try encoder.encode(bytes, block: UInt32(block), into: slot)
    if !unpacked.isEmpty { try check(UnsafeRawBufferPointer(rebasing: slot[..<length]), bytes, block) }
    return length
  }

  private func check(_ frame: UnsafeRawBufferPointer, _ bytes: UnsafeRawBufferPointer, _ block: Int) throws {
    let length = Int(frame.loadUnaligned(fromByteOffset: 12, as: UInt32.self).littleEndian)
    let payload = UnsafeRawBufferPointer(rebasing: frame[ZVHD2Frame.headerLength..<ZVHD2Frame.headerLength + length])
    let isSame = try unpacked.withUnsafeMutableBytes { target in
      let count = try decoder.decode(payload, with: .zstd, block: UInt32(block), into: target)
      guard let left = target.baseAddress, let right = bytes.baseAddress else { return false }
      return count == bytes.count && memcmp(left, right, count) == 0
    }
    guard isSame else {
      throw DiskImageError(
        .verification, "block \(block) does not unpack to what was packed",
        hint: "the memory of this machine is probably faulty")
    }
  }
}
