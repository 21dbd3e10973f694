import CloudAccess
import Crypto
import Foundation
import Testing

@testable import ObjectStorage

@Suite("Dividing objects into parts, and hashing them")
struct PartPlanTests {
  @Test(
    "Behind the first part, parts of a known size are equal, whole MiB, as many together as the first, at most 10,000",
    arguments: [
      (0, 5 << 20), (1, 5 << 20), (50_000 << 20, 5 << 20), ((50_000 << 20) + 1, 6 << 20), (1 << 40, 105 << 20),
      (UInt64(10_000) * (5 << 30), 5 << 30),
    ] as [(UInt64, UInt64)])
  func known(_ size: UInt64, _ part: UInt64) {
    let plan = PartPlan(size: size)
    #expect(plan.firstSize == part)
    #expect(plan.headSize == min(4 * part, PartPlan.greatestSize))
    #expect(plan.capacity >= size)
    let parts = plan.parts(ofSize: size)
    #expect(parts.count <= PartPlan.mostParts)
    #expect(parts.reduce(0) { $0 + $1.size } == size)
    #expect(parts.enumerated().allSatisfy { $1.number == $0 + 1 && $1.offset == plan.offset(of: $1.number) })
  }

  @Test(
    "The first part has what was asked for, the others their share of it",
    arguments: [
      (nil, 1, 20, 20), (nil, 2, 20, 10), (nil, 3, 21, 7), (nil, 4, 20, 5), (nil, 8, 40, 5), (nil, 64, 320, 5),
      (64, 4, 64, 16), (64, 16, 64, 5), (5, 4, 5, 5), (12, 4, 12, 5),
    ] as [(UInt64?, Int, UInt64, UInt64)])
  func shares(_ asked: UInt64?, _ parallel: Int, _ head: UInt64, _ rest: UInt64) {
    let plan = PartPlan(size: 1 << 30, head: asked.map { $0 << 20 }, parallel: parallel)
    #expect(plan.headSize == head << 20)
    #expect(plan.firstSize == rest << 20)
    #expect(plan.restSize == rest << 20)
    #expect(plan.mostUnderWay == head << 20)
    #expect(plan.offset(of: 3) == (head + rest) << 20)
  }

  @Test("On a line that is limited all parts are small", arguments: [(1, 5), (50_001 << 20, 6)] as [(UInt64, UInt64)])
  func paced(_ size: UInt64, _ part: UInt64) {
    let plan = PartPlan(size: size, parallel: 4, isPaced: true)
    #expect(plan == PartPlan(firstSize: part << 20))
    #expect(plan.capacity >= size)
  }

  @Test(
    "Under a bound the first half of the parts is small, and the bound fits",
    arguments: [1, 1 << 30, 1 << 40, 24 << 40] as [UInt64])
  func bound(_ bound: UInt64) {
    let plan = PartPlan(bound: bound, head: 20 << 20)
    #expect(plan.headSize == 20 << 20)
    #expect(plan.firstSize == 5 << 20)
    #expect(plan.capacity >= bound)
    #expect(plan.restSize <= PartPlan.greatestSize)
    #expect(plan.offset(of: 5_002) == plan.offset(of: 5_001) + plan.restSize)
    #expect(PartPlan(bound: PartPlan.greatestObject).capacity >= PartPlan.greatestObject)
  }

  @Test("Up to sixteen messages side by side have the MD5s they have by themselves")
  func lanes() throws {
    var dice = SystemRandomNumberGenerator()
    for round in 0..<60 {
      let count = round % 17
      let messages = (0..<count).map { lane in
        UploadBench.bytes(
          round < 40 ? Int.random(in: 0...300, using: &dice) : 60_000 + lane * 64, seed: UInt64(lane + round))
      }
      let digests = try MD5Lanes.digests(sizes: messages.map { UInt64($0.count) }, slice: 128, check: {}) {
        piece, offset, buffer in
        messages[piece].withUnsafeBytes {
          buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[Int(offset)..<(Int(offset) + buffer.count)]))
        }
      }
      #expect(digests == messages.map { Array(Insecure.MD5.hash(data: $0)) }, "\(messages.map(\.count))")
    }
  }

  @Test("A record is read as it was written, up to the first damaged line")
  func record() throws {
    var record = UploadRecord(
      store: "https://obs.test", bucket: "b", key: "a \"b\"\n", uploadID: "id", source: "/x", fingerprint: "f",
      size: nil,
      plan: PartPlan(bound: 1 << 40, head: 20 << 20), checkpoint: [0, 255],
      begun: Date(timeIntervalSince1970: 1_705_307_400))
    let part = UploadRecord.Part(
      stored: StoredPart(number: 2, etag: "e", size: 7), checkpoint: Array("point".utf8))
    record.parts[2] = part
    let text = record.line + UploadRecord.line(part)
    #expect(UploadRecord(lines: Array(text.utf8)) == record)
    for rest in ["{\"part\":3", "{\"part\":0,\"size\":1,\"etag\":\"e\"}\n", "nonsense\n", "\0\0\0"] {
      #expect(UploadRecord(lines: Array((text + rest).utf8)) == record)
    }
    for broken in ["", "\n", "{}\n", String(record.line.dropLast())] {
      #expect(UploadRecord(lines: Array(broken.utf8)) == nil)
    }
    #expect(record.checkpoints == [[0, 255]])
  }

  @Test("The rate is that of the last seconds, and the rest of the time follows from it")
  func rate() {
    var rate = TransferRate(window: .seconds(10))
    #expect(rate.bytesPerSecond == nil)
    for second in 0...30 { rate.add(UInt64(second * (second < 20 ? 100 : 200)), at: .seconds(second)) }
    #expect(rate.bytesPerSecond.map { Int($0) } == 200)
    #expect(rate.remaining(2000) == .seconds(10))
  }
}
