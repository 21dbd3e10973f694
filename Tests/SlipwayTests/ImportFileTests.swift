import CloudAccess
import DiskImages
import Foundation
import Testing

@Suite("slipway import FILE")
struct ImportFileTests {
  private func options(_ directory: URL) -> [String] {
    ["--local-cloud", directory.appending(path: "cloud").path, "--ledger", directory.appending(path: "ledger").path]
  }

  private func words(_ directory: URL, _ file: String, _ more: [String] = [], name: String = "web01") -> [String] {
    ["import"] + options(directory)
      + [
        directory.appending(path: file).path, "--bucket", "golden", "--name", name, "--os-version",
        "Ubuntu 22.04 Server 64bit",
      ] + more
  }

  /// A disk of noise with a hole behind it, and a bucket to take it.
  private func makeDisk(_ directory: URL, _ name: String = "disk.raw", mebibytes: Int = 6) throws {
    var words = [UInt64](repeating: 0, count: mebibytes << 17)
    var value = UInt64(mebibytes)
    for index in words.indices {
      value = value &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      words[index] = value ^ value >> 33
    }
    let file = directory.appending(path: name)
    try words.withUnsafeBytes { Data($0) }.write(to: file)
    let handle = try FileHandle(forWritingTo: file)
    try handle.truncate(atOffset: UInt64(mebibytes + 50) << 20)
    try handle.close()
    try FileManager.default.createDirectory(
      at: directory.appending(path: "cloud/buckets/golden"), withIntermediateDirectories: true)
  }

  /// What the object's disk is, compared with the file.
  private func expectDisk(_ directory: URL, _ key: String, is file: String) async throws {
    let back = directory.appending(path: "back.raw")
    try? FileManager.default.removeItem(at: back)
    let object = directory.appending(path: "cloud/buckets/golden/\(key)")
    _ = try await DiskConverter.convertInBackground(from: object.path, to: back.path)
    #expect(try Data(contentsOf: back) == Data(contentsOf: directory.appending(path: file)))
  }

  private func images(_ directory: URL) async throws -> Int {
    let script = directory.appending(path: "count.lua")
    try #"local n = 0; for _ in require "ims".images {} do n = n + 1 end; print(n)"#
      .write(to: script, atomically: true, encoding: .utf8)
    let outcome = try await Tool.run(["run"] + options(directory) + [script.path])
    return Int(outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
  }

  @Test("A RAW file becomes an image without a copy on disk; run again, nothing is sent and the image is the same")
  func raw() async throws {
    try await withTemporaryDirectory { directory in
      try makeDisk(directory)
      let first = try await Tool.run(words(directory, "disk.raw"))
      #expect(first.status == 0, "\(first.errors)")
      #expect(first.errors.contains("RAW needs a bitmap file (.mf), whose format is not public"))
      try await expectDisk(directory, "disk.zvhd2", is: "disk.raw")
      let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
      #expect(
        Set(names).isSubset(of: ["cloud", "ledger", "ledger-owners", "uploads", "disk.raw", "back.raw"]), "\(names)")
      let again = try await Tool.run(words(directory, "disk.raw"))
      #expect(again.status == 0, "\(again.errors)")
      #expect(again.output == first.output)
      #expect(again.errors.contains("nothing was sent"), "\(again.errors)")
      #expect(try await images(directory) == 1)
    }
  }

  /// Bytes that are stored, as the events have it.
  private func stored(_ output: String) -> Int {
    let events = output.split(separator: "\n").compactMap { try? JSONValue(parsing: Array($0.utf8)) }
    return events.compactMap { $0["stored_bytes"]?.intValue }.max() ?? 0
  }

  @Test("Killed in the middle of the upload, the next run goes on and ends with one image")
  func killed() async throws {
    try await withTemporaryDirectory { directory in
      try makeDisk(directory, mebibytes: 40)
      let running = try Tool.start(words(directory, "disk.raw", ["--limit-rate", "1MB", "--output", "json"]))
      // A part must be on record, so that there is something to go on from.
      for _ in 0..<6000 where running.process.isRunning && stored(running.output) < 8 << 20 {
        try await Task.sleep(for: .milliseconds(10))
      }
      running.signal(SIGKILL)
      let killed = await running.finish()
      #expect(killed.status == SIGKILL)
      #expect(
        !FileManager.default.fileExists(atPath: directory.appending(path: "cloud/buckets/golden/disk.zvhd2").path))
      let second = try await Tool.run(words(directory, "disk.raw", ["--output", "json"]))
      #expect(second.status == 0, "\(second.errors)")
      let events = second.output.split(separator: "\n").compactMap { try? JSONValue(parsing: Array($0.utf8)) }
      let uploaded = events.first { $0["event"]?.stringValue == "uploaded" }
      #expect(uploaded?["resumed_bytes"]?.intValue ?? 0 >= 8 << 20, "\(second.output)")
      let sent = uploaded?["sent_bytes"]?.intValue ?? .max
      let size = uploaded?["size"]?.intValue ?? 0
      #expect(sent + (uploaded?["resumed_bytes"]?.intValue ?? 0) <= size + 8 << 20)
      try await expectDisk(directory, "disk.zvhd2", is: "disk.raw")
      #expect(try await images(directory) == 1)
    }
  }

  @Test("A RAW file with its bitmap goes as it is with it, unless conversion is asked for; a ZVHD2 file goes as it is")
  func asTheyAre() async throws {
    try await withTemporaryDirectory { directory in
      try makeDisk(directory)
      let bucket = directory.appending(path: "cloud/buckets/golden")
      try Data("bitmap".utf8).write(to: directory.appending(path: "disk.mf"))
      #expect(try await Tool.run(words(directory, "disk.raw")).status == 0)
      #expect(try Data(contentsOf: bucket.appending(path: "disk.mf")) == Data("bitmap".utf8))
      #expect(
        try Data(contentsOf: bucket.appending(path: "disk.raw"))
          == Data(contentsOf: directory.appending(path: "disk.raw")))
      #expect(try await Tool.run(words(directory, "disk.raw", ["--convert"], name: "web02")).status == 0)
      try await expectDisk(directory, "disk.zvhd2", is: "disk.raw")
      let packed = directory.appending(path: "ready.zvhd2")
      try FileManager.default.copyItem(at: bucket.appending(path: "disk.zvhd2"), to: packed)
      let ready = try await Tool.run(words(directory, "ready.zvhd2", ["--object", "deep/"], name: "web03"))
      #expect(ready.status == 0, "\(ready.errors)")
      #expect(
        try Data(contentsOf: bucket.appending(path: "deep/ready.zvhd2")) == Data(contentsOf: packed))
    }
  }

  @Test("What can be no image, and what the rules refuse, is refused before anything is sent")
  func refused() async throws {
    try await withTemporaryDirectory { directory in
      try makeDisk(directory)
      try Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0]).write(to: directory.appending(path: "disk.raw.gz"))
      let packed = try await Tool.run(words(directory, "disk.raw.gz"))
      #expect(packed.status == 65)
      #expect(packed.errors.contains("gunzip"), "\(packed.errors)")
      let small = try await Tool.run(words(directory, "disk.raw", ["--min-disk", "0"]))
      #expect(small.status == 65)
      #expect(try await Tool.run(words(directory, "none.raw")).status == 64)
      let plan = try await Tool.run(words(directory, "disk.raw", ["--dry-run", "--output", "json"]))
      #expect(plan.status == 0, "\(plan.errors)")
      #expect(plan.output.contains(#""image_url":"golden:disk.zvhd2""#) && plan.output.contains(#""min_disk":1"#))
      let both = try await Tool.run(words(directory, "disk.raw", ["--image-url", "golden:x.zvhd2"]))
      #expect(both.status == 64)
      #expect(try await Tool.run(["import", directory.appending(path: "disk.raw").path, "--name", "x"]).status == 64)
      #expect(try await Tool.run(["import", "--bucket", "golden", "--name", "x"]).status == 64)
      let names = try FileManager.default.contentsOfDirectory(atPath: directory.path + "/cloud/buckets/golden")
      #expect(names.isEmpty)
    }
  }

  @Test("With --delete-object the object goes when the image is made; again, nothing is sent and the image is the same")
  func deletesObject() async throws {
    try await withTemporaryDirectory { directory in
      try makeDisk(directory)
      let object = directory.appending(path: "cloud/buckets/golden/disk.zvhd2").path
      let command = words(directory, "disk.raw", ["--delete-object"])
      let first = try await Tool.run(command)
      #expect(first.status == 0, "\(first.errors)")
      #expect(first.errors.contains("deleted golden:disk.zvhd2, the image is made"), "\(first.errors)")
      #expect(!FileManager.default.fileExists(atPath: object))
      let again = try await Tool.run(command)
      #expect(again.status == 0, "\(again.errors)")
      #expect(again.output == first.output)
      #expect(!again.errors.contains("sent"), "\(again.errors)")
      #expect(try await images(directory) == 1)
      // With its bitmap, both go.
      try Data([1, 2, 3]).write(to: directory.appending(path: "disk.mf"))
      let raw = try await Tool.run(words(directory, "disk.raw", ["--delete-object", "--output", "json"], name: "raw"))
      #expect(raw.status == 0, "\(raw.errors)")
      #expect(raw.output.contains(#""event":"object_deleted""#), "\(raw.output)")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: directory.appending(path: "cloud/buckets/golden").path)
          == [])
    }
  }

  @Test("With --delete-object the object stays when the job fails, and when nobody waits it is refused")
  func keepsObject() async throws {
    try await withTemporaryDirectory { directory in
      try makeDisk(directory)
      let command = words(directory, "disk.raw", ["--delete-object"])
      let failed = try await Tool.run(command + ["--fault", "job_fails=IMG.0057"])
      #expect(failed.status == 1, "\(failed.errors)")
      #expect(
        FileManager.default.fileExists(atPath: directory.appending(path: "cloud/buckets/golden/disk.zvhd2").path))
      #expect(try await Tool.run(command + ["--no-wait"]).status == 64)
    }
  }

  @Test("A file that was changed is another: its object is not replaced unasked, and gives another image")
  func changed() async throws {
    try await withTemporaryDirectory { directory in
      try makeDisk(directory)
      let first = try await Tool.run(words(directory, "disk.raw"))
      #expect(first.status == 0, "\(first.errors)")
      let handle = try FileHandle(forUpdating: directory.appending(path: "disk.raw"))
      try handle.write(contentsOf: Data("changed".utf8))
      try handle.close()
      let refused = try await Tool.run(words(directory, "disk.raw"))
      #expect(refused.status == 1)
      #expect(refused.errors.contains("--overwrite"), "\(refused.errors)")
      let second = try await Tool.run(words(directory, "disk.raw", ["--overwrite"]))
      #expect(second.status == 0, "\(second.errors)")
      #expect(second.output != first.output)
      try await expectDisk(directory, "disk.zvhd2", is: "disk.raw")
    }
  }
}
