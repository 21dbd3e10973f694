import Foundation
import Testing

@testable import DiskImages

@Suite("Inspector: RAW and ZVHD2")
struct DiskInspectorTests {
  private func problems(_ report: DiskInspection) -> [DiskFinding] {
    report.findings.filter { $0.severity != .hint }
  }

  private func text(_ report: DiskInspection) -> String {
    report.findings.map(\.description).joined(separator: "\n")
  }

  @Test("The vendor's files are importable, with the right min_disk and no complaint")
  func samples() throws {
    for sample in try Fixtures.samples() where sample.format == "zvhd2" {
      let report = try DiskInspector.inspect(
        FileByteSource(path: Fixtures.path(sample.file)), fileName: "images/\(sample.file)")
      #expect(report.format == .zvhd2)
      #expect(report.fileSize == sample.fileSize)
      #expect(report.virtualSize == sample.origSize)
      #expect(report.minDisk == Int(sample.currSize >> 30))
      #expect(problems(report) == [], "\(sample.file)")
      #expect(report.isImportable)
      #expect(report.reasons == [])
    }
  }

  @Test("The partition table inside a ZVHD2 file is seen without unpacking the disk")
  func inside() throws {
    let report = try DiskInspector.inspect(FileByteSource(path: Fixtures.path("gpt-ext4-3g.zvhd2")), fileName: nil)
    #expect(report.firmwareHint == "uefi")
    #expect(report.detail("created_at") == .text("2026-11-23T15:51:52Z"))
    #expect(report.partitions.map(\.fileSystem) == ["fat", "ext4"])
    #expect(report.allocatedSize == 13 << 21)
    #expect(report.partitions.count == 2)
    #expect(report.partitions.first?.isEFISystem == true)
    #expect(report.partitions.map(\.number) == [1, 2])
    #expect(report.partitions[1].type == "0FC63DAF-8483-4772-8E79-3D69D8477DE4")
    #expect(report.partitions[1].offset == report.partitions[0].offset + report.partitions[0].length)
  }

  @Test("A ZVHD file is known, sized and refused with the command that helps")
  func zvhd() throws {
    let report = try DiskInspector.inspect(FileByteSource(path: Fixtures.path("tiny.zvhd")), fileName: "tiny.zvhd")
    #expect(report.format == .zvhd)
    #expect(report.virtualSize == 10_486_272)
    #expect(!report.isImportable)
    #expect(report.findings.first?.hint == "slipway convert tiny.zvhd tiny.zvhd2")
    let misnamed = try DiskInspector.inspect(FileByteSource(path: Fixtures.path("tiny.zvhd")), fileName: "a.zvhd2")
    #expect(misnamed.reasons == ["named as ZVHD2, but the content is ZVHD"])
  }

  @Test("A ZVHD2 file with the cookie of ZVHD is suspicious, but it is read")
  func otherCookie() throws {
    var bytes = try Fixtures.bytes("tiny.zvhd2")
    for start in [0, 86016, bytes.count - 4096] {
      bytes.replaceSubrange(start..<start + 6, with: Array("stream".utf8))
      let sum = ZVHD2Header.checksum(of: Array(bytes[start..<start + 512]))
      bytes.replaceSubrange(start + 64..<start + 68, with: (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) })
    }
    let report = try DiskInspector.inspect(DataByteSource(bytes), fileName: "a.zvhd2")
    #expect(report.format == .zvhd2)
    #expect(report.isImportable)
    #expect(
      problems(report).map(\.message) == [
        "the file begins with 'stream', expected 'z2strm': no known tool writes ZVHD2 so"
      ])
    #expect(try ZVHD2Reader(DataByteSource(bytes)).storedBlocks == [0, 2, 5])
    #expect(throws: DiskImageError.self) { try ZVHDReader(DataByteSource(bytes)) }
  }

  @Test("An empty file is no disk, whatever its name")
  func empty() throws {
    for name in ["a.zvhd2", "a.raw", "a.qcow2", nil] {
      let report = try DiskInspector.inspect(DataByteSource([]), fileName: name)
      #expect(report.isEmpty)
      #expect(!report.isImportable)
      #expect(report.minDisk == nil)
      #expect(report.reasons.first?.contains("empty") == true)
    }
  }

  @Test("Damage in a ZVHD2 file is noticed, part by part")
  func damaged() throws {
    let whole = try Fixtures.bytes("tiny.zvhd2")
    func inspect(_ change: (inout [UInt8]) -> Void) throws -> DiskInspection {
      var bytes = whole
      change(&bytes)
      return try DiskInspector.inspect(DataByteSource(bytes), fileName: "tiny.zvhd2")
    }
    func inspectFooter(_ change: (inout ZVHD2Header) -> Void) throws -> DiskInspection {
      try inspect { bytes in
        guard var header = ZVHD2Header(parsing: Array(bytes[(bytes.count - 4096)...])) else { return }
        change(&header)
        bytes.replaceSubrange(bytes.count - 4096..<bytes.count - 3584, with: header.encoded())
      }
    }
    let cut = try inspect { $0.removeLast(4096) }
    #expect(text(cut).contains("no header in the last 4096 bytes"))
    #expect(cut.virtualSize == 10_486_272)
    // Only the header at the end fits or does not; the vendor's tool refuses such a file, the cloud is not known to.
    #expect(cut.isImportable)
    #expect(text(try inspect { $0.removeLast(1) }).contains("no multiple of 4096"))
    #expect(text(try inspect { $0[$0.count - 4096 + 64] ^= 1 }).contains("checksum of the header at the end"))
    #expect(text(try inspect { $0[64] ^= 1 }).contains("checksum of the header at the start"))
    #expect(problems(try inspect { $0[86016 + 64] ^= 1 }).isEmpty)
    let onlyHeader = try inspect { $0 = Array($0.prefix(4096)) }
    #expect(!onlyHeader.isImportable)
    #expect(text(onlyHeader).contains("only a header"))
    #expect(text(try inspect { $0 = Array($0.prefix(100)) }).contains("ends inside its header"))
    #expect(text(try inspectFooter { $0.originalSize = 2 << 40 }).contains("expected 1 byte to 1 TiB"))
    #expect(text(try inspectFooter { $0.currentSize = 1 << 30 + 1 }).contains("expected whole GiB"))
    #expect(text(try inspectFooter { $0.currentSize = 0 }).contains("expected whole GiB"))
    #expect(text(try inspectFooter { $0.blockSize = 1 << 20 }).contains("block size of 1048576"))
    #expect(text(try inspectFooter { $0.blockCount = 7 }).contains("7 blocks in the header"))
    #expect(text(try inspectFooter { $0.compressionByte = 9 }).contains("compression 9"))
    #expect(text(try inspectFooter { $0.storedBlocks = 4 }).contains("3 blocks marked in the bitmap"))
    #expect(text(try inspectFooter { $0.indexPosition = .max }).contains("the index of 48 bytes stands at"))
    #expect(text(try inspectFooter { $0.bitmapPosition = 5 << 40 }).contains("the bitmap of 1 bytes stands at"))
    #expect(text(try inspectFooter { $0.uuid[0] ^= 1 }).contains("belong to different disks"))
    #expect(text(try inspect { $0[90112] = 1 }).contains("expected at 4096"))
    #expect(text(try inspect { $0[90112 + 8] = 1 }).contains("the index names block 1"))
    #expect(text(try inspect { $0[4096] = 1 }).contains("no frame at offset 4096"))
    #expect(text(try inspect { $0[4144] = 1 }).contains("data of block 0 is damaged"))
  }

  @Test("Another format under the name of ZVHD2 or RAW is an error, unknown content only a warning")
  func misnamed() throws {
    var qcow2 = zeros(512)
    qcow2.replaceSubrange(0..<8, with: [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3])
    for name in ["a.zvhd2", "a.raw"] {
      let report = try DiskInspector.inspect(DataByteSource(qcow2), fileName: name)
      #expect(report.format == .qcow2)
      #expect(!report.isImportable)
      #expect(report.reasons[0].contains("the content is QCOW2"))
      #expect(report.findings[0].hint?.isEmpty == false)
    }
    let zvhd2 = try DiskInspector.inspect(FileByteSource(path: Fixtures.path("tiny.zvhd2")), fileName: "tiny.raw")
    #expect(zvhd2.reasons == ["named as RAW, but the content is ZVHD2"])
    #expect(zvhd2.findings[0].hint == "rename it to end in .zvhd2")

    let unknown = try DiskInspector.inspect(DataByteSource(zeros(8192)), fileName: "a.zvhd2")
    #expect(unknown.format == .zvhd2)
    #expect(unknown.virtualSize == nil)
    #expect(problems(unknown).map(\.severity) == [.warning])
    let vmdk = try DiskInspector.inspect(DataByteSource(zeros(8192)), fileName: "a.vmdk")
    #expect(!vmdk.isImportable)
  }

  @Test("RAW needs its name, whole sectors, and tells min_disk from its size")
  func raw() throws {
    let plain = try DiskInspector.inspect(DataByteSource(zeros(1024)), fileName: "a.raw")
    #expect(plain.format == .raw)
    #expect(plain.isImportable)
    #expect(plain.minDisk == 1)
    #expect(problems(plain).isEmpty)
    #expect(
      try problems(DiskInspector.inspect(DataByteSource(zeros(1024)), fileName: "a.img")).map(\.severity) == [.warning])
    #expect(try problems(DiskInspector.inspect(DataByteSource(zeros(1024)), fileName: "notes.txt")).count == 1)
    #expect(try problems(DiskInspector.inspect(DataByteSource(zeros(1024)), fileName: nil)).isEmpty)
    let odd = try DiskInspector.inspect(DataByteSource(zeros(1025)), fileName: "a.raw")
    #expect(text(odd).contains("no multiple of 512"))
    let scratch = try Scratch()
    try scratch.sparse("a.raw", size: 2_147_991_552)
    #expect(try DiskInspector.inspect(FileByteSource(path: scratch["a.raw"]), fileName: "a.raw").minDisk == 3)
  }

  @Test("Files above 1 TB are warned about, above 1 TiB refused")
  func huge() throws {
    let scratch = try Scratch()
    for (size, severity) in [(1_000_000_000_000, nil), (1_000_000_000_512, .warning), (1 << 40 + 512, .error)]
      as [(UInt64, DiskFinding.Severity?)]
    {
      try scratch.sparse("a.raw", size: size)
      let report = try DiskInspector.inspect(FileByteSource(path: scratch["a.raw"]), fileName: "a.raw")
      #expect(problems(report).map(\.severity) == [severity].compactMap { $0 })
    }
  }

  @Test("An MBR with an active partition suggests BIOS", .enabled(if: Shell.has("sfdisk")))
  func mbr() throws {
    let scratch = try Scratch()
    try scratch.sparse("a.raw", size: 64 << 20)
    try sfdisk(scratch["a.raw"], "label: dos\nstart=2048, size=20480, type=83, bootable\nsize=20480, type=8e\n")
    var report = try DiskInspector.inspect(FileByteSource(path: scratch["a.raw"]), fileName: "a.raw")
    #expect(report.firmwareHint == "bios")
    #expect(report.partitions.map(\.type) == ["0x83", "0x8E"])
    #expect(report.partitions[0].offset == 1 << 20)
    #expect(report.partitions[0].length == 20480 * 512)
    #expect(problems(report).isEmpty)
    truncate(scratch["a.raw"], 15 << 20)
    report = try DiskInspector.inspect(FileByteSource(path: scratch["a.raw"]), fileName: "a.raw")
    #expect(text(report).contains("partition 2 ends at byte"))
  }

  @Test(
    "A GPT with an EFI system partition suggests UEFI; a lost second header is noticed",
    .enabled(if: Shell.has("sfdisk")))
  func gpt() throws {
    let scratch = try Scratch()
    try scratch.sparse("a.raw", size: 64 << 20)
    try sfdisk(scratch["a.raw"], "label: gpt\nsize=20480, type=U, name=\"EFI äß\"\ntype=L\n")
    func inspect() throws -> DiskInspection {
      try DiskInspector.inspect(FileByteSource(path: scratch["a.raw"]), fileName: "a.raw")
    }
    var report = try inspect()
    #expect(report.firmwareHint == "uefi")
    #expect(report.partitions.map(\.name) == ["EFI äß", ""])
    #expect(problems(report).isEmpty)
    truncate(scratch["a.raw"], 128 << 20)
    report = try inspect()
    #expect(text(report).contains("the disk was enlarged"))
    #expect(problems(report).isEmpty)
    truncate(scratch["a.raw"], 63 << 20)
    report = try inspect()
    #expect(text(report).contains("the second GPT header belongs into sector 131071"))
    #expect(report.isImportable)
    truncate(scratch["a.raw"], 64 << 20)
    #expect(text(try inspect()).contains("the second GPT header is missing"))
    let handle = try FileHandle(forUpdating: URL(filePath: scratch["a.raw"]))
    try handle.seek(toOffset: 512 + 40)
    try handle.write(contentsOf: Data([0xFF]))
    try handle.close()
    #expect(text(try inspect()).contains("GPT header's checksum"))
  }

  @Test("A GPT that boots both ways gives no hint, one without either none", .enabled(if: Shell.has("sfdisk")))
  func firmware() throws {
    let scratch = try Scratch()
    let cases: [(String, String?)] = [
      ("size=2048, type=21686148-6449-6E6F-744E-656564454649\nsize=20480, type=U\ntype=L\n", nil),
      ("size=2048, type=21686148-6449-6E6F-744E-656564454649\ntype=L\n", "bios"), ("type=L\n", nil),
    ]
    for (script, hint) in cases {
      try scratch.sparse("a.raw", size: 64 << 20)
      try sfdisk(scratch["a.raw"], "label: gpt\n" + script)
      let report = try DiskInspector.inspect(FileByteSource(path: scratch["a.raw"]), fileName: "a.raw")
      #expect(report.firmwareHint == hint)
    }
  }

  @Test("A whole-disk file system is named", .enabled(if: Shell.has("mke2fs")))
  func wholeDisk() throws {
    let scratch = try Scratch()
    try scratch.sparse("a.raw", size: 16 << 20)
    try Shell.output("mke2fs", "-q", "-t", "ext4", scratch["a.raw"])
    let report = try DiskInspector.inspect(FileByteSource(path: scratch["a.raw"]), fileName: "a.raw")
    #expect(text(report).contains("the whole disk holds ext"))
  }

  @Test("Over ranges that are fetched, the report is the same, from a few kilobytes")
  func ranges() async throws {
    for name in ["gpt-ext4-3g.zvhd2", "sparse-65g.zvhd2", "tiny.zvhd", "tiny-zlib.zvhd2", "zero-1g.zvhd2"] {
      let file = try FileByteSource(path: Fixtures.path(name))
      var fetched: [Range<UInt64>] = []
      let report = try await DiskInspector.inspect(size: file.size, fileName: name) { range in
        fetched.append(range)
        #expect(range.upperBound <= file.size)
        return try file.read(at: range.lowerBound, count: Int(range.upperBound - range.lowerBound))
      }
      var local = try DiskInspector.inspect(file, fileName: name)
      local.diskUsage = nil
      #expect(report == local)
      #expect(fetched.count <= 6, "\(name): \(fetched)")
      #expect(fetched.map { $0.upperBound - $0.lowerBound }.reduce(0, +) < 400_000, "\(name): \(fetched)")
    }
  }

  @Test("A fetch that gives too little is an error, one that fails passes its error on")
  func badRanges() async throws {
    struct Lost: Error {}
    await #expect(throws: Lost.self) {
      try await DiskInspector.inspect(size: 10000, fileName: "a.raw") { _ in throw Lost() }
    }
    await #expect(throws: DiskImageError.self) {
      try await DiskInspector.inspect(size: 10000, fileName: "a.raw") { _ in [1, 2, 3] }
    }
  }

  private func sfdisk(_ path: String, _ script: String) throws {
    let input = path + ".sfdisk"
    try script.write(toFile: input, atomically: true, encoding: .utf8)
    try Shell.output("sh", "-c", "sfdisk -q --no-reread '\(path)' <'\(input)'")
  }
}
