import Foundation
import Testing

@testable import DiskImages

@Suite("Converter: other formats through qemu-nbd", .enabled(if: Shell.has("qemu-nbd") && Shell.has("qemu-img")))
struct ForeignConversionTests {
  /// A disk with noise, text and holes.
  private func disk(_ scratch: Scratch) throws -> String {
    var random = SeededGenerator(seed: 77)
    let text = (0..<500_000).map { UInt8(truncatingIfNeeded: $0 / 7 % 64 + 32) }
    return try scratch.sparse(
      "in.raw", size: 9 * 2_097_152 + 65536,
      data: [
        (0, random.bytes(70_000)), (2_000_000, text), (7 * 2_097_152 + 5 * 65536, random.bytes(65536)),
        (9 * 2_097_152 + 65024, random.bytes(512)),
      ])
  }

  private func make(_ scratch: Scratch, _ driver: String, _ name: String, _ options: [String] = []) throws -> String {
    let input = try disk(scratch)
    let command = ["qemu-img", "convert", "-f", "raw", "-O", driver] + options + [input, scratch[name]]
    _ = try Shell.output(command)
    return scratch[name]
  }

  @Test(
    "Every format gives the disk that qemu-img sees in it",
    arguments: [
      ("qcow2", "a.qcow2", []), ("qcow2", "b.qcow2", ["-c"]), ("qcow2", "c.qcow2", ["-o", "compat=0.10"]),
      ("qcow2", "d.qcow2", ["-c", "-o", "compression_type=zstd"]), ("vdi", "a.vdi", []), ("vhdx", "a.vhdx", []),
      ("vpc", "a.vhd", ["-o", "force_size"]), ("vpc", "b.vhd", ["-o", "subformat=fixed,force_size"]),
      ("vmdk", "a.vmdk", []), ("vmdk", "b.vmdk", ["-o", "subformat=streamOptimized"]),
      ("vmdk", "c.vmdk", ["-o", "subformat=twoGbMaxExtentSparse"]),
      ("vmdk", "d.vmdk", ["-o", "subformat=monolithicFlat"]), ("qed", "a.qed", []), ("qcow", "a.qcow", []),
    ])
  func formats(_ driver: String, _ name: String, _ options: [String]) throws {
    let scratch = try Scratch()
    let image = try make(scratch, driver, name, options)
    let summary = try DiskConverter.convert(
      from: image, to: scratch["out.zvhd2"], options: .fixed { $0.verify = true })
    try DiskConverter.convert(from: scratch["out.zvhd2"], to: scratch["out.raw"], options: .fixed())
    try Shell.output("qemu-img", "convert", "-f", driver, "-O", "raw", image, scratch["theirs.raw"])
    #expect(same(try scratch.read("out.raw"), try scratch.read("theirs.raw")), "\(name)")
    #expect(summary.virtualSize == (try FileByteSource(path: scratch["theirs.raw"]).size))
    #expect(summary.storedBlocks == 4)
    #expect(try scratch.names().allSatisfy { !$0.hasPrefix(".") })
    try DiskConverter.convert(from: image, to: scratch["direct.raw"], options: .fixed { $0.threads = 3 })
    #expect(same(try scratch.read("direct.raw"), try scratch.read("theirs.raw")), "\(name)")
  }

  @Test("A terabyte of nothing in a qcow2 takes no time")
  func sparse() throws {
    let scratch = try Scratch()
    try Shell.output("qemu-img", "create", "-q", "-f", "qcow2", scratch["big.qcow2"], "1T")
    let summary = try DiskConverter.convert(from: scratch["big.qcow2"], to: scratch["out.zvhd2"], options: .fixed())
    #expect(summary.virtualSize == 1 << 40)
    #expect(summary.storedBlocks == 0)
    #expect(summary.bytesRead == 0)
  }

  @Test("Names with quotes, colons and other traps are files all the same")
  func names() throws {
    let scratch = try Scratch()
    let image = try make(scratch, "qcow2", "a.qcow2")
    for name in ["nbd:localhost:1.qcow2", "a \"b\" \\ c.qcow2", "ü\n.qcow2", "json:{}.qcow2"] {
      try FileManager.default.copyItem(atPath: image, toPath: scratch[name])
      let summary = try DiskConverter.convert(
        from: scratch[name], to: scratch["out.zvhd2"], options: .fixed { $0.force = true })
      #expect(summary.storedBlocks == 4, "\(name)")
    }
  }

  @Test("Images that name other files are refused unless that is allowed")
  func references() throws {
    let scratch = try Scratch()
    let base = try make(scratch, "qcow2", "base.qcow2")
    try Shell.output("qemu-img", "create", "-q", "-f", "qcow2", "-b", base, "-F", "qcow2", scratch["over.qcow2"])
    try Shell.output("qemu-img", "create", "-q", "-f", "qed", "-b", base, "-F", "qcow2", scratch["over.qed"])
    try Shell.output(
      "qemu-img", "create", "-q", "-f", "qcow2", "-o", "data_file=\(scratch["data"]),data_file_raw=on",
      scratch["outside.qcow2"], "8M")
    try scratch.write(
      Array(
        """
        # Disk DescriptorFile
        version=1
        CID=12345678
        parentCID=ffffffff
        createType="monolithicFlat"
        RW 36992 FLAT "\(scratch["in.raw"])" 0

        """.utf8), to: "flat.vmdk")
    let cases: [(String, String)] = [
      ("over.qcow2", "base.qcow2"), ("over.qed", "base.qcow2"), ("outside.qcow2", "another file"),
      ("flat.vmdk", "in.raw"),
    ]
    for (name, word) in cases {
      let error = #expect(throws: DiskImageError.self, "\(name)") {
        try DiskConverter.convert(from: scratch[name], to: scratch["out.raw"], options: .fixed())
      }
      #expect(error?.kind == .unsupported, "\(name)")
      #expect(error?.message.contains(word) == true, "\(name): \(error?.message ?? "")")
      #expect(error?.hint?.contains("--follow-references") == true)
      let allowed = ConvertOptions.fixed {
        $0.followReferences = true
        $0.force = true
      }
      try DiskConverter.convert(from: scratch[name], to: scratch["followed.raw"], options: allowed)
      if name != "outside.qcow2" {
        #expect(same(try scratch.read("followed.raw"), try scratch.read("in.raw")), "\(name)")
      }
    }
    try FileManager.default.removeItem(atPath: base)
    let error = #expect(throws: DiskImageError.self) {
      try DiskConverter.convert(
        from: scratch["over.qcow2"], to: scratch["out.raw"], options: .fixed { $0.followReferences = true })
    }
    #expect(error?.kind == .notFound)
    #expect(error?.message.contains("base.qcow2") == true, "\(error?.message ?? "")")
  }

  @Test("Descriptions of VMDK disks that lead elsewhere are seen through, those of files beside them are not")
  func descriptors() throws {
    let head = "# Disk DescriptorFile\nparentCID=ffffffff\n"
    let hostile = [
      "RW 8 FLAT \"/etc/passwd\" 0", " \tRW 8 FLAT \"../x\" 0", "x=1\rRW 8 FLAT \"nbd:localhost:1\" 0",
      "RW 8 FLAT \"a\\b\" 0", "RW\t8\tFLAT\t\"/etc/passwd\"\t0", "RDONLY 8 SPARSE \"/etc/passwd\"",
    ]
    for line in hostile {
      let found = try ForeignReferences.find(in: DataByteSource(Array((head + line + "\n").utf8)), .vmdk)
      #expect(found != nil, "\(line)")
    }
    for line in ["RW 8 FLAT \"disk-flat.vmdk\" 0", "RW 8 ZERO", "ddb.comment = \"/etc\""] {
      #expect(try ForeignReferences.find(in: DataByteSource(Array((head + line + "\n").utf8)), .vmdk) == nil, "\(line)")
    }
    // A sparse header without a size makes qemu follow the description in the file.
    var sparse = zeros(1536)
    sparse.replaceSubrange(0..<4, with: Array("KDMV".utf8))
    sparse[28] = 1
    sparse.replaceSubrange(512..<512 + head.utf8.count + 28, with: Array((head + "RW 8 FLAT \"/etc/passwd\" 0\n").utf8))
    #expect(try ForeignReferences.find(in: DataByteSource(sparse), .vmdk)?.contains("/etc/passwd") == true)
  }

  @Test("Damaged, encrypted and busy images have readable errors, and no process is left")
  func damage() throws {
    let scratch = try Scratch()
    var bytes = try [UInt8](Data(contentsOf: URL(filePath: make(scratch, "qcow2", "a.qcow2"))))
    bytes[47] = 1
    try scratch.write(bytes, to: "table.qcow2")
    try scratch.write(Array("secret\n".utf8), to: "key")
    try Shell.output(
      "qemu-img", "create", "-q", "-f", "qcow2", "--object", "secret,id=s,file=\(scratch["key"])", "-o",
      "encrypt.format=aes,encrypt.key-secret=s", scratch["locked.qcow2"], "8M")
    try scratch.write(Array("QFI".utf8) + [0xFB, 0, 0, 0, 3], to: "short.qcow2")
    let cases: [(String, DiskImageError.Kind)] = [
      ("table.qcow2", .corrupt), ("locked.qcow2", .unsupported), ("short.qcow2", .corrupt),
    ]
    for (name, kind) in cases {
      let error = #expect(throws: DiskImageError.self, "\(name)") {
        try DiskConverter.convert(from: scratch[name], to: scratch["out.raw"], options: .fixed())
      }
      #expect(error?.kind == kind, "\(error?.description ?? "")")
      #expect(error?.message.contains("json:") == false && error?.message.contains("qemu-nbd:") == false)
      #expect(error?.message.contains(name) == true)
    }
    #expect(try !scratch.names().contains { $0.hasPrefix(".") || $0 == "out.raw" })
  }

  @Test("Cancelling ends the conversion, and qemu-nbd with it")
  func cancel() throws {
    let scratch = try Scratch()
    let image = try make(scratch, "qcow2", "cancel-me.qcow2")
    let error = #expect(throws: DiskImageError.self) {
      try DiskConverter.convert(
        from: image, to: scratch["out.zvhd2"], options: .fixed { $0.isCancelled = { true } })
    }
    #expect(error?.kind == .cancelled)
    #expect(try !scratch.names().contains("out.zvhd2"))
    let processes = try String(decoding: Shell.output("ps", "-eo", "args"), as: UTF8.self)
    #expect(!processes.split(separator: "\n").contains { $0.contains("qemu-nbd") && $0.contains(scratch.path) })
  }
}
