import Foundation
import Testing

@testable import DiskImages

@Suite("The operating system on a disk in other formats", .enabled(if: Shell.has("qemu-img")))
struct ForeignSystemTests {
  /// Drivers of qemu-img with the suffix and the options.
  static let kinds: [[String]] = [
    ["qcow2", "qcow2", "compat=1.1"], ["qcow2", "qcow2", "compat=0.10"], ["qcow2", "qcow2", "cluster_size=4k"],
    ["qcow2", "qcow2", "extended_l2=on,cluster_size=128k"], ["qcow2", "qcow2", "compression_type=zstd", "-c"],
    ["qcow2", "qcow2", "compat=1.1", "-c"], ["vpc", "vhd", "subformat=fixed"], ["vpc", "vhd", "subformat=dynamic"],
    ["vpc", "vhd", "subformat=dynamic,force_size=on"], ["vhdx", "vhdx", "subformat=dynamic"],
    ["vhdx", "vhdx", "subformat=fixed"], ["vhdx", "vhdx", "block_size=1048576"],
    ["vmdk", "vmdk", "subformat=monolithicSparse"], ["vmdk", "vmdk", "subformat=streamOptimized"],
    ["vmdk", "vmdk", "subformat=monolithicSparse,compat6=on"], ["vmdk", "vmdk", "zeroed_grain=on"],
    ["vdi", "vdi", "static=off"], ["vdi", "vdi", "static=on"],
  ]

  private func convert(_ raw: String, _ kind: [String], to path: String) throws {
    try Shell.output(
      ["qemu-img", "convert", "-f", "raw", "-O", kind[0], "-o", kind[2]] + kind.dropFirst(3) + [raw, path])
  }

  @Test("It is the same in every format, near and from afar", arguments: kinds)
  func same(_ kind: [String]) async throws {
    for name in ["btrfs-zstd", "windows-ntfs"] {
      let image = try GuestImage.fixture(name)
      let (raw, path) = (try image.converted(to: "raw"), image.scratch["a.\(kind[1])"])
      try convert(raw, kind, to: path)
      let plain = try image.look(raw)
      let system = try #require(plain.operatingSystem)
      let found = try image.look(path)
      #expect(found.operatingSystem == system, "\(found.systemSearch?.reason ?? "")")
      #expect(found.partitions == plain.partitions)
      #expect((found.systemSearch?.cost.bytes ?? .max) < 8 << 20)
      var far = try await image.lookFromAfar(path)
      #expect((far.systemSearch?.cost.bytes ?? .max) < 6 << 20, "\(far.systemSearch?.cost ?? ReadCost())")
      #expect((far.systemSearch?.cost.reads ?? .max) < 100, "\(far.systemSearch?.cost ?? ReadCost())")
      far.systemSearch?.system?.architecture = system.architecture
      #expect(far.operatingSystem == system, "\(far.systemSearch?.reason ?? "")")
    }
  }

  @Test("Every byte of a disk reads as it was, in every format", arguments: kinds)
  func bytes(_ kind: [String]) throws {
    let scratch = try Scratch()
    var random = SeededGenerator(seed: 21)
    // Noise and text in many places, holes between them, and a last block that is not whole.
    let size = 40 << 20 + 3 * 512
    var disk = [UInt8](repeating: 0, count: size)
    for _ in 0..<60 {
      let length = Int.random(in: 1...90000, using: &random)
      let place = Int.random(in: 0...size - length, using: &random)
      let piece = Bool.random(using: &random) ? random.bytes(length) : [UInt8](repeating: 0x41, count: length)
      disk.replaceSubrange(place..<place + length, with: piece)
    }
    disk[size - 1] = 7
    let (raw, path) = (try scratch.write(disk, to: "a.raw"), scratch["a.\(kind[1])"])
    try convert(raw, kind, to: path)
    let source = try FileByteSource(path: path)
    let guest = try DiskInspector.guestDisk(source, DiskInspector.inspect(source, fileName: path))
    #expect(guest.size >= UInt64(size))
    var read: [UInt8] = []
    while read.count < size {
      read += try guest.read(at: UInt64(read.count), count: min(Int.random(in: 1...400_000, using: &random), size))
    }
    #expect(Array(read.prefix(size)) == disk)
    #expect(read.dropFirst(size).allSatisfy { $0 == 0 })
    #expect(try guest.read(at: guest.size - 1, count: 10).count == 1)
    #expect(try guest.read(at: guest.size, count: 10) == [])
  }

  @Test("A disk that needs another, or is read by a conversion only, is said not to be looked into")
  func notLookedInto() throws {
    let image = try GuestImage.fixture("xfs-v4")
    let raw = try image.converted(to: "raw")
    func reason(_ name: String) throws -> String? {
      let search = try image.look(image.scratch[name]).systemSearch
      #expect(search?.system == nil)
      return search?.reason
    }
    try convert(raw, ["qed", "qed", "cluster_size=65536"], to: image.scratch["a.qed"])
    #expect(try reason("a.qed") == "not looked into: the disk in QED is read by a conversion only")
    try Shell.output("qemu-img", "create", "-q", "-f", "qcow2", "-b", raw, "-F", "raw", image.scratch["b.qcow2"])
    #expect(try reason("b.qcow2")?.contains("needs another file") == true)
    try convert(raw, ["vmdk", "vmdk", "subformat=monolithicFlat"], to: image.scratch["flat.vmdk"])
    #expect(try reason("flat.vmdk")?.contains("in other files") == true)
    try convert(raw, ["vmdk", "vmdk", "subformat=twoGbMaxExtentSparse"], to: image.scratch["split.vmdk"])
    #expect(try reason("split-s001.vmdk")?.contains("several files") == true)
    try convert(raw, ["vmdk", "vmdk", "subformat=monolithicSparse"], to: image.scratch["parent.vmdk"])
    try Shell.output(
      "qemu-img", "create", "-q", "-f", "vmdk", "-b", image.scratch["parent.vmdk"], "-F", "vmdk",
      image.scratch["child.vmdk"])
    #expect(try reason("child.vmdk") == "not looked into: it needs its parent")
    // A differencing VHD or VDI says so in its type.
    for (kind, place, value) in [(["vpc", "vhd", "subformat=dynamic"], 60, 4), (["vdi", "vdi", "static=off"], 76, 4)] {
      let path = image.scratch["parted.\(kind[1])"]
      try convert(raw, kind, to: path)
      var bytes = try image.scratch.read("parted.\(kind[1])")
      for start in kind[0] == "vpc" ? [0, bytes.count - 512] : [0] {
        bytes.replaceSubrange(
          start + place..<start + place + 4, with: [0, 0, 0, 0])
        bytes[start + place + (kind[0] == "vpc" ? 3 : 0)] = UInt8(value)
      }
      try image.scratch.write(bytes, to: "parted.\(kind[1])")
      #expect(try reason("parted.\(kind[1])") == "not looked into: it needs its parent")
    }
  }

  @Test("A VHDX whose log is to be replayed is not taken for the disk that it was")
  func log() throws {
    let image = try GuestImage.fixture("xfs-v4")
    let path = image.scratch["a.vhdx"]
    try convert(try image.converted(to: "raw"), ["vhdx", "vhdx", "subformat=dynamic"], to: path)
    #expect(try image.look(path).operatingSystem?.id == "centos")
    var bytes = try image.scratch.read("a.vhdx")
    for start in [65536, 131_072] {
      bytes[start + 48] = 1
      bytes.replaceSubrange(start + 4..<start + 8, with: [0, 0, 0, 0])
      let sum = CRC32C.checksum(of: Array(bytes[start..<start + 4096]), zeroing: 4)
      bytes.replaceSubrange(start + 4..<start + 8, with: (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) })
    }
    try image.scratch.write(bytes, to: "a.vhdx")
    #expect(try image.look(path).systemSearch?.reason?.contains("log holds changes") == true)
  }
}
