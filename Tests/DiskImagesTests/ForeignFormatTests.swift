import Foundation
import Testing

@testable import DiskImages

@Suite("Inspector: other formats")
struct ForeignFormatTests {
  private func inspect(_ bytes: [UInt8], _ name: String? = nil) throws -> DiskInspection {
    try DiskInspector.inspect(DataByteSource(bytes), fileName: name)
  }

  private func text(_ report: DiskInspection) -> String {
    report.findings.map(\.description).joined(separator: "\n")
  }

  @Test(
    "Images made by qemu-img show their size", .enabled(if: Shell.has("qemu-img")),
    arguments: [
      ("qcow2", "qcow2", DiskFormat.qcow2), ("qcow", "qcow", .qcow), ("qed", "qed", .qed), ("vmdk", "vmdk", .vmdk),
      ("vdi", "vdi", .vdi), ("vhdx", "vhdx", .vhdx), ("vpc", "vhd", .vhd),
    ])
  func qemu(_ driver: String, _ suffix: String, _ format: DiskFormat) throws {
    let scratch = try Scratch()
    let path = scratch["disk." + suffix]
    try Shell.output("qemu-img", "create", "-q", "-f", driver, path, "3G")
    let report = try DiskInspector.inspect(FileByteSource(path: path), fileName: "a.\(suffix)")
    #expect(report.format == format)
    let info = try JSONSerialization.jsonObject(with: Data(Shell.output("qemu-img", "info", "--output=json", path)))
    let size = try #require((info as? [String: Any])?["virtual-size"] as? UInt64)
    // A VHD of an unknown creator has the size of its geometry for qemu, its own in the footer.
    if format == .vhd {
      #expect(report.virtualSize.map { $0 >= 3 << 30 && $0 <= size } == true)
    } else {
      #expect(report.virtualSize == size)
      #expect(report.minDisk == 3)
    }
    #expect(!report.isImportable)
    #expect(report.findings.filter { $0.severity == .error }.count == 1)
    #expect(report.findings[0].hint == "slipway convert a.\(suffix) a.zvhd2")
    #expect(report.advice == report.findings[0].hint)
  }

  @Test("Backing files, snapshots, encryption and marks of qcow2 are told", .enabled(if: Shell.has("qemu-img")))
  func qcow2() throws {
    let scratch = try Scratch()
    try Shell.output("qemu-img", "create", "-q", "-f", "qcow2", scratch["base.qcow2"], "1G")
    try Shell.output(
      "qemu-img", "create", "-q", "-f", "qcow2", "-b", scratch["base.qcow2"], "-F", "qcow2", scratch["top.qcow2"])
    let top = try DiskInspector.inspect(FileByteSource(path: scratch["top.qcow2"]))
    #expect(text(top).contains("needs its backing file '\(scratch["base.qcow2"])'"))
    try Shell.output("qemu-img", "snapshot", "-c", "one", scratch["base.qcow2"])
    #expect(
      text(try DiskInspector.inspect(FileByteSource(path: scratch["base.qcow2"]))).contains("1 internal snapshot,"))
    var bytes = try scratch.read("base.qcow2")
    bytes[79] |= 7
    bytes[35] = 2
    let marked = text(try inspect(bytes))
    #expect(marked.contains("not closed properly"))
    #expect(marked.contains("corrupt"))
    #expect(marked.contains("in another file"))
    #expect(marked.contains("encrypted"))
  }

  @Test("A fixed VHD is found by its footer, a differencing one needs its parent", .enabled(if: Shell.has("qemu-img")))
  func vhd() throws {
    let scratch = try Scratch()
    try Shell.output(
      "qemu-img", "create", "-q", "-f", "vpc", "-o", "subformat=fixed,force_size=on", scratch["a.vhd"], "8M")
    let report = try DiskInspector.inspect(FileByteSource(path: scratch["a.vhd"]), fileName: "a.raw")
    #expect(report.format == .vhd)
    #expect(report.virtualSize == 8 << 20)
    #expect(report.reasons == ["named as RAW, but the content is VHD"])
    #expect(!text(report).contains("checksum"))
    var bytes = try scratch.read("a.vhd")
    bytes[bytes.count - 512 + 63] = 4
    let changed = text(try inspect(bytes))
    #expect(changed.contains("differencing"))
    #expect(changed.contains("checksum of the footer"))
    #expect(text(try inspect(Array(bytes.suffix(512)))).contains("shorter") == false)
  }

  @Test("Kinds of VMDK are told apart", .enabled(if: Shell.has("qemu-img")))
  func vmdk() throws {
    let scratch = try Scratch()
    try Shell.output(
      "qemu-img", "create", "-q", "-f", "vmdk", "-o", "subformat=monolithicFlat", scratch["a.vmdk"], "10M")
    let flat = try DiskInspector.inspect(FileByteSource(path: scratch["a.vmdk"]), fileName: "a.vmdk")
    #expect(flat.virtualSize == 10 << 20)
    #expect(text(flat).contains("only a description of the disk: the data is in a-flat.vmdk"))
    let split = """
      # Disk DescriptorFile
      parentCID=12345678
      RW 4192256 SPARSE "a-s001.vmdk"
      RW 2048 SPARSE "a-s002.vmdk"
      """
    let report = try inspect(Array(split.utf8), "a.vmdk")
    #expect(report.virtualSize == 2_147_483_648 as UInt64)
    #expect(text(report).contains("a-s001.vmdk, a-s002.vmdk"))
    #expect(text(report).contains("needs its parent"))
    let overflow = "# Disk DescriptorFile\nRW 18446744073709551615 FLAT \"x\"\nRW x\nRW\n"
    #expect(try inspect(Array(overflow.utf8)).virtualSize == nil)
  }

  @Test("A Parallels image with clusters of terabytes gives a finding")
  func parallels() throws {
    var bytes = Array("WithouFreSpacExt".utf8) + zeros(4096)
    bytes.replaceSubrange(16..<20, with: [2, 0, 0, 0])
    bytes.replaceSubrange(28..<44, with: [255, 255, 255, 255, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0])
    bytes.replaceSubrange(64..<68, with: [255, 255, 255, 255])
    let report = try inspect(bytes, "a.hdd")
    #expect(report.format == .parallels)
    #expect(report.virtualSize == 4096)
    #expect(text(report).contains("clusters of 2199023255040 bytes, expected 1048576"))
  }

  @Test("Archives, compressed files, ISO and LUKS are refused with what to do")
  func others() throws {
    let cases: [(String, [UInt8], String)] = [
      ("a.raw.gz", [0x1F, 0x8B, 8, 0], "gunzip"), ("a.xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz --decompress"),
      ("a.zip", [0x50, 0x4B, 3, 4], "unzip"), ("a.bz2", Array("BZh9".utf8), "bunzip2"),
      ("a.zst", [0x28, 0xB5, 0x2F, 0xFD], "zstd --decompress"), ("a.7z", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "7z x"),
      ("a.luks", [0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE], "cryptsetup"),
      ("a.ova", Array("a.ovf".utf8) + zeros(252) + Array("ustar".utf8), "tar -xf"),
      ("a.iso", zeros(32769) + Array("CD001".utf8), "install a system"),
    ]
    for (name, bytes, advice) in cases {
      for name in [name, "a.zvhd2", "a.raw", nil] {
        let report = try inspect(bytes, name)
        #expect(!report.isImportable)
        #expect(
          report.findings.contains { $0.severity == .error && $0.hint?.contains(advice) == true }, "\(name ?? "-")")
      }
    }
  }
}
