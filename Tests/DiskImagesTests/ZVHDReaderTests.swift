import Testing

@testable import DiskImages

@Suite("ZVHD reader")
struct ZVHDReaderTests {
  private func readAll(_ bytes: [UInt8]) throws -> [Int] {
    let reader = try ZVHDReader(DataByteSource(bytes))
    var blocks: [Int] = []
    while let next = try reader.next() { blocks.append(next.block) }
    return blocks
  }

  private func failure(_ bytes: [UInt8]) -> DiskImageError? {
    #expect(throws: DiskImageError.self) { try readAll(bytes) }
  }

  @Test("The sample has blocks 0, 2 and 5")
  func blocks() throws {
    #expect(try readAll(Fixtures.bytes("tiny.zvhd")) == [0, 2, 5])
  }

  @Test("A file that is cut off is refused wherever it is cut")
  func cutOff() throws {
    let whole = try Fixtures.bytes("tiny.zvhd")
    for count in [0, 5, 511, 512, 4096, 8191, 20000, whole.count - 4096, whole.count - 1] {
      let error = failure(Array(whole.prefix(count)))
      #expect(error?.kind == (count < 512 ? .unsupported : .truncated), "\(count) bytes")
    }
  }

  @Test("Damage in the stream, a wrong checksum and blocks out of order are refused")
  func damage() throws {
    let whole = try Fixtures.bytes("tiny.zvhd")
    func changed(_ change: (inout [UInt8]) -> Void) -> DiskImageError? {
      var bytes = whole
      change(&bytes)
      return failure(bytes)
    }
    #expect(changed { $0[64] ^= 1 }?.message.contains("checksum") == true)
    #expect(changed { $0[4096] ^= 1 }?.message.contains("no frame") == true)
    #expect(changed { $0[4144] ^= 1 }?.message.contains("zlib") == true)
    #expect(changed { $0[16384 + 16] = 0 }?.message.contains("block 0") == true)
    #expect(changed { $0[16384 + 16] = 6 }?.message.contains("one of 6 blocks") == true)
    #expect(changed { $0[4111] = 0x7F }?.kind == .corrupt)
    // One byte less of the first payload: the stream goes on in the wrong place.
    #expect(changed { $0[4108] -= 6 }?.kind == .corrupt)
  }
}
