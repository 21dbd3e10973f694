import Foundation

@testable import DiskImages

/// Disks with installed systems, made by the system's tools or taken from the fixtures.
struct GuestImage {
  static let all = [
    "xfs-v5", "xfs-v5-small-blocks", "xfs-v4", "btrfs-zlib", "btrfs-lzo", "btrfs-zstd", "btrfs-top", "lvm-root",
  ]

  let scratch: Scratch
  var path: String

  /// One of the fixtures, unpacked.
  static func fixture(_ name: String) throws -> GuestImage {
    let scratch = try Scratch()
    let path = try scratch.write(Fixtures.unpacked("Guests/\(name).zvhd2"), to: "\(name).zvhd2")
    return GuestImage(scratch: scratch, path: path)
  }

  /// A disk with a GPT and one partition with a file system by `mkfs.ext4`, in which are files by their paths: a content that
  /// begins with `->` is a link.
  static func ext(_ options: [String], files: [String: String], size: Int = 32 << 20) throws -> GuestImage {
    let scratch = try Scratch()
    let manager = FileManager.default
    try manager.createDirectory(atPath: scratch["tree"], withIntermediateDirectories: true)
    for (path, content) in files {
      let place = scratch["tree/\(path)"]
      let folder = URL(filePath: place).deletingLastPathComponent().path
      try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
      if content.hasPrefix("->") {
        try manager.createSymbolicLink(atPath: place, withDestinationPath: String(content.dropFirst(2)))
      } else {
        try Data(content.utf8).write(to: URL(filePath: place))
      }
    }
    let sectors = UInt64(size / 512)
    let table = GPTDisk(size: size, partitions: [(2048, sectors - 2049, GPTDisk.linux, "root")])
    let path = try scratch.write(table.bytes, to: "disk.raw")
    let command = ["mkfs.ext4", "-q", "-F", "-E", "offset=1048576"] + options
    try Shell.output(command + ["-d", scratch["tree"], path, "\((size - (2 << 20)) / 1024)k"])
    return GuestImage(scratch: scratch, path: path)
  }

  /// The same disk in the other format.
  func converted(to suffix: String) throws -> String {
    let target = scratch["converted.\(suffix)"]
    try DiskConverter.convert(from: path, to: target, options: .fixed { $0.force = true })
    return target
  }

  func look(_ path: String? = nil) throws -> DiskInspection {
    let path = path ?? self.path
    return try DiskInspector.inspectWithSystem(FileByteSource(path: path), fileName: path)
  }

  /// The same as over HTTP.
  func lookFromAfar(_ path: String? = nil) async throws -> DiskInspection {
    let path = path ?? self.path
    let file = try FileByteSource(path: path)
    return try await DiskInspector.inspectWithSystem(size: file.size, fileName: path) { range in
      try file.read(at: range.lowerBound, count: Int(range.upperBound - range.lowerBound))
    }
  }

  /// The files of a small Debian.
  static let debian = [
    "etc/os-release": "->../usr/lib/os-release",
    "usr/lib/os-release":
      "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\nID=debian\n",
    "etc/debian_version": "12.7\n", "etc/fstab": "UUID=1 / ext4 defaults 0 1\n", "etc/cloud/cloud.cfg": "users: []\n",
    "bin": "->usr/bin", "usr/bin/sh": "->dash",
    "usr/bin/dash": "\u{7F}ELF\u{2}\u{1}\u{1}\0\0\0\0\0\0\0\0\0\u{3}\0\u{3E}\0",
  ]
}
