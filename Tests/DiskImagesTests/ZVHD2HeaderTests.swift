import Testing

@testable import DiskImages

@Suite("ZVHD2 header")
struct ZVHD2HeaderTests {
  private func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.filter { !$0.isWhitespace }.map { $0.hexDigitValue! }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
  }

  @Test("The worked example of a 10 GiB + 1 MiB disk comes out byte for byte")
  func workedExample() throws {
    var header = ZVHD2Header(diskSize: 10_738_466_816, timestamp: 500_000_000, uuid: Array(0..<16))
    header.geometry = 0
    let expected = bytes(
      """
      7a327374 726d0000 02000000 00000100 ffffffff ffffffff 0065cd1d 74617000
      04000100 00000000 00001080 02000000 000000c0 02000000 00000000 04000000
      f2f0ffff 00010203 04050607 08090a0b 0c0d0e0f 00000001 00002000 01140000
      00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000
      00000000 00000000 00000000 00010000
      """)
    let encoded = header.encoded()
    #expect(Array(encoded[..<144]) == expected)
    #expect(encoded[144...].allSatisfy { $0 == 0 })
    #expect(encoded.count == 512)
    #expect(header.blockCount == 5121)
    #expect(DiskInspection.gibibytes(header.originalSize) == 11)
    let parsed = try #require(ZVHD2Header(parsing: encoded))
    #expect(parsed.checksum == 0xFFFF_F0F2)
    #expect(parsed.encoded() == encoded)
  }

  @Test("Encoding and parsing are inverse for every field")
  func roundTrip() throws {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<50 {
      var header = ZVHD2Header(
        diskSize: .random(in: 1...(1 << 40), using: &random), timestamp: 5, uuid: random.bytes(16))
      header.creatorVersion = 0x0001_0003
      header.indexPosition = random.next()
      header.bitmapPosition = random.next()
      header.indexSize = .random(in: .min ... .max, using: &random)
      header.bitmapSize = .random(in: .min ... .max, using: &random)
      header.storedBlocks = .random(in: .min ... .max, using: &random)
      header.indexHoldsZeroBlocks = Bool.random(using: &random)
      header.compressionByte = .random(in: .min ... .max, using: &random)
      let encoded = header.encoded()
      #expect(ZVHD2Header.checksumFits(encoded))
      header.checksum = ZVHD2Header.checksum(of: encoded)
      #expect(ZVHD2Header(parsing: encoded) == header)
    }
  }

  @Test("A header needs 512 bytes and a cookie")
  func notAHeader() {
    let header = ZVHD2Header(diskSize: 512, timestamp: 0, uuid: []).encoded()
    #expect(ZVHD2Header(parsing: Array(header.dropLast())) == nil)
    #expect(ZVHD2Header(parsing: [UInt8](repeating: 0, count: 512)) == nil)
    #expect(ZVHD2Header(parsing: []) == nil)
  }

  @Test("Sizes are rounded up to sectors, and to whole GiB for the current size")
  func rounding() {
    let header = ZVHD2Header(diskSize: 3_146_728, timestamp: 0, uuid: [])
    #expect(header.originalSize == 3_146_752)
    #expect(header.currentSize == 1 << 30)
    #expect(header.blockCount == 2)
    #expect(ZVHD2Header(diskSize: 1 << 30, timestamp: 0, uuid: []).currentSize == 1 << 30)
    #expect(ZVHD2Header(diskSize: 1 << 30 + 1, timestamp: 0, uuid: []).currentSize == 2 << 30)
  }

  struct Row: Sendable {
    var size: UInt64
    var cylinders: Int
    var heads: Int
    var sectors: Int
  }

  // Reckoned from the rules by a separate program; the vendor's own values stand in VendorSamplesTests.
  static let rows: [Row] = [
    Row(size: 512, cylinders: 0, heads: 4, sectors: 17),
    Row(size: 10486272, cylinders: 301, heads: 4, sectors: 17),
    Row(size: 104857600, cylinders: 1003, heads: 12, sectors: 17),
    Row(size: 209715200, cylinders: 825, heads: 16, sectors: 31),
    Row(size: 528482304, cylinders: 1024, heads: 16, sectors: 63),
    Row(size: 1073741824, cylinders: 2080, heads: 16, sectors: 63),
    Row(size: 10738466816, cylinders: 20807, heads: 16, sectors: 63),
    Row(size: 137438953472, cylinders: 65535, heads: 16, sectors: 255),
    Row(size: 1099511627776, cylinders: 65535, heads: 16, sectors: 255),
  ]

  @Test("The geometry follows the VHD algorithm in all its cases", arguments: rows)
  func geometry(_ row: Row) {
    let geometry = DiskGeometry(size: row.size)
    #expect(geometry.cylinders == row.cylinders)
    #expect(geometry.heads == row.heads)
    #expect(geometry.sectors == row.sectors)
    #expect(geometry.packed == UInt32(row.cylinders << 16 | row.heads << 8 | row.sectors))
  }
}
