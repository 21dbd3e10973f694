import Foundation
import Testing

@testable import DiskImages

@Suite("ZVHD2 as a stream")
struct ZVHD2StreamTests {
  private func disk(_ scratch: Scratch) throws -> String {
    var random = SeededGenerator(seed: 5)
    return try scratch.sparse(
      "in.raw", size: 12 * 2_097_152 + 512,
      data: [
        (0, random.bytes(3_000_000)), (5 * 2_097_152, [UInt8](repeating: 65, count: 1_000_000)),
        (9 * 2_097_152 - 100, random.bytes(5000)), (12 * 2_097_152, random.bytes(512)),
      ])
  }

  private func rest(_ stream: ZVHD2Stream, limit: Int = 1 << 20) throws -> [UInt8] {
    var out: [UInt8] = []
    while case let piece = try stream.next(upTo: limit), !piece.isEmpty { out += piece }
    return out
  }

  @Test("The stream's bytes are the converted file's, in pieces of any size")
  func wholeStream() throws {
    let scratch = try Scratch()
    let input = try disk(scratch)
    try DiskConverter.convert(from: input, to: scratch["out.zvhd2"], options: .fixed())
    let expected = try scratch.read("out.zvhd2")
    for limit in [777, 100_000, 1 << 30] {
      let conversion = try ZVHD2Conversion(path: input, options: .fixed { $0.verify = true })
      let stream = try conversion.stream()
      let bytes = try rest(stream, limit: limit)
      #expect(same(bytes, expected), "\(limit)")
      #expect(UInt64(bytes.count) <= conversion.sizeBound)
      #expect(conversion.sizeBound < 6 * 2_200_000 + 600_000)
    }
  }

  @Test("Cut anywhere, a new process goes on at the checkpoints with the very same bytes")
  func resume() throws {
    let scratch = try Scratch()
    let input = try disk(scratch)
    // Time and uuid come from the first checkpoint: these runs do not fix them.
    let first = try ZVHD2Conversion(path: input).stream()
    let start = first.checkpoint()
    let whole = try rest(first)
    for seed in 0..<12 as Range<UInt64> {
      var random = SeededGenerator(seed: 100 + seed)
      var checkpoints = [start]
      var out: [UInt8] = []
      while true {
        let conversion = try ZVHD2Conversion(path: input)
        let stream = try conversion.stream(after: checkpoints)
        // Some parts, each with a checkpoint, then some bytes that are lost with the process.
        var ended = false
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          let size = Int.random(in: 4096...900_000, using: &random)
          var part: [UInt8] = []
          while part.count < size {
            let piece = try stream.next(upTo: size - part.count)
            if piece.isEmpty {
              ended = true
              break
            }
            part += piece
          }
          out += part
          checkpoints.append(stream.checkpoint())
          if ended { break }
        }
        if ended { break }
        _ = try stream.next(upTo: Int.random(in: 1...500_000, using: &random))
      }
      #expect(same(out, whole), "seed \(100 + seed)")
    }
  }

  @Test("What was changed meanwhile is refused, and so are checkpoints of another disk")
  func changed() throws {
    let scratch = try Scratch()
    let input = try disk(scratch)
    let conversion = try ZVHD2Conversion(path: input)
    let start = try conversion.stream().checkpoint()
    try conversion.checkUnchanged()
    let other = try scratch.sparse("other.raw", size: 4096)
    #expect(throws: DiskImageError.self) { _ = try ZVHD2Conversion(path: other).stream(after: [start]) }
    let junk: [[[UInt8]]] = [
      [[1, 2, 3]], [start, [1]], [start, [0, 0, 1, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 1, 0, 0]],
    ]
    for checkpoints in junk {
      #expect(throws: DiskImageError.self) { _ = try conversion.stream(after: checkpoints) }
    }
    let handle = try FileHandle(forUpdating: URL(filePath: input))
    try handle.write(contentsOf: Data([1, 2, 3]))
    try handle.close()
    let error = #expect(throws: DiskImageError.self) { try conversion.checkUnchanged() }
    #expect(error?.kind == .busy)
    #expect(throws: DiskImageError.self) { _ = try conversion.stream() }
    #expect(try ZVHD2Conversion(path: input).fingerprint != conversion.fingerprint)
  }

  @Test("Level and place of the image are in the fingerprint, threads are not")
  func fingerprint() throws {
    let scratch = try Scratch()
    let input = try disk(scratch)
    try FileManager.default.copyItem(atPath: input, toPath: scratch["copy.raw"])
    let one = try ZVHD2Conversion(path: input).fingerprint
    #expect(try ZVHD2Conversion(path: input, options: .fixed { $0.threads = 1 }).fingerprint == one)
    #expect(try ZVHD2Conversion(path: input, options: .fixed { $0.level = 4 }).fingerprint != one)
    #expect(try ZVHD2Conversion(path: scratch["copy.raw"]).fingerprint != one)
  }

  @Test("A stream that is dropped ends its threads, and one that is cancelled says so")
  func dropped() throws {
    let scratch = try Scratch()
    let input = try disk(scratch)
    do {
      let stream = try ZVHD2Conversion(path: input).stream()
      _ = try stream.next(upTo: 10)
    }
    let conversion = try ZVHD2Conversion(path: input, options: .fixed { $0.isCancelled = { true } })
    let stream = try conversion.stream()
    _ = try stream.next(upTo: 4096)
    let error = #expect(throws: DiskImageError.self) { _ = try stream.next(upTo: 1) }
    #expect(error?.kind == .cancelled)
  }
}
