import Foundation

@testable import DiskImages

extension FuzzSpecimen {
  /// Files of every format: made by hand, the vendor's, and those that the system's tools write.
  static func all() throws -> [FuzzSpecimen] {
    try handmade() + vendors() + written() + guests()
  }

  /// Starts of files of every format, as short as still makes the parsers go all their ways.
  static func handmade() throws -> [FuzzSpecimen] {
    func put(_ length: Int, _ pieces: [(Int, [UInt8])]) -> [UInt8] {
      var bytes = zeros(length)
      for (offset, piece) in pieces { bytes.replaceSubrange(offset..<offset + piece.count, with: piece) }
      return bytes
    }
    func text(_ string: String) -> [UInt8] { Array(string.utf8) }
    let region: [UInt8] = [
      0x06, 0xA2, 0x7C, 0x8B, 0x90, 0x47, 0x9A, 0x4B, 0xB8, 0xFE, 0x57, 0x5F, 0x05, 0x0F, 0x88, 0x6E, 0, 0, 4,
    ]
    let item: [UInt8] = [
      0x24, 0x42, 0xA5, 0x2F, 0x1B, 0xCD, 0x76, 0x48, 0xB2, 0x11, 0x5D, 0xBE, 0xD8, 0x3B, 0xF4, 0xB8, 0, 0x10,
    ]
    let descriptor = "# Disk DescriptorFile\nparentCID=ffffffff\nRW 2048 SPARSE \"a.vmdk\"\n"
    let active: [UInt8] = [0x80, 0, 2, 0, 0x83, 0, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0]
    let extended: [UInt8] = [0, 0, 0, 0, 5, 0, 0, 0, 16, 0, 0, 0, 0, 8, 0, 0]
    let logical: [UInt8] = [0, 0, 0, 0, 0x83, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0]
    let next: [UInt8] = [0, 0, 0, 0, 5, 0, 0, 0, 8, 0, 0, 0, 8, 0, 0, 0]
    let mark: [UInt8] = [0x55, 0xAA]
    let gpts = [512, 4096].map {
      GPTDisk(
        sector: $0, size: 1 << 20, partitions: [(40, 60, GPTDisk.efi, "boot"), (61, 80, GPTDisk.linux, "root")]
      ).bytes
    }
    return [
      ("a.zvhd", put(4096, [(0, text("stream"))])),
      ("a.qcow2", put(4096, [(0, [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3]), (15, [200, 0, 0, 0, 9])])),
      ("a.qcow", put(512, [(0, [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 1])])),
      ("a.qed", put(512, [(0, [0x51, 0x45, 0x44, 0])])),
      ("a.vhd", put(1024, [(512, text("conectix"))])), ("a.vhd", put(1024, [(0, text("conectix"))])),
      (
        "a.vhdx",
        put(
          266_240,
          [
            (0, text("vhdxfile")), (65536, text("head")), (131_072, text("head")), (196_608, text("regi")),
            (196_616, [1]), (196_624, region), (262_144, text("metadata")), (262_154, [1]), (262_176, item),
          ])
      ),
      ("a.vmdk", put(1024, [(0, text("KDMV")), (28, [1]), (36, [1]), (512, text(descriptor))])),
      ("a.vmdk", put(512, [(0, text("COWD"))])), ("a.vmdk", text(descriptor)),
      ("a.vdi", put(512, [(64, [0x7F, 0x10, 0xDA, 0xBE])])),
      (
        "a.raw",
        put(
          40960,
          [
            (446, active), (462, extended), (510, mark), (8192 + 446, logical), (8192 + 462, next), (8192 + 510, mark),
            (12288 + 446, logical), (12288 + 510, mark),
          ])
      ),
      ("a.raw", gpts[0]), ("a.raw", gpts[1]), ("a.gz", put(512, [(0, [0x1F, 0x8B])])),
      ("a.ova", put(2048, [(0, text("a.ovf")), (257, text("ustar"))])), ("a.txt", text("SHA256(x)")),
      (
        "a.luks",
        put(16384, [(0, [0x4C, 0x55, 0x4B, 0x53, 0xBA, 0xBE, 0, 2]), (4096, text(#""segments""offset":"9""#))])
      ),
      ("a.iso", put(65536, [(32769, text("CD001")), (34816, text("\0CD001\u{1}EL TORITO SPECIFICATION"))])),
      ("a.7z", put(64, [(0, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C])])),
      ("a.html", text("<!DOCTYPE html>")),
    ].map { FuzzSpecimen($0.0, $0.1) }
  }

  private static func vendors() throws -> [FuzzSpecimen] {
    try Fixtures.samples().map { try FuzzSpecimen(file: Fixtures.path($0.file), name: $0.file) }
  }

  /// Disks with systems in them, as they are and as RAW, where damage goes past the compression; and in the formats of others.
  private static func guests() throws -> [FuzzSpecimen] {
    var images = try (GuestImage.all + ["windows-efi", "windows-ntfs"]).map { try GuestImage.fixture($0) }
    if Shell.has("mkfs.ext4") {
      let kinds = [[], ["-b", "1024"], ["-O", "^extents,^64bit"], ["-O", "inline_data"]]
      images += try kinds.map { try GuestImage.ext($0, files: GuestImage.debian) }
    }
    return try images.flatMap { image in
      let raw = image.path.hasSuffix(".raw") ? image.path : try image.converted(to: "raw")
      var found = [try FuzzSpecimen(file: raw, name: "a.raw"), try FuzzSpecimen(file: image.path, name: "a.zvhd2")]
      guard Shell.has("qemu-img") else { return found }
      // One disk in every format whose blocks are looked up; the others as qcow2.
      let kinds = [
        ("qcow2", "compat=1.1"), ("vpc", "subformat=dynamic"), ("vhdx", "subformat=dynamic"), ("vdi", "static=off"),
        ("vmdk", "subformat=monolithicSparse"), ("vmdk", "subformat=streamOptimized"),
      ]
      for (number, (driver, options)) in kinds.prefix(image.path.contains("windows-ntfs") ? 6 : 1).enumerated() {
        let name = "\(number).\(driver == "vpc" ? "vhd" : driver)"
        let packed = driver == "qcow2" ? ["-c"] : []
        try Shell.output(
          ["qemu-img", "convert", "-f", "raw", "-O", driver, "-o", options] + packed + [raw, image.scratch[name]])
        found.append(try FuzzSpecimen(file: image.scratch[name], name: name))
      }
      return found
    }
  }

  /// What tools write that may be missing, then their formats come from ``handmade()`` alone.
  private static func written() throws -> [FuzzSpecimen] {
    let scratch = try Scratch()
    var random = SeededGenerator(seed: 11)
    let disk = GPTDisk(
      size: 4 << 20, partitions: [(2048, 4095, GPTDisk.efi, "boot"), (4096, 8000, GPTDisk.linux, "root")])
    var bytes = disk.bytes
    bytes.replaceSubrange(3 << 20..<(3 << 20) + 100_000, with: random.bytes(100_000))
    try scratch.write(bytes, to: "in.raw")
    try scratch.write(Array("<Envelope/>".utf8), to: "in.ovf")
    var specimens: [FuzzSpecimen] = []
    func add(_ name: String, _ command: [String]) throws {
      guard let program = command.first, Shell.has(program) else { return }
      let words = command.map { "'" + $0 + "'" }.joined(separator: " ")
      try Shell.output("sh", "-c", "cd '\(scratch.path)' && \(words)")
      specimens.append(try FuzzSpecimen(file: scratch[name], name: name))
    }
    let kinds = [
      ("qcow2", "compat=1.1"), ("qcow2", "compat=0.10"), ("qcow2", "extended_l2=on,cluster_size=128k"),
      ("qcow2", "compression_type=zstd"), ("qcow", "encryption=off"), ("qed", "cluster_size=65536"),
      ("parallels", "cluster_size=64k"), ("vdi", "static=off"), ("vdi", "static=on"), ("vhdx", "subformat=dynamic"),
      ("vhdx", "subformat=fixed"),
      ("vpc", "subformat=dynamic"), ("vpc", "subformat=fixed"), ("vmdk", "subformat=monolithicSparse"),
      ("vmdk", "subformat=streamOptimized"), ("vmdk", "subformat=twoGbMaxExtentFlat"),
    ]
    for (number, (driver, options)) in kinds.enumerated() {
      let name = "\(number).\(driver)"
      try add(name, ["qemu-img", "convert", "-O", driver, "-o", options, "in.raw", name])
    }
    try add(
      "snap.qcow2",
      ["sh", "-c", "qemu-img create -q -f qcow2 -b in.raw -F raw snap.qcow2 && qemu-img snapshot -c x snap.qcow2"])
    try add("a.ova", ["tar", "-cf", "a.ova", "in.ovf", "0.qcow2", "in.raw"])
    try add("in.raw.gz", ["gzip", "-k", "in.raw"])
    try add("in.raw.zst", ["zstd", "-q", "in.raw"])
    try add("in.raw.xz", ["xz", "-k", "in.raw"])
    try add("in.raw.bz2", ["bzip2", "-k", "in.raw"])
    try add("a.zip", ["zip", "-q", "a.zip", "in.raw", "in.ovf"])
    return specimens
  }
}
