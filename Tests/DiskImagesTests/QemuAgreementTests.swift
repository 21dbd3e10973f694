import Foundation
import Testing

@testable import DiskImages

/// Format and virtual size of everything that `qemu-img` writes are what `qemu-img info` says.
@Suite("Agreement with qemu-img", .enabled(if: Shell.has("qemu-img")))
struct QemuAgreementTests {
  /// One kind of file that `qemu-img create` makes.
  struct Kind: Sendable, CustomTestStringConvertible {
    var driver: String
    var options = ""
    var format: DiskFormat
    var variant: String? = nil
    /// Bytes of the largest disk that is tried; some formats end early.
    var largest: UInt64 = 3 << 40
    var testDescription: String { options.isEmpty ? driver : "\(driver) \(options)" }
  }

  private static let secret = "secret,id=key,data=0123456789"

  static let kinds: [Kind] =
    ["512", "4096", "65536", "2097152"].map {
      Kind(driver: "qcow2", options: "compat=1.1,cluster_size=\($0)", format: .qcow2, variant: "v3", largest: 1 << 36)
    } + [
      Kind(driver: "raw", format: .raw), Kind(driver: "qcow2", options: "compat=0.10", format: .qcow2, variant: "v2"),
      Kind(driver: "qcow2", options: "extended_l2=on,cluster_size=128k", format: .qcow2, variant: "v3"),
      Kind(driver: "qcow2", options: "compression_type=zstd", format: .qcow2, variant: "v3"),
      Kind(driver: "qcow2", options: "lazy_refcounts=on,refcount_bits=64", format: .qcow2, variant: "v3"),
      Kind(
        driver: "qcow2", options: "encrypt.format=luks,encrypt.key-secret=key,encrypt.iter-time=10", format: .qcow2,
        variant: "v3"),
      Kind(driver: "qcow2", options: "preallocation=metadata", format: .qcow2, variant: "v3", largest: 1 << 32),
      Kind(driver: "qcow", format: .qcow), Kind(driver: "qed", format: .qed),
      Kind(driver: "qed", options: "cluster_size=4096,table_size=16", format: .qed, largest: 1 << 38),
      Kind(driver: "vdi", options: "static=off", format: .vdi, variant: "dynamic"),
      Kind(driver: "vdi", options: "static=on", format: .vdi, variant: "fixed", largest: 1 << 34),
      Kind(driver: "vhdx", options: "subformat=dynamic", format: .vhdx, variant: "dynamic"),
      Kind(driver: "vhdx", options: "subformat=dynamic,block_size=256M", format: .vhdx, variant: "dynamic"),
      Kind(driver: "vhdx", options: "subformat=fixed", format: .vhdx, variant: "fixed", largest: 1 << 31),
      Kind(driver: "vpc", options: "subformat=dynamic", format: .vhd, variant: "dynamic", largest: 2040 << 30),
      Kind(
        driver: "vpc", options: "subformat=dynamic,force_size=on", format: .vhd, variant: "dynamic",
        largest: 2040 << 30),
      Kind(driver: "vpc", options: "subformat=fixed", format: .vhd, variant: "fixed", largest: 1 << 34),
      Kind(driver: "vpc", options: "subformat=fixed,force_size=on", format: .vhd, variant: "fixed", largest: 1 << 34),
      Kind(driver: "parallels", format: .parallels, largest: 1 << 40),
      Kind(driver: "parallels", options: "cluster_size=64k", format: .parallels, largest: 1 << 36),
      Kind(driver: "luks", options: "key-secret=key,iter-time=10", format: .luks, variant: "v1", largest: 1 << 40),
    ]
    + [
      "monolithicSparse", "monolithicFlat", "twoGbMaxExtentSparse", "twoGbMaxExtentFlat", "streamOptimized",
    ].map { (kind: String) in
      Kind(driver: "vmdk", options: "subformat=\(kind)", format: .vmdk, variant: kind, largest: 1 << 38)
    }

  /// Round and odd, below and above the borders of the formats: 2 GiB extents, 1 GiB, the VHD geometry's 127 GiB and 1 TiB.
  static let sizes: [UInt64] = [
    512, 1 << 20, 10_486_272, (1 << 30) + 512, 2_147_991_552, (5 << 30) - 512, 136_899_993_600, (1 << 40) + 1_048_576,
  ]

  /// The sizes tried for the kind at `place`: all with SLIPWAY_QEMU_MATRIX=all, else one that is no multiple of any
  /// unit and two more, others for each kind, so that all of them come up and the suite stays quick.
  private static func sizes(for kind: Kind, at place: Int) -> [UInt64] {
    let possible = sizes.filter { $0 <= kind.largest }
    guard ProcessInfo.processInfo.environment["SLIPWAY_QEMU_MATRIX"] != "all" else { return possible }
    return Array(Set([10_486_272, possible[place % possible.count], possible[(place + 3) % possible.count]])).sorted()
  }

  @Test("Format, size and kind of what qemu-img writes", arguments: kinds.indices)
  func matrix(_ place: Int) throws {
    let kind = Self.kinds[place]
    let scratch = try Scratch()
    // qemu-img takes a fixed VHD for RAW unless it is told: its magic stands at the end.
    let driver = kind.driver == "vpc" && kind.variant == "fixed" ? "vpc" : nil
    for size in Self.sizes(for: kind, at: place) {
      let path = scratch["disk.\(kind.driver)"]
      guard try Self.create(kind, path, size) else { continue }
      let report = try DiskInspector.inspect(FileByteSource(path: path), fileName: path)
      let info = try Self.info(path, driver: driver)
      #expect(report.format == kind.format, "\(kind) \(size)")
      #expect(info.format == kind.driver, "\(kind) \(size)")
      #expect(report.virtualSize == info.virtualSize, "\(kind) \(size)")
      #expect(report.variant == kind.variant, "\(kind) \(size)")
      #expect(report.findings.filter { $0.severity == .warning && kind.driver != "raw" } == [], "\(kind) \(size)")
      for name in try scratch.names() { try FileManager.default.removeItem(atPath: scratch[name]) }
    }
  }

  /// Makes a file; false where qemu-img cannot measure how fast the machine is, which keys need and busy machines refuse.
  private static func create(_ kind: Kind, _ path: String, _ size: UInt64) throws -> Bool {
    var command = ["qemu-img", "create", "-q", "-f", kind.driver]
    let needsKey = kind.options.contains("key-secret")
    if needsKey { command += ["--object", secret] }
    if !kind.options.isEmpty { command += ["-o", kind.options] }
    for attempt in 1...5 {
      do {
        _ = try Shell.output(command + [path, "\(size)"])
        return true
      } catch let failure as Shell.Failure where needsKey && failure.description.contains("accurate CPU usage") {
        if attempt == 5 { return false }
      }
    }
    return false
  }

  @Test("Formats with content in them: what is stored is told as qemu-img tells it")
  func content() throws {
    let scratch = try Scratch()
    var random = SeededGenerator(seed: 5)
    try scratch.sparse("in.raw", size: 64 << 20, data: [(0, random.bytes(3 << 20)), (40 << 20, random.bytes(1 << 20))])
    let cases: [(String, String, UInt64?)] = [
      ("vdi", "static=off", 4 << 20), ("vpc", "subformat=dynamic,force_size=on", 6 << 20),
      ("vhdx", "subformat=dynamic,block_size=1M", 4 << 20), ("qcow2", "compression_type=zstd", nil),
      ("parallels", "cluster_size=1M", 4 << 20),
      ("vmdk", "subformat=streamOptimized", nil),
    ]
    for (driver, options, allocated) in cases {
      try Shell.output("qemu-img", "convert", "-O", driver, "-o", options, scratch["in.raw"], scratch["out"])
      let report = try DiskInspector.inspect(FileByteSource(path: scratch["out"]))
      #expect(report.virtualSize == 64 << 20, "\(driver)")
      #expect(report.allocatedSize == allocated, "\(driver)")
      #expect(report.findings.filter { $0.severity == .warning } == [], "\(driver)")
      #expect(report.diskUsage == (try scratch.allocated("out")))
      // Half of the file: the tables name what is not there any more.
      let bytes = try scratch.read("out")
      let half = try DiskInspector.inspect(DataByteSource(Array(bytes.prefix(bytes.count / 2))))
      if driver != "qcow2", driver != "vmdk" {
        #expect(half.findings.contains { $0.severity == .warning }, "\(driver)")
      }
    }
  }

  @Test("A VHD has the size of its geometry or of its footer, by its creator, as qemu-img decides")
  func creators() throws {
    let scratch = try Scratch()
    try Shell.output("qemu-img", "create", "-q", "-f", "vpc", "-o", "force_size=on", scratch["a.vhd"], "10485760")
    let whole = try scratch.read("a.vhd")
    for creator in ["vpc ", "qemu", "qem2", "d2v ", "win ", "tap\0", "CTXS", "vbox", "wa\0\0"] {
      var bytes = whole
      for start in [0, bytes.count - 512] {
        bytes.replaceSubrange(start + 28..<start + 32, with: Array(creator.utf8))
        let sum = ZVHD2Header.checksum(of: Array(bytes[start..<start + 512]))
        bytes.replaceSubrange(
          start + 64..<start + 68, with: (0..<4).map { UInt8(truncatingIfNeeded: sum >> (24 - 8 * $0)) })
      }
      let path = try scratch.write(bytes, to: "b.vhd")
      let report = try DiskInspector.inspect(FileByteSource(path: path))
      #expect(report.virtualSize == (try Self.info(path, driver: "vpc").virtualSize), "\(creator)")
      #expect(!report.findings.contains { $0.message.contains("checksum") })
    }
  }

  @Test("Backing files, data files, snapshots and bitmaps of qcow2 are told as qemu-img tells them")
  func relations() throws {
    let scratch = try Scratch()
    func make(_ words: String...) throws { _ = try Shell.output(["qemu-img"] + words) }
    func inspect(_ name: String) throws -> DiskInspection {
      try DiskInspector.inspect(FileByteSource(path: scratch[name]), fileName: name)
    }
    try make("create", "-q", "-f", "qcow2", scratch["base.qcow2"], "1G")
    for driver in ["qcow2", "qed", "qcow", "vmdk"] {
      let format = driver == "qcow" ? [] : ["-F", "qcow2"]
      let base = driver == "vmdk" ? "base.vmdk" : "base.qcow2"
      if driver == "vmdk" { try make("create", "-q", "-f", "vmdk", scratch[base], "1G") }
      _ = try? Shell.output(
        ["qemu-img", "create", "-q", "-f", driver, "-b", scratch[base]] + (driver == "vmdk" ? ["-F", "vmdk"] : format)
          + [scratch["top.\(driver)"]])
      guard FileManager.default.fileExists(atPath: scratch["top.\(driver)"]) else { continue }
      let report = try inspect("top.\(driver)")
      #expect(report.virtualSize == 1 << 30, "\(driver)")
      #expect(report.detail("backing_file") == .text(scratch[base]), "\(driver)")
      #expect(report.reasons.contains { $0.contains(base) }, "\(driver)")
      // A conversion reads both.
      #expect(report.advice == "slipway convert top.\(driver) top.zvhd2")
    }
    #expect(try inspect("top.qcow2").detail("backing_format") == .text("qcow2"))
    try make("snapshot", "-c", "before update", scratch["base.qcow2"])
    try make("snapshot", "-c", "after", scratch["base.qcow2"])
    #expect(try inspect("base.qcow2").detail("snapshots") == .number(2))
    #expect(try inspect("base.qcow2").detail("snapshot_names") == .list(["before update", "after"]))
    try make("bitmap", "--add", scratch["base.qcow2"], "changes")
    #expect(try inspect("base.qcow2").detail("bitmaps") == .number(1))
    try make("create", "-q", "-f", "qcow2", "-o", "data_file=\(scratch["data.raw"])", scratch["outer.qcow2"], "1G")
    let outer = try inspect("outer.qcow2")
    #expect(outer.detail("data_file") == .text(scratch["data.raw"]))
    #expect(outer.reasons.contains { $0.contains("in another file") })
    let options = "encrypt.format=luks,encrypt.key-secret=key,encrypt.iter-time=10"
    if try Self.create(Kind(driver: "qcow2", options: options, format: .qcow2), scratch["locked.qcow2"], 1 << 30) {
      #expect(try inspect("locked.qcow2").detail("encryption") == .text("luks"))
      #expect(try inspect("locked.qcow2").advice == nil)
    }
  }

  private struct Info: Decodable {
    var format: String
    var virtualSize: UInt64

    enum CodingKeys: String, CodingKey {
      case format
      case virtualSize = "virtual-size"
    }
  }

  private static func info(_ path: String, driver: String?) throws -> Info {
    let output = try Shell.output(["qemu-img", "info", "--output=json"] + (driver.map { ["-f", $0] } ?? []) + [path])
    return try JSONDecoder().decode(Info.self, from: Data(output))
  }
}
