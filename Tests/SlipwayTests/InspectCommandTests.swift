import CloudAccess
import Foundation
import Testing

@Suite("slipway inspect")
struct InspectCommandTests {
  private static let samples = Tool.root.appending(path: "Tests/DiskImagesTests/Fixtures")

  /// The objects printed, a line each.
  private func objects(_ outcome: Tool.Outcome) throws -> [JSONValue] {
    try outcome.output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
  }

  @Test("Every file is looked at, whatever is wrong with the one before; the worst decides the status")
  func several() async throws {
    try await withTemporaryDirectory { directory in
      let good = Self.samples.appending(path: "gpt-ext4-3g.zvhd2").path
      let foreign = directory.appending(path: "it's.qcow2").path
      var bytes = Data(count: 65536)
      bytes.replaceSubrange(0..<8, with: [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 2])
      bytes.replaceSubrange(23..<29, with: [16, 0, 0, 0, 0, 0x40])
      try bytes.write(to: URL(filePath: foreign))
      var outcome = try await Tool.run(["inspect", "--output", "json", good, foreign])
      #expect(outcome.status == 65)
      var found = try objects(outcome)
      #expect(found.map { $0["format"]?.stringValue } == ["zvhd2", "qcow2"])
      #expect(found[0]["hw_firmware_type_hint"] == "uefi")
      #expect(found[0]["partitions"]?.arrayValue?.count == 2)
      #expect(found[1]["virtual_size"] == .integer(1 << 30))
      #expect(found[1]["importable"] == .bool(false))
      let quoted = foreign.replacing("'", with: "'\\''")
      let target = quoted.replacing(".qcow2", with: ".zvhd2")
      #expect(found[1]["advice"] == .string("slipway convert '\(quoted)' '\(target)'"))
      #expect(try await Tool.run(["inspect", good]).status == 0)

      outcome = try await Tool.run(["inspect", "--output", "json", foreign, "missing.raw", "-", directory.path, good])
      #expect(outcome.status == 1)
      found = try objects(outcome)
      #expect(found.count == 5)
      #expect(found[1]["error"]?.stringValue?.contains("No such file") == true)
      #expect(found[2]["error"]?.stringValue?.contains("standard input") == true)
      #expect(found[3]["error"]?.stringValue?.contains("is a directory") == true)
      #expect(found[4]["importable"] == .bool(true))
      #expect(outcome.errors.contains("cannot open 'missing.raw'"))
    }
  }

  @Test("People read labels and values in columns")
  func text() async throws {
    let outcome = try await Tool.run(["inspect", Self.samples.appending(path: "gpt-ext4-3g.zvhd2").path])
    #expect(outcome.status == 0)
    for line in [
      "  format        zvhd2", "  importable    yes", "  virtual size  3.0 GiB (3221225472 bytes)",
      "  min_disk      at least 3", "  firmware      looks like uefi", "  partitions    2 (gpt)",
      "    1  100.0 MiB  at 1048576    EFI system        fat 'ESP'",
      "    2  2.9 GiB    at 105906176  Linux filesystem  ext4 'root'",
    ] { #expect(outcome.output.contains(line + "\n"), "\(line): \(outcome.output)") }
  }

  @Test("An object in a bucket is looked at by ranges of kilobytes, as the file is", .timeLimit(.minutes(3)))
  func objects() async throws {
    try await withTemporaryDirectory { cloud in
      let bucket = cloud.appending(path: "buckets/images")
      try FileManager.default.createDirectory(at: bucket, withIntermediateDirectories: true)
      let sample = Self.samples.appending(path: "gpt-ext4-3g.zvhd2")
      try FileManager.default.copyItem(at: sample, to: bucket.appending(path: "disk.zvhd2"))
      // 40 GiB of which nothing but the start and the end is data.
      let large = bucket.appending(path: "large.raw")
      _ = FileManager.default.createFile(atPath: large.path, contents: Data(repeating: 7, count: 1 << 20))
      let handle = try FileHandle(forWritingTo: large)
      try handle.truncate(atOffset: 40 << 30)
      try handle.close()
      let local = try #require(objects(try await Tool.run(["inspect", "--output", "json", sample.path])).first)
      let outcome = try await Tool.run([
        "inspect", "--output", "json", "--cloud", "local", "--local-cloud", cloud.path, "images:disk.zvhd2",
        "obs://images/large.raw", "images:none.raw", "s3://images/disk.zvhd2",
      ])
      #expect(outcome.status == 1)
      let found = try objects(outcome)
      try #require(found.count == 4, "\(outcome.output) \(outcome.errors)")
      for field in ["partitions", "virtual_size", "allocated_size", "min_disk", "findings", "details"] {
        #expect(found[0][field] == local[field], "\(field)")
        #expect(found[3][field] == local[field], "\(field)")
      }
      #expect(found[1]["virtual_size"] == .integer(40 << 30))
      for object in [found[0], found[1]] {
        #expect((object["bytes_read"]?.intValue ?? .max) < 200_000, "\(object.serialized())")
      }
      #expect(found[2]["error"]?.stringValue?.isEmpty == false)
      #expect(found[1]["advice"]?.stringValue == "download it, then slipway convert large.raw large.zvhd2")
    }
  }
}
