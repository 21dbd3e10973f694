import Glibc

/// Compares blocks of one disk with those of another.
final class CompareWorker: BlockWorker {
  private let pair: PairedBlockInput
  private let name: String
  private let decoder = BlockDecoder()
  private let buffer: UnsafeMutableRawBufferPointer

  /// `name` is the second disk's, for messages.
  init(_ pair: PairedBlockInput, name: String) {
    (self.pair, self.name) = (pair, name)
    buffer = .allocate(byteCount: pair.blockSize, alignment: 4096)
  }

  deinit { buffer.deallocate() }

  func work(
    on bytes: UnsafeRawBufferPointer, block: Int, into slot: UnsafeMutableRawBufferPointer
  ) throws -> Int? {
    if block < pair.second.blockCount {
      try pair.second.load(block, .whole, into: buffer, with: decoder)
    } else {
      buffer[...].zero()
    }
    guard let left = bytes.baseAddress, let right = buffer.baseAddress, memcmp(left, right, bytes.count) != 0 else {
      return 0
    }
    let place = bytes.indices.first { bytes[$0] != buffer[$0] } ?? 0
    throw DiskImageError(
      .verification,
      "'\(name)' does not read back as its source: at byte \(UInt64(block) * UInt64(bytes.count) + UInt64(place)) of "
        + "the disk 0x\(String(bytes[place], radix: 16)) was expected, 0x\(String(buffer[place], radix: 16)) was read",
      hint: "if nothing wrote to the source meanwhile, memory or disk of this machine is faulty")
  }
}
