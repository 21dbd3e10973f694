import Testing

@testable import DiskImages

@Suite("Format detection")
struct DiskFormatTests {
  /// Bytes of a file with pieces put into zeros.
  private func file(_ length: Int, _ pieces: [(Int, [UInt8])]) -> DataByteSource {
    var bytes = zeros(length)
    for (offset, piece) in pieces { bytes.replaceSubrange(offset..<offset + piece.count, with: piece) }
    return DataByteSource(bytes)
  }

  private func start(_ text: String) -> DataByteSource { file(1024, [(0, Array(text.utf8))]) }
  private func start(_ bytes: [UInt8]) -> DataByteSource { file(1024, [(0, bytes)]) }

  @Test("Every magic of the table is recognised, where it belongs")
  func magics() throws {
    let cases: [(DiskFormat, DataByteSource)] = [
      (.zvhd2, start("z2strm\0\0")), (.zvhd, start("stream\0\0")),
      (.qcow2, start([0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3])), (.qcow2, start([0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 2])),
      (.qcow, start([0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 1])), (.qed, start([0x51, 0x45, 0x44, 0])),
      (.vhd, start("conectix")), (.vhd, file(4096, [(4096 - 512, Array("conectix".utf8))])),
      (.vhd, file(4095, [(4095 - 511, Array("conectix".utf8))])), (.vhdx, start("vhdxfile")),
      (.vmdk, start("KDMV")), (.vmdk, start("COWD")), (.vmdk, start("# Disk DescriptorFile\nversion=1\n")),
      (.vdi, file(1024, [(64, [0x7F, 0x10, 0xDA, 0xBE])])), (.iso, file(40960, [(32769, Array("CD001".utf8))])),
      (.ova, file(1024, [(0, Array("a.ovf".utf8)), (257, Array("ustar".utf8))])),
      (.parallels, start("WithoutFreeSpace")), (.parallels, start("WithouFreSpacExt")),
      (.tar, file(1024, [(257, Array("ustar".utf8))])), (.gzip, start([0x1F, 0x8B, 8])),
      (.xz, start([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0])), (.zip, start([0x50, 0x4B, 3, 4])), (.bzip2, start("BZh9")),
      (.zstd, start([0x28, 0xB5, 0x2F, 0xFD])), (.sevenZip, start([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C])),
      (.luks, start([0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE])),
    ]
    for (format, source) in cases { #expect(try DiskFormat.detect(source) == format) }
    // Every format but RAW, which has no magic, has its case here.
    #expect(Set(cases.map(\.0)) == Set(DiskFormat.allCases).subtracting([.raw]))
  }

  @Test("What has no magic, or one in the wrong place, is no known format")
  func nothing() throws {
    for source in [
      DataByteSource([]), start([0]), start("BZh"), start("BZhx"), start([0x51, 0x46, 0x49]), start(" KDMV"),
      file(40960, [(32768, Array("CD001".utf8))]), file(4096, [(2048, Array("conectix".utf8))]),
    ] { #expect(try DiskFormat.detect(source) == nil) }
  }

  @Test("Extensions name formats in any case, and RAW has three of them")
  func extensions() {
    let cases: [(String, DiskFormat?)] = [
      ("a.raw", .raw), ("a.IMG", .raw), ("a/b.bin", .raw), ("x.zvhd2", .zvhd2), ("x.ZVHD2", .zvhd2), ("x.zvhd", .zvhd),
      ("x.tar.gz", .gzip), ("x.7z", .sevenZip), ("x.vhd", .vhd), ("x", nil), (".raw", nil), ("raw", nil), ("x.", nil),
      ("dir.raw/x", nil), ("", nil), ("x.txt", nil),
    ]
    for (name, format) in cases { #expect(DiskFormat(fileName: name) == format, "\(name)") }
  }

  @Test("Only RAW and ZVHD2 are quick import formats")
  func importable() {
    #expect(DiskFormat.allCases.filter(\.isQuickImportFormat) == [.raw, .zvhd2])
  }
}
