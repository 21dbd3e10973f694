/// A cyclic checksum of up to 64 bits in reflected form, computed eight bytes at a time.
struct CyclicChecksum: Sendable {
  /// A polynomial with the tables for it.
  struct Polynomial: Sendable {
    let width: Int
    /// Eight tables of 256 entries: what a byte does to the checksum of 0 to 7 bytes further on.
    fileprivate let tables: [UInt64]

    init(width: Int, reflected: UInt64) {
      self.width = width
      var tables = [UInt64](repeating: 0, count: 2048)
      for byte in 0..<256 {
        var value = UInt64(byte)
        for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ reflected : value >> 1 }
        tables[byte] = value
      }
      for index in 256..<2048 {
        let value = tables[index - 256]
        tables[index] = tables[Int(value & 0xFF)] ^ value >> 8
      }
      self.tables = tables
    }

    /// Of Ethernet and zlib.
    static let crc32 = Polynomial(width: 32, reflected: 0xEDB8_8320)
    /// Castagnoli's.
    static let crc32c = Polynomial(width: 32, reflected: 0x82F6_3B78)
    /// Of NVM Express.
    static let crc64nvme = Polynomial(width: 64, reflected: 0x9A6C_9329_AC4B_C9B5)
  }

  private let polynomial: Polynomial
  private var register: UInt64

  init(_ polynomial: Polynomial) {
    self.polynomial = polynomial
    register = Self.mask(polynomial)
  }

  private static func mask(_ polynomial: Polynomial) -> UInt64 { .max >> UInt64(64 - polynomial.width) }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var value = register
    polynomial.tables.withUnsafeBufferPointer { tables in
      var index = 0
      while index + 8 <= bytes.count {
        let word = value ^ UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        value =
          tables[1792 + Int(word & 0xFF)] ^ tables[1536 + Int(word >> 8 & 0xFF)]
          ^ tables[1280 + Int(word >> 16 & 0xFF)] ^ tables[1024 + Int(word >> 24 & 0xFF)]
          ^ tables[768 + Int(word >> 32 & 0xFF)] ^ tables[512 + Int(word >> 40 & 0xFF)]
          ^ tables[256 + Int(word >> 48 & 0xFF)] ^ tables[Int(word >> 56)]
        index += 8
      }
      while index < bytes.count {
        value = tables[Int(value & 0xFF ^ UInt64(bytes[index]))] ^ value >> 8
        index += 1
      }
    }
    register = value
  }

  /// The checksum so far, most significant byte first.
  var bytes: [UInt8] {
    let value = register ^ Self.mask(polynomial)
    return (0..<polynomial.width / 8).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }
}
