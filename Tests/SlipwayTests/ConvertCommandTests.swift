import Foundation
import Testing

@Suite("slipway convert")
struct ConvertCommandTests {
  /// A disk of noise, which takes a while to pack at a high level.
  private func disk(_ directory: URL, mebibytes: Int) throws -> URL {
    let raw = directory.appending(path: "disk.raw")
    var words = [UInt64](repeating: 0, count: mebibytes << 17)
    var value: UInt64 = 1
    for index in words.indices {
      value = value &* 6_364_136_223_846_793_005 &+ 1
      words[index] = value >> 20
    }
    try words.withUnsafeBytes { Data($0) }.write(to: raw)
    return raw
  }

  private func names(_ directory: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
  }

  private func waitForPart(_ directory: URL) async throws {
    for _ in 0..<3000 where try !names(directory).contains(".disk.zvhd2.slipway-part") {
      try await Task.sleep(for: .milliseconds(10))
    }
    #expect(try names(directory).contains(".disk.zvhd2.slipway-part"))
  }

  @Test("Level, threads, size and comparison can be chosen, and what makes no sense is refused")
  func choices() async throws {
    try await withTemporaryDirectory { directory in
      let raw = try disk(directory, mebibytes: 5)
      let packed = directory.appending(path: "disk.zvhd2").path
      let small = try await Tool.run([
        "convert", "--level", "1", "--threads", "3", "--verify", "--output", "json", raw.path, packed,
      ])
      #expect(small.status == 0, "\(small.errors)")
      #expect(small.output.contains(#""verified":true"#), "\(small.output)")
      let back = try await Tool.run([
        "convert", "--raw-size", "current", packed, directory.appending(path: "back.raw").path,
      ])
      #expect(back.status == 0, "\(back.errors)")
      let size = try FileManager.default.attributesOfItem(atPath: directory.appending(path: "back.raw").path)[.size]
      #expect(size as? Int == 1 << 30)
      for wrong in [["--level", "20"], ["--level", "0"], ["--threads", "0"], ["--raw-size", "huge"]] {
        let outcome = try await Tool.run(["convert"] + wrong + [raw.path, directory.appending(path: "x.zvhd2").path])
        #expect(outcome.status == 64, "\(wrong)")
      }
      #expect(try await Tool.run(["convert", raw.path, directory.appending(path: "x.txt").path]).status == 64)
      #expect(try names(directory) == ["back.raw", "disk.raw", "disk.zvhd2"])
    }
  }

  @Test("An interrupted conversion leaves nothing behind", arguments: [SIGINT, SIGTERM])
  func interrupted(_ number: Int32) async throws {
    try await withTemporaryDirectory { directory in
      let raw = try disk(directory, mebibytes: 256)
      let running = try Tool.start([
        "convert", "--level", "19", raw.path, directory.appending(path: "disk.zvhd2").path,
      ])
      try await waitForPart(directory)
      running.signal(number)
      let outcome = await running.finish()
      #expect(outcome.status == 130)
      #expect(outcome.errors.contains("nothing was left behind"), "\(outcome.errors)")
      #expect(try names(directory) == ["disk.raw"])
    }
  }

  @Test("What a killed conversion leaves is replaced by the next one")
  func killed() async throws {
    try await withTemporaryDirectory { directory in
      let raw = try disk(directory, mebibytes: 256)
      let packed = directory.appending(path: "disk.zvhd2")
      let running = try Tool.start(["convert", "--level", "19", raw.path, packed.path])
      try await waitForPart(directory)
      let second = try await Tool.run(["convert", raw.path, packed.path])
      #expect(second.status == 1)
      #expect(second.errors.contains("another conversion is writing"), "\(second.errors)")
      running.signal(SIGKILL)
      _ = await running.finish()
      #expect(try names(directory) == [".disk.zvhd2.slipway-part", "disk.raw"])
      let again = try await Tool.run(["convert", "--level", "1", raw.path, packed.path])
      #expect(again.status == 0, "\(again.errors)")
      #expect(try names(directory) == ["disk.raw", "disk.zvhd2"])
    }
  }

  @Test("When no more can be written, the message says so and nothing is left")
  func noRoom() async throws {
    try await withTemporaryDirectory { directory in
      let raw = try disk(directory, mebibytes: 8)
      let packed = directory.appending(path: "disk.zvhd2")
      let outcome = try await Tool.run(
        ["-c", "ulimit -f 2048; exec \"$@\"", "sh", Tool.binary.path, "convert", raw.path, packed.path],
        executable: URL(filePath: "/bin/sh"))
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains("File too large"), "\(outcome.errors)")
      #expect(try names(directory) == ["disk.raw"])
    }
  }
}
