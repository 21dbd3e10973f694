import Foundation
import Testing

@testable import DiskImages

@Suite("Inspector: partitions and file systems")
struct PartitionInspectionTests {
  private func inspect(_ path: String) throws -> DiskInspection {
    try DiskInspector.inspect(FileByteSource(path: path), fileName: path)
  }

  private func text(_ report: DiskInspection) -> String {
    report.findings.map(\.description).joined(separator: "\n")
  }

  private func problems(_ report: DiskInspection) -> [String] {
    report.findings.filter { $0.severity != .hint }.map(\.message)
  }

  private func sfdisk(_ path: String, _ script: String) throws {
    let input = path + ".sfdisk"
    try script.write(toFile: input, atomically: true, encoding: .utf8)
    try Shell.output("sh", "-c", "sfdisk -q --no-reread '\(path)' <'\(input)'")
    try FileManager.default.removeItem(atPath: input)
  }

  private func patch(_ path: String, _ offset: UInt64, _ bytes: [UInt8]) throws {
    let handle = try FileHandle(forUpdating: URL(filePath: path))
    try handle.seek(toOffset: offset)
    try handle.write(contentsOf: Data(bytes))
    try handle.close()
  }

  @Test("Logical partitions are followed along their chain", .enabled(if: Shell.has("sfdisk")))
  func logical() throws {
    let scratch = try Scratch()
    let path = try scratch.sparse("a.raw", size: 128 << 20)
    try sfdisk(
      path,
      """
      label: dos
      start=2048, size=20480, type=83
      start=22528, size=180000, type=f
      start=24576, size=20480, type=83
      start=47104, size=20480, type=82
      start=69632, size=20480, type=8e

      """)
    let report = try inspect(path)
    #expect(report.partitionTable == "mbr")
    #expect(report.partitions.map(\.number) == [1, 2, 5, 6, 7])
    #expect(report.partitions.map(\.type) == ["0x83", "0x0F", "0x83", "0x82", "0x8E"])
    #expect(report.partitions.map { $0.offset / 512 } == [2048, 22528, 24576, 47104, 69632])
    #expect(report.partitions.map(\.typeName).last == "Linux LVM")
    #expect(problems(report).isEmpty)
    // The second record points at the first again.
    let second = 47104 - 2048
    let link: [UInt8] = [0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 80, 0, 0]
    try patch(path, UInt64(second) * 512 + 462, link)
    #expect(try inspect(path).partitions.count == 4)
    try patch(path, UInt64(second) * 512 + 470, Array(UInt32(second - 22528).littleEndianBytes))
    #expect(text(try inspect(path)).contains("runs in a circle"))
    try patch(path, UInt64(second) * 512 + 510, [0, 0])
    #expect(text(try inspect(path)).contains("breaks off at sector \(second)"))
  }

  @Test("A GPT for sectors of 4096 bytes is read, and said to be one")
  func largeSectors() throws {
    let disk = GPTDisk(
      sector: 4096, partitions: [(256, 511, GPTDisk.efi, "boot"), (512, 1023, GPTDisk.linux, "root ä")])
    let report = try DiskInspector.inspect(DataByteSource(disk.bytes), fileName: "a.raw")
    #expect(report.partitionTable == "gpt")
    #expect(report.partitions.map(\.offset) == [1 << 20, 2 << 20])
    #expect(report.partitions.map(\.length) == [1 << 20, 2 << 20])
    #expect(report.partitions.map(\.name) == ["boot", "root ä"])
    #expect(report.detail("sector_size") == .number(4096))
    #expect(problems(report).count == 1)
    #expect(text(report).contains("made for sectors of 4096 bytes"))
    let cut = try DiskInspector.inspect(DataByteSource(Array(disk.bytes.dropLast(8192))), fileName: "a.raw")
    #expect(text(cut).contains("second GPT header belongs into sector 2047"))
  }

  @Test("A lost or damaged first GPT is read by the second one", arguments: [512, 4096])
  func backup(_ sector: Int) throws {
    let disk = GPTDisk(
      sector: sector, partitions: [(1024, 1200, GPTDisk.efi, "boot"), (1201, 1300, GPTDisk.linux, "root")])
    func inspect(_ bytes: [UInt8]) throws -> DiskInspection {
      try DiskInspector.inspect(DataByteSource(bytes), fileName: "a.raw")
    }
    let whole = try inspect(disk.bytes)
    #expect(whole.partitions.count == 2)
    for damage in [zeros(92), Array("EFI PART".utf8) + zeros(16)] {
      var bytes = disk.bytes
      bytes.replaceSubrange(sector..<sector + damage.count, with: damage)
      let report = try inspect(bytes)
      #expect(report.partitions == whole.partitions)
      #expect(text(report).contains("the second one, in the last sector, is whole"))
      // Without the second one nothing is left but the announcement.
      bytes.replaceSubrange(bytes.count - sector..<bytes.count - sector + 92, with: zeros(92))
      bytes.replaceSubrange(sector..<sector + 92, with: zeros(92))
      #expect(text(try inspect(bytes)).contains("announces a GPT, but its header is missing"))
    }
  }

  @Test("Odd GPTs: entries damaged, overlapping, without a protective MBR, hybrid", .enabled(if: Shell.has("sfdisk")))
  func oddGPT() throws {
    let scratch = try Scratch()
    let path = try scratch.sparse("a.raw", size: 64 << 20)
    try sfdisk(path, "label: gpt\nstart=2048, size=2048, type=L\nstart=4096, size=2048, type=L\n")
    try patch(path, 1024 + 40, [0xFF, 0x17])
    let overlap = text(try inspect(path))
    #expect(overlap.contains("partitions 1 and 2 overlap"))
    #expect(overlap.contains("checksum of the GPT's entries"))
    try patch(path, 446 + 16, [0, 0, 0, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0])
    #expect(text(try inspect(path)).contains("a hybrid MBR: 1 of the partitions"))
    try patch(path, 446, zeros(66))
    #expect(text(try inspect(path)).contains("no protective MBR"))
  }

  @Test("A boot sector of a file system is not taken for a partition table", .enabled(if: Shell.has("mkfs.fat")))
  func bootSector() throws {
    let scratch = try Scratch()
    for (bits, size) in [(12, 4), (16, 32), (32, 64)] as [(Int, UInt64)] {
      let path = try scratch.sparse("a.raw", size: size << 20)
      try Shell.output("mkfs.fat", "-F", "\(bits)", "-n", "DATA", path)
      let report = try inspect(path)
      #expect(report.fileSystem == "fat")
      #expect(report.partitionTable == nil)
      #expect(text(report).contains("the whole disk holds fat 'DATA'"))
      truncate(path, off_t(size << 19))
      #expect(text(try inspect(path)).contains("more than the"))
    }
  }

  @Test("The kinds of ext are told apart, with label, and one that is cut", .enabled(if: Shell.has("mke2fs")))
  func ext() throws {
    let scratch = try Scratch()
    for kind in ["ext2", "ext3", "ext4"] {
      let path = try scratch.sparse("a.raw", size: 16 << 20)
      try Shell.output("mke2fs", "-q", "-F", "-t", kind, "-L", "root é", path)
      let report = try inspect(path)
      #expect(report.fileSystem == kind)
      #expect(text(report).contains("the whole disk holds \(kind) 'root é'"))
      #expect(problems(report).isEmpty)
      try patch(path, 1024 + 96, [UInt8(kind == "ext4" ? 0xC6 : 6)])
      if kind != "ext2" { #expect(text(try inspect(path)).contains("was not unmounted")) }
      truncate(path, 15 << 20)
      #expect(text(try inspect(path)).contains("the \(kind) in the disk has 16777216 bytes"))
    }
  }

  @Test("Superblocks of file systems and of what takes their place")
  func superblocks() throws {
    func disk(_ pieces: (Int, [UInt8])...) -> DataByteSource {
      var bytes = zeros(128 << 10)
      for (offset, piece) in pieces { bytes.replaceSubrange(offset..<offset + piece.count, with: piece) }
      return DataByteSource(bytes)
    }
    func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }
    let cases: [(String, String, DataByteSource)] = [
      ("xfs", "root", disk((0, ascii("XFSB")), (4, [0, 0, 16, 0]), (15, [8]), (108, ascii("root")))),
      ("btrfs", "data", disk((65600, ascii("_BHRfS_M")), (65536 + 299, ascii("data")))),
      ("ntfs", "", disk((3, ascii("NTFS    ")), (510, [0x55, 0xAA]))),
      ("exfat", "", disk((3, ascii("EXFAT   ")), (510, [0x55, 0xAA]))),
      ("refs", "", disk((3, ascii("ReFS\0\0\0\0")))), ("bitlocker", "", disk((3, ascii("-FVE-FS-")))),
      ("luks", "secret", disk((0, [0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE, 0, 2]), (24, ascii("secret")))),
      ("lvm", "", disk((512, ascii("LABELONE")), (536, ascii("LVM2 001")))),
      ("swap", "", disk((4086, ascii("SWAPSPACE2")))),
      ("mdraid", "host:0", disk((4096, [0xFC, 0x4E, 0x2B, 0xA9, 1]), (4128, ascii("host:0")))),
      ("squashfs", "", disk((0, ascii("hsqs")))), ("f2fs", "", disk((1024, [0x10, 0x20, 0xF5, 0xF2]))),
      ("hfs+", "", disk((1024, ascii("H+")))), ("apfs", "", disk((32, ascii("NXSB")))),
    ]
    for (name, label, source) in cases {
      let found = try FileSystemProbe.probe(source, at: 0)
      #expect(found?.name == name)
      #expect(found?.label == label, "\(name)")
    }
    #expect(try FileSystemProbe.probe(disk(), at: 0) == nil)
    #expect(try FileSystemProbe.probe(disk(), at: .max - 3) == nil)
    // An encrypted partition is worth a word.
    var bytes = zeros(4 << 20)
    bytes.replaceSubrange(446..<462, with: [0, 0, 0, 0, 7, 0, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0])
    bytes.replaceSubrange(510..<512, with: [0x55, 0xAA])
    bytes.replaceSubrange((1 << 20) + 3..<(1 << 20) + 11, with: ascii("-FVE-FS-"))
    let report = try DiskInspector.inspect(DataByteSource(bytes), fileName: "a.raw")
    #expect(report.partitions.first?.fileSystem == "bitlocker")
    #expect(text(report).contains("partition 1 is encrypted (bitlocker)"))
  }

  @Test("A disk of nothing but zeros is told where that is cheap to see")
  func zero() throws {
    let scratch = try Scratch()
    try scratch.sparse("hole.raw", size: 5 << 30)
    #expect(text(try inspect(scratch["hole.raw"])).contains("every byte of the disk is zero"))
    try scratch.write(zeros(1 << 20), to: "small.raw")
    #expect(text(try inspect(scratch["small.raw"])).contains("every byte of the disk is zero"))
    try scratch.sparse("odd.raw", size: 5 << 30, data: [((5 << 30) - 1, [1])])
    #expect(text(try inspect(scratch["odd.raw"])).contains("begins with zeros"))
    #expect(try inspect(scratch["odd.raw"]).diskUsage.map { $0 < 1 << 20 } == true)
  }

  @Test("A web page or an error document under the name of an image is an error")
  func answers() throws {
    for page in ["<!DOCTYPE html><html>", "\n<html><head>", "<?xml version=\"1.0\"?><Error>", "<Error><Code>"] {
      for name in ["a.raw", "a.zvhd2"] {
        let report = try DiskInspector.inspect(DataByteSource(Array(page.utf8) + zeros(5000)), fileName: name)
        #expect(!report.isImportable, "\(page)")
        #expect(report.reasons.joined().contains("a web page") || report.reasons.joined().contains("an XML document"))
      }
    }
  }

  @Test("Lines of text are no disk; under the name of RAW that is only a warning")
  func lines() throws {
    let text = DataByteSource(Array("name,size\nweb01,40\ngrün,1\n".utf8))
    #expect(try DiskInspector.inspect(text, fileName: "list.csv").reasons == ["the file is lines of text, no disk"])
    let named = try DiskInspector.inspect(text, fileName: "list.raw")
    #expect(named.isImportable)
    #expect(problems(named).first == "the file is lines of text, no disk")
  }

  @Test("The disk inside a ZVHD2 file is looked into as a RAW one is", .enabled(if: Shell.has("sfdisk")))
  func insideZVHD2() throws {
    let scratch = try Scratch()
    let path = try scratch.sparse("a.raw", size: 64 << 20)
    try sfdisk(path, "label: gpt\nstart=2048, size=16384, type=U, name=\"EFI\"\nstart=20480, type=L, name=\"root\"\n")
    if Shell.has("mke2fs") {
      try Shell.output("mke2fs", "-q", "-F", "-t", "ext4", "-L", "root", "-E", "offset=\(20480 * 512)", path, "50m")
    }
    let raw = try inspect(path)
    try DiskConverter.convert(from: path, to: scratch["a.zvhd2"], options: .fixed())
    let packed = try inspect(scratch["a.zvhd2"])
    #expect(packed.partitions == raw.partitions)
    #expect(packed.partitions.count == 2)
    #expect(packed.firmwareHint == "uefi")
    #expect(packed.allocatedSize.map { $0 > 0 && $0 < 64 << 20 && $0 % (2 << 20) == 0 } == true)
    #expect(problems(packed).isEmpty)
    // Cut before the conversion: the second GPT is not in the disk.
    truncate(path, 60 << 20)
    try DiskConverter.convert(from: path, to: scratch["b.zvhd2"], options: .fixed())
    #expect(text(try inspect(scratch["b.zvhd2"])).contains("second GPT header belongs into sector 131071"))
  }
}

extension UInt32 {
  fileprivate var littleEndianBytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: self >> (8 * UInt32($0))) } }
}
