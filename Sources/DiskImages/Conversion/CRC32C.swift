/// The Castagnoli checksum that VHDX uses.
enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0x82F6_3B78 }
  }

  /// The checksum of `bytes`, taking four of them from `hole` on as zero: where it stands itself.
  static func checksum(of bytes: [UInt8], zeroing hole: Int) -> UInt32 {
    bytes.withUnsafeBufferPointer { bytes in
      table.withUnsafeBufferPointer { table in
        var value = UInt32.max
        var offset = 0
        while offset < bytes.count {
          let byte = offset >= hole && offset < hole + 4 ? 0 : bytes[offset]
          value = value >> 8 ^ table[Int(truncatingIfNeeded: (value ^ UInt32(byte)) & 0xFF)]
          offset += 1
        }
        return ~value
      }
    }
  }
}
