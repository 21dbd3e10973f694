import Foundation
import Testing

/// Disks that fail in the middle, give little at a time or change while they are read, as the commands that read them see it.
@Suite("Faults of the disk that is read", .enabled(if: FailingIO.library != nil, "no C compiler"))
struct DeviceFaultTests {
  private static let size = 12 << 20
  private static let broken = (7 << 20) + 4096

  /// A directory with a disk of noise, one of them with a file system's start, and a local cloud.
  private func withDisk(_ body: (URL) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      var words = [UInt64](repeating: 0, count: Self.size / 8)
      var value: UInt64 = 7
      for index in words.indices {
        value = value &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        words[index] = value
      }
      try words.withUnsafeBytes { Data($0) }.write(to: directory.appending(path: "disk.raw"))
      for name in ["out", "cloud/buckets/images"] {
        try FileManager.default.createDirectory(
          at: directory.appending(path: name), withIntermediateDirectories: true)
      }
      try await body(directory)
    }
  }

  private func cloud(_ directory: URL) -> [String] {
    ["--cloud", "local", "--local-cloud", directory.appending(path: "cloud").path]
  }

  private func environment(_ directory: URL, _ faults: [String: String] = [:]) -> [String: String] {
    faults.merging(["XDG_STATE_HOME": directory.appending(path: "state").path]) { $1 }
  }

  private func names(_ directory: URL, _ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.appending(path: folder).path).filter {
      !$0.hasPrefix(".slipway") || $0.hasSuffix("-part")
    }.sorted()
  }

  @Test("A conversion names the place where the disk is broken, and leaves nothing", arguments: [false, true])
  func convert(_ isDevice: Bool) async throws {
    try await withDisk { directory in
      let disk = directory.appending(path: "disk.raw")
      let outcome = try await Tool.run(
        ["convert", "--level", "1", disk.path, directory.appending(path: "out/disk.zvhd2").path],
        environment: FailingIO.disk("disk.raw", brokenAt: Self.broken, isDevice: isDevice))
      #expect(outcome.status == 1, "\(outcome.errors)")
      let words = "cannot read '\(disk.path)' at offset \(Self.broken): Input/output error"
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
      #expect(outcome.errors.contains("dmesg"), "\(outcome.errors)")
      #expect(try names(directory, "out") == [])
    }
  }

  @Test("An inspection of a disk that is broken at its start, or inside, ends with that, and goes on with the next")
  func inspect() async throws {
    try await withDisk { directory in
      let disk = directory.appending(path: "disk.raw").path
      let other = directory.appending(path: "other.raw").path
      try Data(count: 1 << 20).write(to: URL(filePath: other))
      for offset in [0, 512, 65536, Self.size - 512] {
        let outcome = try await Tool.run(
          ["inspect", disk, other], environment: FailingIO.disk("disk.raw", brokenAt: offset, isDevice: true))
        #expect(outcome.status == 1, "\(offset): \(outcome.errors)")
        let words = "cannot read '\(disk)' at offset \(offset): Input/output error"
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(outcome.output.contains("other.raw"), "\(outcome.output)")
      }
    }
  }

  @Test(
    "An upload names the place, makes no object, and goes on when the disk can be read again", arguments: [false, true])
  func upload(_ isDevice: Bool) async throws {
    try await withDisk { directory in
      let disk = directory.appending(path: "disk.raw")
      let words = ["upload", "--part-size", "5MB", disk.path, "images:disk.raw"] + cloud(directory)
      let broken = try await Tool.run(
        words,
        environment: environment(directory, FailingIO.disk("disk.raw", brokenAt: Self.broken, isDevice: isDevice)))
      #expect(broken.status == 1, "\(broken.errors)")
      #expect(
        broken.errors.contains("\(disk.path): cannot read at offset \(Self.broken): Input/output error"),
        "\(broken.errors)")
      #expect(try names(directory, "cloud/buckets/images") == [])
      let healthy = try await Tool.run(
        words, environment: environment(directory, FailingIO.disk("disk.raw", isDevice: isDevice)))
      #expect(healthy.status == 0, "\(healthy.errors)")
      let object = directory.appending(path: "cloud/buckets/images/disk.raw")
      #expect(try Data(contentsOf: object) == Data(contentsOf: disk))
    }
  }

  @Test("An import of a broken disk makes neither object nor image")
  func importing() async throws {
    try await withDisk { directory in
      let disk = directory.appending(path: "disk.raw").path
      let words = [
        "import", "--ledger", directory.appending(path: "ledger").path, disk, "--bucket", "images", "--name", "web01",
        "--os-version", "Ubuntu 22.04 Server 64bit",
      ]
      let outcome = try await Tool.run(
        words + cloud(directory),
        environment: environment(directory, FailingIO.disk("disk.raw", brokenAt: Self.broken)))
      #expect(outcome.status != 0, "\(outcome.errors)")
      #expect(outcome.errors.contains("at offset \(Self.broken): Input/output error"), "\(outcome.errors)")
      #expect(outcome.output.isEmpty, "\(outcome.output)")
      #expect(try names(directory, "cloud/buckets/images") == [])
    }
  }

  @Test("Reads that give little at a time give the same bytes", arguments: [1000, 65537])
  func short(_ most: Int) async throws {
    try await withDisk { directory in
      let disk = directory.appending(path: "disk.raw")
      let faults = try FailingIO.disk("disk.raw", short: most)
      let (packed, back) = (directory.appending(path: "out/disk.zvhd2"), directory.appending(path: "out/back.raw"))
      let converted = try await Tool.run(["convert", "--level", "1", disk.path, packed.path], environment: faults)
      #expect(converted.status == 0, "\(converted.errors)")
      #expect(try await Tool.run(["convert", packed.path, back.path]).status == 0)
      #expect(try Data(contentsOf: back) == Data(contentsOf: disk))
      let sent = try await Tool.run(
        ["upload", disk.path, "images:disk.raw"] + cloud(directory), environment: environment(directory, faults))
      #expect(sent.status == 0, "\(sent.errors)")
      let object = directory.appending(path: "cloud/buckets/images/disk.raw")
      #expect(try Data(contentsOf: object) == Data(contentsOf: disk))
    }
  }

  @Test(
    "A file that is written to, gets shorter or longer while it is uploaded makes no object",
    arguments: ["written", "shorter", "longer"])
  func changed(_ change: String) async throws {
    try await withDisk { directory in
      let (raw, go) = (directory.appending(path: "disk.raw"), directory.appending(path: "go"))
      let running = try Tool.start(
        ["upload", "--part-size", "5MB", raw.path, "images:disk.raw"] + cloud(directory),
        environment: environment(directory, FailingIO.environment("pread", "disk.raw", after: 4, until: go)))
      try await FailingIO.waitUntilHeld(go)
      let file = try FileHandle(forUpdating: raw)
      switch change {
      case "shorter": try file.truncate(atOffset: 1 << 20)
      case "longer": try file.truncate(atOffset: 16 << 20)
      default:
        try file.seek(toOffset: UInt64(Self.size - 8))
        try file.write(contentsOf: Data("new".utf8))
      }
      try file.close()
      try FailingIO.goOn(go)
      let outcome = await running.finish()
      #expect(outcome.status == 1, "\(outcome.errors)")
      let words = change == "shorter" ? ["become shorter", "was changed"] : ["was changed while it was uploaded"]
      #expect(words.contains { outcome.errors.contains($0) }, "\(outcome.errors)")
      #expect(outcome.errors.contains(raw.path), "\(outcome.errors)")
      #expect(try names(directory, "cloud/buckets/images") == [])
    }
  }

  @Test("A device that gets larger or smaller while it is converted gives an error, no output", arguments: [1, 16])
  func resized(_ mebibytes: UInt64) async throws {
    try await withDisk { directory in
      let (raw, go) = (directory.appending(path: "disk.raw"), directory.appending(path: "go"))
      var environment = try FailingIO.environment("pread", "disk.raw", after: 4, until: go)
      environment["FAIL_DEVICE"] = "1"
      let running = try Tool.start(
        ["convert", "--level", "1", "--threads", "1", raw.path, directory.appending(path: "out/disk.zvhd2").path],
        environment: environment)
      try await FailingIO.waitUntilHeld(go)
      let file = try FileHandle(forUpdating: raw)
      try file.truncate(atOffset: mebibytes << 20)
      try file.close()
      try FailingIO.goOn(go)
      let outcome = await running.finish()
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(outcome.errors.contains("while it was read") && outcome.errors.contains(raw.path), "\(outcome.errors)")
      #expect(try names(directory, "out") == [])
    }
  }

  @Test("A loop device whose file was cut below it fails as a broken disk does")
  func loop() async throws {
    try await withDisk { directory in
      let script = """
        device=$(losetup -f --show "$1/disk.raw" 2>/dev/null) || exit 99
        trap 'losetup -d "$device"' EXIT
        truncate -s \(Self.broken) "$1/disk.raw"
        echo "$device"
        "$2" convert --level 1 "$device" "$1/out/disk.zvhd2"; status=$?
        ls -A "$1/out"; exit $status
        """
      let outcome = try await Tool.run(
        ["-c", script, "sh", directory.path, Tool.binary.path],
        environment: ["PATH": "/usr/sbin:/sbin:/usr/bin:/bin"], executable: URL(filePath: "/bin/sh"))
      // Only root may make one, and not everywhere.
      guard outcome.status != 99 else { return }
      #expect(outcome.status == 1, "\(outcome.errors)")
      let device = outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
      #expect(device.hasPrefix("/dev/loop") && !device.contains("\n"), "\(outcome.output)")
      // The end, where some formats have their header, is read first.
      #expect(outcome.errors.contains("cannot read '\(device)' at offset 12582400: Input"), "\(outcome.errors)")
    }
  }
}
