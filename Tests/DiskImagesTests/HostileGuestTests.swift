import Foundation
import Testing

@testable import DiskImages

/// Disks whose file systems lead nowhere, or round in circles.
@Suite("Hostile file systems", .enabled(if: Shell.has("mkfs.ext4")))
struct HostileGuestTests {
  private static let release = "ID=x\nVERSION_ID=1\n"

  /// The file system in the image's partition, and where its inodes are.
  private func tree(_ path: String) throws -> GuestTree {
    let reader = GuestReader(PlainGuestDisk(try FileByteSource(path: path), size: .max), SystemSearchLimits())
    return try GuestTree(#require(try ExtFileSystem(GuestVolume(reader, at: 1 << 20, length: 30 << 20))))
  }

  /// Changes a field of a file's inode by debugfs.
  private func set(_ image: GuestImage, _ commands: String...) throws {
    try image.scratch.write(Array((commands.joined(separator: "\n") + "\n").utf8), to: "commands")
    try Shell.output("sh", "-c", "debugfs -w -f '\(image.scratch["commands"])' '\(image.path)?offset=1048576'")
  }

  @Test("Links that lead round in circles, out of the disk or through files end the way")
  func links() throws {
    var files = [
      "etc/os-release": "->../a", "a": "->b", "b": "->a", "up": "->../../../../../../etc/hostname",
      "etc/hostname": "web", "deep": "->d/d/d/d/d/d/d/d/d/d/d/d/etc/hostname", "d": "->.",
      "through": "->etc/hostname/x",
      "absolute": "->/etc/hostname", "nothing": "->/nowhere", "long": "->" + String(repeating: "./", count: 90) + "a",
    ]
    for number in 0..<20 { files["chain\(number)"] = number == 0 ? "->etc/hostname" : "->chain\(number - 1)" }
    let image = try GuestImage.ext(["-b", "1024"], files: files)
    let tree = try tree(image.path)
    for path in ["/up", "/absolute", "/chain5", "/d/d/d/etc/hostname", "/../etc/./hostname"] {
      #expect(try tree.bytes(path) == Array("web".utf8), "\(path)")
    }
    for path in [
      "/a", "/deep", "/through", "/nothing", "/chain19", "/long", "/etc/hostname/..",
      "/" + String(repeating: "d/", count: 200),
    ] {
      #expect(try tree.find(path) == nil, "\(path)")
    }
    #expect(try image.look().systemSearch?.reason == "no system was found in partition 1 (ext)")
  }

  @Test("A tree of extents that leads to itself, and a directory without an end, are damage and no more")
  func circles() throws {
    var files = ["etc/os-release": Self.release]
    for number in 0..<40 { files["etc/name-\(number)"] = "" }
    let image = try GuestImage.ext(["-b", "1024"], files: files)
    let healthy = try #require(try tree(image.path).find("/etc"))
    let block = UInt64(healthy.inode.little32(40 + 12 + 8))
    // The directory's own block becomes a table of extents of depth 1 that leads to itself.
    let handle = try FileHandle(forUpdating: URL(filePath: image.path))
    var loop = LittleEndianBytes(count: 1024)
    loop.put(UInt16(0xF30A), at: 0)
    loop.put(UInt16(80), at: 2)
    loop.put(UInt16(84), at: 4)
    loop.put(UInt16(1), at: 6)
    for entry in 0..<80 { loop.put(UInt32(block), at: 12 + 12 * entry + 4) }
    try handle.seek(toOffset: 1 << 20 + block * 1024)
    try handle.write(contentsOf: Data(loop.bytes))
    try handle.close()
    for depth in [1, 2, 5] {
      try set(image, "sif /etc block[IND] 0", "set_inode_field /etc size 0x10000000000")
      try depthOf(image, depth)
      let found = try image.look()
      #expect(found.operatingSystem == nil)
      #expect(found.systemSearch?.reason?.contains("partition 1") == true, "\(found.systemSearch?.reason ?? "")")
    }
  }

  /// Makes the root of the tree of `/etc` one of an index.
  private func depthOf(_ image: GuestImage, _ depth: Int) throws {
    let disk = try Data(contentsOf: URL(filePath: image.path))
    // Its inode is found by its first extent: magic, one entry, of four, depth.
    let mark = Data([0x0A, 0xF3, 1, 0, 4, 0])
    var bytes = disk
    var from = bytes.startIndex
    while let range = bytes.range(of: mark, in: from..<bytes.endIndex) {
      if range.lowerBound % 4 == 0 { bytes[range.upperBound] = UInt8(depth) }
      from = range.upperBound
    }
    try bytes.write(to: URL(filePath: image.path))
  }

  @Test("A huge hole as a directory or as os-release costs nothing", arguments: ["/etc", "/etc/os-release"])
  func holes(_ path: String) throws {
    let image = try GuestImage.ext(["-b", "1024"], files: ["etc/os-release": Self.release])
    try set(image, "punch \(path) 0 100", "set_inode_field \(path) size 0xfffffffffffff")
    let found = try image.look()
    #expect(found.operatingSystem == nil)
    #expect((found.systemSearch?.cost.bytes ?? .max) < 1 << 20, "\(found.systemSearch.map { "\($0)" } ?? "")")
  }

  @Test("What is not there takes no more than the limits, which are said when they end a search")
  func limits() throws {
    let image = try GuestImage.ext([], files: ["etc/os-release": Self.release])
    for change in [{ $0.reads = 3 }, { $0.bytes = 20000 }, { $0.fileBytes = 100 }, { $0.steps = 3 }]
      as [(inout SystemSearchLimits) -> Void]
    {
      var limits = SystemSearchLimits()
      change(&limits)
      let file = try FileByteSource(path: image.path)
      let search = try DiskInspector.inspectWithSystem(file, fileName: "a.raw", limits: limits).systemSearch
      #expect(search?.system == nil)
      #expect(search?.reason?.hasPrefix("the search was given up: more than ") == true)
    }
    let far = SystemSearchLimits.distant
    #expect(far.fileBytes < SystemSearchLimits().fileBytes)
  }

  @Test("Two file systems in one name nothing of each other: the first with a system counts")
  func several() throws {
    let first = try GuestImage.ext([], files: ["data": "x"], size: 8 << 20)
    let second = try GuestImage.ext([], files: ["etc/os-release": Self.release], size: 8 << 20)
    let parts = try [first, second].map { Array(try $0.scratch.read("disk.raw")[(1 << 20)..<(7 << 20)]) }
    let table = GPTDisk(
      size: 16 << 20,
      partitions: [(2048, 14335, GPTDisk.linux, "data"), (14336, 26623, GPTDisk.linux, "root")])
    var bytes = table.bytes
    bytes.replaceSubrange((1 << 20)..<(7 << 20), with: parts[0])
    bytes.replaceSubrange((7 << 20)..<(13 << 20), with: parts[1])
    let found = try DiskInspector.inspectWithSystem(DataByteSource(bytes), fileName: "a.raw")
    #expect(found.operatingSystem?.partition == 2)
  }
}
