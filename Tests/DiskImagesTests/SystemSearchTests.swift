import Foundation
import Testing

@testable import DiskImages

@Suite("The operating system on a disk")
struct SystemSearchTests {
  private static let ext: [[String]] = [
    [], ["-b", "1024"], ["-b", "2048", "-I", "128"], ["-t", "ext2"], ["-t", "ext3"], ["-O", "^extents,^64bit"],
    ["-O", "^extents,^64bit", "-b", "1024"], ["-O", "inline_data"], ["-O", "inline_data", "-I", "1024"],
    ["-O", "bigalloc", "-C", "65536"], ["-O", "64bit,metadata_csum"], ["-O", "^64bit,^metadata_csum"],
    ["-O", "meta_bg,^resize_inode", "-b", "1024", "-g", "256"], ["-O", "^filetype"],
    ["-O", "^sparse_super,^resize_inode"],
  ]

  @Test(
    "It is read from ext2, ext3 and ext4 of every kind, in RAW as in ZVHD2", .enabled(if: Shell.has("mkfs.ext4")),
    arguments: ext)
  func inExt(_ options: [String]) throws {
    let image = try GuestImage.ext(options, files: GuestImage.debian)
    for path in [image.path, try image.converted(to: "zvhd2")] {
      let found = try image.look(path)
      let system = try #require(found.operatingSystem, "\(found.systemSearch?.reason ?? "")")
      #expect(system.id == "debian")
      #expect(system.versionID == "12")
      #expect(system.fullVersion == "12.7")
      #expect(system.prettyName == "Debian GNU/Linux 12 (bookworm)")
      #expect(system.architecture == "x86_64")
      #expect(system.partition == 1)
      #expect(system.path == "/etc/os-release")
      #expect(found.findings.filter { $0.severity == .warning } == [])
    }
  }

  @Test(
    "A directory of many blocks is gone through to its end", .enabled(if: Shell.has("mkfs.ext4")),
    arguments: [[], ["-O", "^extents,^64bit", "-b", "1024"]])
  func largeDirectory(_ options: [String]) throws {
    var files = GuestImage.debian
    for number in 0..<3000 { files["usr/lib/a-library-with-a-long-name-\(number).so.6"] = "" }
    let found = try GuestImage.ext(options, files: files).look()
    #expect(found.operatingSystem?.versionID == "12", "\(found.systemSearch?.reason ?? "")")
  }

  @Test("A file with more stretches than fit its inode, and holes, reads as it is", .enabled(if: Shell.has("debugfs")))
  func stretches() throws {
    let image = try GuestImage.ext(["-b", "1024"], files: ["etc/os-release": "ID=x\n"])
    var bytes = [UInt8](repeating: 0, count: 600_000)
    var random = SeededGenerator(seed: 4)
    for block in stride(from: 0, to: 580, by: 3) {
      bytes.replaceSubrange(block * 1024..<block * 1024 + 1024, with: random.bytes(1024))
    }
    // With holes between, each block is a stretch of its own.
    var data: [(UInt64, [UInt8])] = []
    for place in stride(from: 0, to: 580 * 1024, by: 3 * 1024) {
      data.append((UInt64(place), Array(bytes[place..<place + 1024])))
    }
    try image.scratch.sparse("holes", size: 600_000, data: data)
    try image.scratch.write(Array("write \(image.scratch["holes"]) holes\n".utf8), to: "commands")
    try Shell.output("sh", "-c", "debugfs -w -f '\(image.scratch["commands"])' '\(image.path)?offset=1048576'")
    let reader = GuestReader(PlainGuestDisk(try FileByteSource(path: image.path), size: .max), SystemSearchLimits())
    let volume = GuestVolume(reader, at: 1 << 20, length: 30 << 20)
    let tree = try GuestTree(#require(try ExtFileSystem(volume)))
    let node = try #require(try tree.find("/holes"))
    #expect(node.inode.little16(40 + 6) > 0, "the tree of extents has no depth")
    #expect(try tree.bytes("/holes", limit: 1 << 20) == bytes)
  }

  @Test("It is read from XFS, btrfs and LVM, in RAW, ZVHD2 and from afar", arguments: GuestImage.all)
  func inFixtures(_ name: String) async throws {
    let image = try GuestImage.fixture(name)
    let found = try image.look()
    let system = try #require(found.operatingSystem, "\(found.systemSearch?.reason ?? "")")
    switch name {
    case "xfs-v4": #expect([system.id, system.versionID, system.fullVersion] == ["centos", "7", "7.9.2009"])
    case "lvm-root":
      #expect([system.id, system.versionID, system.fullVersion] == ["centos", "7", "7.9.2009"])
      #expect(system.logicalVolume == "root")
    case _ where name.hasPrefix("xfs"):
      #expect([system.id, system.versionID, system.name] == ["rocky", "9.2", "Rocky Linux"])
      #expect(found.findings.contains { $0.severity == .warning && $0.message.contains("/dev/sda1") })
    default: #expect([system.id, system.versionID] == ["opensuse-leap", "15.4"])
    }
    #expect(system.partition == 1)
    #expect(system.architecture == (name == "xfs-v4" ? nil : "x86_64"))
    let raw = try image.converted(to: "raw")
    let same = try image.look(raw)
    #expect(same.operatingSystem == system)
    for path in [image.path, raw] {
      var far = try #require(try await image.lookFromAfar(path).systemSearch)
      #expect(far.cost.bytes < 3 << 20 && far.cost.reads < 60, "\(far.cost)")
      far.system?.architecture = system.architecture
      #expect(far.system == system)
    }
  }

  @Test("It is read from ZVHD, whose blocks come one after the other")
  func inZVHD() async throws {
    let image = try GuestImage.fixture("lvm-root")
    let zvhd = try image.scratch.write(
      ZVHDFile.bytes(of: FileByteSource(path: image.converted(to: "raw"))), to: "a.zvhd")
    let found = try image.look(zvhd)
    #expect(found.operatingSystem?.fullVersion == "7.9.2009", "\(found.systemSearch?.reason ?? "")")
    #expect(try await image.lookFromAfar(zvhd).systemSearch?.reason?.hasPrefix("not looked into") == true)
  }

  @Test("Windows is told by its boot loader on the EFI system partition")
  func windows() async throws {
    let image = try GuestImage.fixture("windows-efi")
    for path in [image.path, try image.converted(to: "raw")] {
      let system = try #require(try image.look(path).operatingSystem)
      #expect([system.id, system.architecture, system.name] == ["windows", "x86_64", "Microsoft Windows"])
      #expect(system.partition == 1)
    }
  }

  @Test(
    "A disk without a partition table is looked into, one without a system tells what is there",
    .enabled(if: Shell.has("mkfs.ext4")))
  func whole() throws {
    let image = try GuestImage.ext([], files: GuestImage.debian)
    let bytes = try image.scratch.read("disk.raw")
    let whole = try image.scratch.write(Array(bytes[(1 << 20)...]), to: "whole.raw")
    let system = try #require(try image.look(whole).operatingSystem)
    #expect(system.partition == nil && system.versionID == "12")
    let empty = try GuestImage.ext([], files: ["data/file": "x"])
    #expect(try empty.look().systemSearch?.reason == "no system was found in partition 1 (ext)")
    let blank = try DiskInspector.inspectWithSystem(DataByteSource([UInt8](repeating: 0, count: 1 << 20)))
    #expect(blank.systemSearch?.reason == "no system was found in the disk (nothing known)")
  }

  @Test("What will trouble the system in the cloud is said", .enabled(if: Shell.has("mkfs.ext4")))
  func preparation() throws {
    var files = GuestImage.debian
    files["etc/fstab"] =
      "# /dev/sdz\n/dev/sda1 / ext4 defaults 0 1\n/dev/sdb1 /data ext4 nofail 0 0\n/dev/hda2 none swap sw 0 0\n"
    files["etc/udev/rules.d/70-persistent-net.rules"] =
      "SUBSYSTEM==\"net\", ATTR{address}==\"52:54:00:1\", NAME=\"eth0\"\n"
    files["etc/cloud/cloud.cfg"] = nil
    let found = try GuestImage.ext([], files: files).look().findings.filter {
      $0.message.contains("/etc/") || $0.message.contains("Init")
    }
    #expect(found.map(\.severity) == [.warning, .warning, .hint])
    #expect(found.first?.message.hasPrefix("/etc/fstab names /dev/sda1 and 1 more") == true)
    files["etc/fstab"] = "/dev/vda1 / ext4 defaults 0 1\n"
    files["etc/udev/rules.d/70-persistent-net.rules"] = "# nothing\n"
    files["usr/bin/cloud-init"] = "#!"
    let fewer = try GuestImage.ext([], files: files).look().findings.filter {
      $0.message.contains("/etc/") || $0.message.contains("Init")
    }
    #expect(fewer.map(\.severity) == [.hint])
  }

  @Test(
    "Systems from before os-release are told by their own files", .enabled(if: Shell.has("mkfs.ext4")),
    arguments: [
      (["etc/redhat-release": "CentOS release 6.10 (Final)\n"], ["centos", "6.10"]),
      (["etc/redhat-release": "Red Hat Enterprise Linux Server release 6.9 (Santiago)\n"], ["rhel", "6.9"]),
      (
        ["etc/SuSE-release": "SUSE Linux Enterprise Server 11 (x86_64)\nVERSION = 11\nPATCHLEVEL = 4\n"],
        ["sles", "11.4"]
      ),
      (["etc/debian_version": "6.0.10\n"], ["debian", "6.0.10"]),
      (["lib/os-release": "ID=flatcar\nVERSION_ID=3815.2.0\n"], ["flatcar", "3815.2.0"]),
    ])
  func old(_ files: [String: String], _ expected: [String]) throws {
    let system = try #require(try GuestImage.ext([], files: files, size: 8 << 20).look().operatingSystem)
    #expect([system.id, system.versionID] == expected)
  }
}
