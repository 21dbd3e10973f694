import Foundation
import Testing

@testable import DiskImages

@Suite("Inspector: archives, ISO, LUKS")
struct ArchiveInspectionTests {
  /// A directory with a qcow2 of 3 GiB and a RAW of 1 MiB in it.
  private func files() throws -> Scratch {
    let scratch = try Scratch()
    var qcow2 = zeros(262_144)
    qcow2.replaceSubrange(0..<8, with: [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 2])
    qcow2.replaceSubrange(20..<32, with: [0, 0, 0, 16, 0, 0, 0, 0, 0xC0, 0, 0, 0])
    try scratch.write(qcow2, to: "disk.qcow2")
    var random = SeededGenerator(seed: 3)
    try scratch.write(random.bytes(1 << 20), to: "noise.raw")
    return scratch
  }

  private func inspect(_ path: String, _ name: String? = nil) throws -> DiskInspection {
    try DiskInspector.inspect(
      FileByteSource(path: path), fileName: name ?? path.split(separator: "/").last.map(String.init))
  }

  private func warnings(_ report: DiskInspection) -> [String] {
    report.findings.filter { $0.severity == .warning }.map(\.message)
  }

  @Test("What is in a gzip or zstd file is told by unpacking its start", arguments: ["gzip", "zstd"])
  func compressed(_ program: String) throws {
    guard Shell.has(program) else { return }
    let scratch = try files()
    let suffix = program == "gzip" ? "gz" : "zst"
    try Shell.output(program, "-q", "-k", scratch["disk.qcow2"])
    try Shell.output(program, "-q", "-k", scratch["noise.raw"])
    let report = try inspect(scratch["disk.qcow2.\(suffix)"])
    #expect(report.format.rawValue == program)
    #expect(report.detail("content") == .text("disk.qcow2"))
    #expect(report.detail("content_format") == .text("qcow2"))
    #expect(report.virtualSize == 3 << 30)
    #expect(report.minDisk == 3)
    #expect(!report.isImportable)
    #expect(report.advice?.contains("disk.qcow2.\(suffix), then slipway convert disk.qcow2 disk.zvhd2") == true)
    #expect(warnings(report) == [])
    let size = program == "gzip" ? "content_size_modulo_4gib" : "content_size"
    #expect(try inspect(scratch["noise.raw.\(suffix)"]).detail(size) == .number(1 << 20))
    // Damage at the start of the data.
    var bytes = try scratch.read("disk.qcow2.\(suffix)")
    for index in 20..<60 where index < bytes.count { bytes[index] ^= 0x5A }
    #expect(!(try DiskInspector.inspect(DataByteSource(bytes)).isImportable))
  }

  @Test("The index of an xz file tells how much is in it", .enabled(if: Shell.has("xz")))
  func xz() throws {
    let scratch = try files()
    try Shell.output("xz", "-k", "--block-size=100000", scratch["noise.raw"])
    let report = try inspect(scratch["noise.raw.xz"])
    #expect(report.detail("content_size") == .number(1 << 20))
    #expect(report.detail("content") == .text("noise.raw"))
    #expect(report.advice == "xz --decompress --keep noise.raw.xz, then slipway convert noise.raw noise.zvhd2")
    let cut = Array(try scratch.read("noise.raw.xz").dropLast(8))
    #expect(
      warnings(try DiskInspector.inspect(DataByteSource(cut))).contains { $0.contains("index at the end is missing") })
  }

  @Test("The files in a zip archive are listed from its end", .enabled(if: Shell.has("zip")))
  func zip() throws {
    let scratch = try files()
    try Shell.output("sh", "-c", "cd '\(scratch.path)' && zip -q a.zip disk.qcow2 noise.raw && zip -q b.zip noise.raw")
    let report = try inspect(scratch["a.zip"])
    #expect(report.detail("members") == .list(["disk.qcow2", "noise.raw"]))
    #expect(report.advice == "unzip a.zip, then slipway convert disk.qcow2 disk.zvhd2")
    #expect(try inspect(scratch["b.zip"]).detail("content_size") == .number(1 << 20))
    let cut = Array(try scratch.read("a.zip").dropLast(30))
    #expect(warnings(try DiskInspector.inspect(DataByteSource(cut))).contains { $0.contains("list of files") })
  }

  @Test("An OVA tells its files and the disk among them", .enabled(if: Shell.has("tar")))
  func ova() throws {
    let scratch = try files()
    try scratch.write(Array("<Envelope/>".utf8), to: "vm.ovf")
    let long = String(repeating: "long-name-", count: 15) + ".mf"
    try scratch.write([1, 2, 3], to: long)
    for format in ["ustar", "gnu", "pax"] {
      try Shell.output(
        "sh", "-c",
        "cd '\(scratch.path)' && tar --format=\(format) -cf a.ova vm.ovf disk.qcow2 \(format == "ustar" ? "" : long)")
      let report = try inspect(scratch["a.ova"])
      #expect(report.format == .ova)
      let members = ["vm.ovf", "disk.qcow2"]
      if case .list(let found)? = report.detail("members") { #expect(Array(found.prefix(2)) == members, "\(format)") }
      #expect(report.detail("content") == .text("disk.qcow2"))
      #expect(report.detail("content_format") == .text("qcow2"))
      #expect(report.virtualSize == 3 << 30)
      #expect(report.advice == "tar -xf a.ova disk.qcow2, then slipway convert disk.qcow2 disk.zvhd2")
      #expect(warnings(report) == [], "\(format)")
      let bytes = try scratch.read("a.ova")
      let cut = try DiskInspector.inspect(DataByteSource(Array(bytes.prefix(100_000))))
      #expect(warnings(cut).contains { $0.contains("ends inside 'disk.qcow2'") })
      var damaged = bytes
      damaged[1024 + 512 + 130] ^= 1
      damaged[1024 + 130] ^= 1
      #expect(warnings(try DiskInspector.inspect(DataByteSource(damaged))).contains { $0.contains("no header at") })
    }
    try Shell.output("sh", "-c", "cd '\(scratch.path)' && tar -cf b.tar noise.raw")
    #expect(try inspect(scratch["b.tar"]).format == .tar)
    #expect(try inspect(scratch["b.tar"]).virtualSize == 1 << 20)
  }

  @Test("A LUKS 2 header tells where the data begins")
  func luks2() throws {
    var bytes = zeros(20 << 20)
    bytes.replaceSubrange(0..<8, with: [0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE, 0, 2])
    bytes.replaceSubrange(24..<28, with: Array("root".utf8))
    let json = Array(
      #"{"keyslots":{"0":{"area":{"offset":"32768"}}},"segments":{"0":{"offset":"16777216","size":"dynamic"}}}"#.utf8)
    bytes.replaceSubrange(4096..<4096 + json.count, with: json)
    let report = try DiskInspector.inspect(DataByteSource(bytes), fileName: "a.luks")
    #expect(report.variant == "v2")
    #expect(report.virtualSize == 4 << 20)
    #expect(report.detail("label") == .text("root"))
    #expect(report.advice == nil)
    #expect(report.findings.contains { $0.hint?.contains("cryptsetup") == true })
    let cut = try DiskInspector.inspect(DataByteSource(Array(bytes.prefix(1 << 20))), fileName: "a.luks")
    #expect(cut.virtualSize == nil)
    #expect(warnings(cut).count == 1)
  }

  @Test("A LUKS 1 header tells cipher and size; a later version is unknown")
  func luks1() throws {
    var bytes = zeros(4 << 20)
    func put(_ offset: Int, _ text: String) {
      bytes.replaceSubrange(offset..<offset + text.utf8.count, with: Array(text.utf8))
    }
    bytes.replaceSubrange(0..<8, with: [0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE, 0, 1])
    put(8, "aes")
    put(40, "xts-plain64")
    put(72, "sha256")
    bytes.replaceSubrange(104..<108, with: [0, 0, 16, 0])
    var report = try DiskInspector.inspect(DataByteSource(bytes), fileName: "a.luks")
    #expect(report.variant == "v1")
    #expect(report.virtualSize == 2 << 20)
    #expect(report.detail("cipher") == .text("aes-xts-plain64"))
    #expect(report.detail("hash") == .text("sha256"))
    bytes[7] = 3
    report = try DiskInspector.inspect(DataByteSource(bytes), fileName: "a.luks")
    #expect(warnings(report) == ["LUKS version 3, expected 1 or 2"])
  }

  @Test("An ISO tells its volume and how it boots")
  func iso() throws {
    var bytes = zeros(60 * 2048)
    func put(_ offset: Int, _ piece: [UInt8]) { bytes.replaceSubrange(offset..<offset + piece.count, with: piece) }
    put(32768, [1] + Array("CD001".utf8))
    put(32768 + 40, Array("Debian 12   ".utf8))
    put(32768 + 80, [60])
    put(32768 + 128, [0, 8])
    put(34816, [0] + Array("CD001".utf8) + [1] + Array("EL TORITO SPECIFICATION".utf8))
    put(34816 + 71, [20])
    put(40960, [1, 0])
    put(40960 + 30, [0x55, 0xAA, 0x88])
    put(40960 + 64, [0x91, 0xEF, 1])
    let report = try DiskInspector.inspect(DataByteSource(bytes), fileName: "debian.iso")
    #expect(report.format == .iso)
    #expect(report.detail("volume") == .text("Debian 12"))
    #expect(report.detail("boots") == .list(["bios", "uefi"]))
    #expect(warnings(report) == [])
    let cut = try DiskInspector.inspect(DataByteSource(Array(bytes.prefix(50 * 2048))), fileName: "debian.iso")
    #expect(warnings(cut).contains { $0.contains("probably cut") })
  }
}
