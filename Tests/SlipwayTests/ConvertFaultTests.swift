import Foundation
import Testing

@Suite("Faults of a conversion", .enabled(if: FailingIO.library != nil, "no C compiler"))
struct ConvertFaultTests {
  /// A call that fails, in a conversion of `disk.raw` to a file.
  struct Fault: CustomTestStringConvertible, Sendable {
    var call: String
    var name: String
    var code: Int32
    var after = 0
    var output = "disk.zvhd2"
    var options: [String] = []
    var says: [String]

    var testDescription: String { "\(call) of \(name), \(String(cString: strerror(code))), \(output)" }
  }

  private static let part = ".slipway-part"

  private static let faults = [
    Fault(call: "pread", name: "disk.raw", code: EIO, after: 3, says: ["cannot read '", "disk.raw'", "dmesg"]),
    Fault(call: "pwrite", name: part, code: ENOSPC, after: 4, says: ["cannot write '", "disk.zvhd2'", "free some"]),
    Fault(call: "pwrite", name: part, code: EDQUOT, says: ["cannot write '", "disk.zvhd2'", "quota"]),
    Fault(
      call: "pwrite", name: part, code: EIO, after: 2, output: "o.raw", says: ["cannot write '", "o.raw'", "dmesg"]),
    Fault(call: "ftruncate", name: part, code: EFBIG, output: "o.raw", says: ["cannot set the size", "ulimit -f"]),
    Fault(call: "fsync", name: part, code: EIO, says: ["cannot write '", "disk.zvhd2'", "dmesg"]),
    Fault(call: "rename", name: "disk.zvhd2", code: EACCES, says: ["cannot create '", "disk.zvhd2'", "check owner"]),
    Fault(call: "rename", name: "disk.zvhd2", code: EROFS, says: ["cannot create '", "Read-only", "mount"]),
    Fault(
      call: "pread", name: part, code: EIO, after: 3, options: ["--verify"],
      says: ["cannot read '", "disk.zvhd2", "dmesg"]),
    Fault(
      call: "pwrite", name: part, code: 0, after: 4, output: "o.raw", options: ["--verify"],
      says: ["'", "o.raw' does not read back", "faulty"]),
  ]

  /// A disk of noise in a directory of its own; what is meant for the output lies in `out`.
  private func withDisk(mebibytes: Int = 8, _ body: (URL) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
      try FileManager.default.createDirectory(
        at: directory.appending(path: "out"), withIntermediateDirectories: false)
      var disk = Data()
      for _ in 0..<mebibytes { disk.append(Self.mebibyte) }
      try disk.write(to: directory.appending(path: "disk.raw"))
      try await body(directory)
    }
  }

  private static let mebibyte: Data = {
    var words = [UInt64](repeating: 0, count: 1 << 17)
    var value: UInt64 = 1
    for index in words.indices {
      value = value &* 6_364_136_223_846_793_005 &+ 1
      words[index] = value >> 20
    }
    return words.withUnsafeBytes { Data($0) }
  }()

  private func names(_ directory: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.appending(path: "out").path).sorted()
  }

  @Test("A call that fails leaves the output as it was, nothing beside it, and words that help", arguments: faults)
  func fault(_ fault: Fault) async throws {
    try await withDisk { directory in
      let output = directory.appending(path: "out/\(fault.output)")
      let arguments =
        ["convert", "--level", "1", "--force"] + fault.options + [
          directory.appending(path: "disk.raw").path, output.path,
        ]
      for isThere in [false, true] {
        if isThere { try Data("old".utf8).write(to: output) }
        let outcome = try await Tool.run(
          arguments, environment: FailingIO.environment(fault.call, fault.name, code: fault.code, after: fault.after))
        #expect(outcome.status == 1, "\(outcome.errors)")
        for words in fault.says { #expect(outcome.errors.contains(words), "\(words): \(outcome.errors)") }
        #expect(try names(directory) == (isThere ? [fault.output] : []))
      }
      #expect(try Data(contentsOf: output) == Data("old".utf8))
    }
  }

  @Test("A disk that is full for real, and one that is read-only, are named", arguments: ["size=3m", "size=3m,ro"])
  func fileSystem(_ options: String) async throws {
    let may = try await Tool.run(
      ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"], executable: URL(filePath: "/usr/bin/unshare"))
    guard may.status == 0 else { return }
    try await withDisk { directory in
      let script = """
        mount -t tmpfs -o \(options) none "$1/out" || exit 99
        "$2" convert --level 1 "$1/disk.raw" "$1/out/disk.zvhd2"; status=$?
        ls -A "$1/out"; exit $status
        """
      let outcome = try await Tool.run(
        ["-rm", "sh", "-c", script, "sh", directory.path, Tool.binary.path],
        executable: URL(filePath: "/usr/bin/unshare"))
      #expect(outcome.status == 1, "\(outcome.errors)")
      #expect(outcome.output == "")
      let words = options.hasSuffix("ro") ? ["Read-only file system", "mount"] : ["No space left", "disk.zvhd2"]
      for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
    }
  }

  @Test(
    "A source that is written to, gets shorter or longer while it is read gives an error, no output",
    arguments: ["written", "shorter", "longer"])
  func source(_ change: String) async throws {
    try await withDisk { directory in
      let (raw, go) = (directory.appending(path: "disk.raw"), directory.appending(path: "go"))
      let running = try Tool.start(
        ["convert", "--level", "1", "--threads", "1", raw.path, directory.appending(path: "out/disk.zvhd2").path],
        environment: FailingIO.environment("pread", "disk.raw", after: 4, until: go))
      try await FailingIO.waitUntilHeld(go)
      let file = try FileHandle(forUpdating: raw)
      switch change {
      case "shorter": try file.truncate(atOffset: 1 << 20)
      case "longer": try file.truncate(atOffset: 16 << 20)
      default: try file.write(contentsOf: Data("new".utf8))
      }
      try file.close()
      try FailingIO.goOn(go)
      let outcome = await running.finish()
      #expect(outcome.status == 1)
      let words = change == "shorter" ? "got shorter while it was read" : "was changed while it was read"
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
      #expect(outcome.errors.contains(raw.path), "\(outcome.errors)")
      #expect(try names(directory) == [])
    }
  }

  @Test("An output directory that is removed meanwhile is named")
  func directoryRemoved() async throws {
    try await withDisk { directory in
      let go = directory.appending(path: "go")
      let running = try Tool.start(
        [
          "convert", "--level", "1", directory.appending(path: "disk.raw").path,
          directory.appending(path: "out/disk.zvhd2").path,
        ], environment: FailingIO.environment("pwrite", Self.part, after: 2, until: go))
      try await FailingIO.waitUntilHeld(go)
      try FileManager.default.removeItem(at: directory.appending(path: "out"))
      try FailingIO.goOn(go)
      let outcome = await running.finish()
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("cannot create '\(directory.path)/out/disk.zvhd2'"), "\(outcome.errors)")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() == ["disk.raw", "go", "go.held"])
    }
  }

  @Test(
    "A signal at any stage leaves nothing, or the whole",
    arguments: [
      ("pread", SIGINT), ("pwrite", SIGHUP), ("pwrite", SIGKILL), ("fsync", SIGTERM), ("fsync", SIGKILL),
      ("rename", SIGINT), ("rename", SIGKILL),
    ])
  func signal(_ call: String, _ number: Int32) async throws {
    try await withDisk(mebibytes: 4) { directory in
      let go = directory.appending(path: "go")
      let (raw, packed) = (directory.appending(path: "disk.raw"), directory.appending(path: "out/disk.zvhd2"))
      let name = ["pread": "disk.raw", "rename": "disk.zvhd2"][call] ?? Self.part
      let running = try Tool.start(
        ["convert", "--level", "1", "--threads", "1", raw.path, packed.path],
        environment: FailingIO.environment(call, name, after: call == "pwrite" ? 2 : 0, until: go))
      try await FailingIO.waitUntilHeld(go)
      running.signal(number)
      if number == SIGKILL {
        _ = await running.finish()
        // The first read comes before the output is made.
        #expect(try names(directory).allSatisfy { $0 == ".disk.zvhd2.slipway-part" })
      } else {
        // The signal is taken by a thread of its own.
        try await Task.sleep(for: .milliseconds(100))
        try FailingIO.goOn(go)
        let outcome = await running.finish()
        // From the rename on it is done; and a busy machine may bring the signal when all is over.
        if call == "rename" || outcome.status == 0 {
          #expect(outcome.status == 0, "\(outcome.errors)")
          #expect(try names(directory) == ["disk.zvhd2"])
          return
        }
        #expect([130, 143, 129].contains(outcome.status), "\(outcome.errors)")
        #expect(outcome.errors.contains("nothing was left behind"), "\(outcome.errors)")
        #expect(try names(directory) == [])
      }
      let again = try await Tool.run(["convert", "--level", "1", raw.path, packed.path])
      #expect(again.status == 0, "\(again.errors)")
      #expect(try names(directory) == ["disk.zvhd2"])
    }
  }
}
