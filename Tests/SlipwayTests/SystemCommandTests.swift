import CloudAccess
import Foundation
import Testing

@Suite("The system on a disk, in commands and scripts")
struct SystemCommandTests {
  /// Puts a disk of the fixtures into the directory.
  private func unpack(_ name: String, to target: String, in directory: URL) throws {
    let file = directory.appending(path: target)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    _ = FileManager.default.createFile(atPath: file.path, contents: nil)
    let packed = Tool.root.appending(path: "Tests/DiskImagesTests/Fixtures/Guests/\(name).zvhd2.gz").path
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "gunzip -c '\(packed)' >'\(file.path)'"]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test("inspect tells the system of a file, and of an object when asked, with the os_version and the command that fit")
  func inspect() async throws {
    try await withTemporaryDirectory { directory in
      try unpack("lvm-root", to: "cloud/buckets/golden/old.zvhd2", in: directory)
      let file = directory.appending(path: "cloud/buckets/golden/old.zvhd2").path
      let cloud = ["--cloud", "local", "--local-cloud", directory.appending(path: "cloud").path]
      let text = try await Tool.run(["inspect", file])
      for line in [
        "  system        CentOS Linux 7 (Core), x86_64 (/etc/os-release on partition 1, volume root)",
        "  os_version    CentOS 7.9 64bit",
        "  to import     slipway import \(file) --bucket BUCKET --name NAME --os-version 'CentOS 7.9 64bit'",
      ] { #expect(text.output.contains(line + "\n"), "\(text.output)") }
      #expect(try await !Tool.run(["inspect", "--no-os", file]).output.contains("CentOS"))

      let unasked = try await Tool.run(["inspect", "--output", "json"] + cloud + ["golden:old.zvhd2"])
      #expect(try JSONValue(parsing: Array(unasked.output.utf8))["operating_system_search"] == nil)
      let asked = try await Tool.run(["inspect", "--os", "--output", "json"] + cloud + ["golden:old.zvhd2"])
      let found = try JSONValue(parsing: Array(asked.output.utf8))
      #expect(found["operating_system"]?["full_version"] == "7.9.2009")
      #expect(found["operating_system"]?["logical_volume"] == "root")
      #expect(found["suggested_os_version"]?["value"] == "CentOS 7.9 64bit")
      #expect(found["suggested_os_version"]?["exact"] == .bool(true))
      #expect((found["bytes_read"]?.intValue ?? .max) < 300_000)
      let huawei = try await Tool.run(["inspect", "--output", "json", "--dialect", "huawei", file])
      let nearest = try JSONValue(parsing: Array(huawei.output.utf8))["suggested_os_version"]
      #expect(nearest?["value"] == "CentOS 7.7 64bit")
      #expect(nearest?["note"] == "the disk has CentOS 7.9.2009, the nearest listed is this")
    }
  }

  @Test("import takes the system from the disk where the list has just that, and says what it would need else")
  func importing() async throws {
    try await withTemporaryDirectory { directory in
      try unpack("btrfs-top", to: "suse.zvhd2", in: directory)
      try unpack("xfs-v4", to: "centos.zvhd2", in: directory)
      try FileManager.default.createDirectory(
        at: directory.appending(path: "cloud/buckets/golden"), withIntermediateDirectories: true)
      func words(_ file: String, _ more: [String] = []) -> [String] {
        [
          "import", directory.appending(path: file).path, "--bucket", "golden", "--name", "web", "--min-disk", "40",
          "--local-cloud", directory.appending(path: "cloud").path, "--ledger",
          directory.appending(path: "ledger").path,
        ] + more
      }
      let plan = try await Tool.run(words("suse.zvhd2", ["--dry-run", "--output", "json"]))
      let planned = try JSONValue(parsing: Array(plan.output.utf8))
      #expect(planned["request"]?["os_version"] == "openSUSE 15.4 64bit", "\(plan)")
      #expect(planned["operating_system"]?["id"] == "opensuse-leap")
      let done = try await Tool.run(words("suse.zvhd2"))
      #expect(done.status == 0, "\(done.errors)")
      #expect(done.errors.contains("is on the disk (/etc/os-release): os_version is 'openSUSE 15.4 64bit'"))
      let given = try await Tool.run(words("suse.zvhd2", ["--dry-run", "--os-version", "CentOS 7.9 64bit"]))
      #expect(given.output.contains(#""os_version":"CentOS 7.9 64bit""#) && !given.output.contains("openSUSE"))
      // The nearest is named, and not taken.
      let near = try await Tool.run(words("centos.zvhd2", ["--dialect", "huawei"]))
      #expect(near.status == 65)
      #expect(near.errors.contains("if it will do, give --os-version 'CentOS 7.7 64bit'"), "\(near.errors)")
      #expect(near.errors.contains("os_version is missing"))
    }
  }

  @Test("Scripts get the system as a table, and images of files their os_version")
  func scripts() async throws {
    try await withTemporaryDirectory { directory in
      try unpack("btrfs-zstd", to: "suse.zvhd2", in: directory)
      try unpack("xfs-v5", to: "cloud/buckets/golden/rocky.zvhd2", in: directory)
      let script = directory.appending(path: "look.lua")
      try """
      local disk, ims, obs = require "disk", require "ims", require "obs"
      local found = disk.inspect "\(directory.path)/suse.zvhd2"
      print(found.operating_system.id, found.operating_system.version_id, found.operating_system_search.reads > 0)
      print(found.suggested_os_version.value, found.suggested_os_version.exact)
      print(disk.inspect("\(directory.path)/suse.zvhd2", { operating_system = false }).operating_system)
      print(obs.inspect("golden", "rocky.zvhd2").operating_system)
      local far = obs.inspect("golden", "rocky.zvhd2", { operating_system = true })
      print(far.operating_system.name, far.suggested_os_version.value, far.suggested_os_version.note ~= nil)
      print(ims.system_image({ name = "a", min_disk = 40, file = "\(directory.path)/suse.zvhd2", bucket = "golden" }).os_version)
      """.write(to: script, atomically: true, encoding: .utf8)
      let outcome = try await Tool.run([
        "run", "--cloud", "local", "--local-cloud", directory.appending(path: "cloud").path, "--ledger", "none",
        script.path,
      ])
      #expect(
        outcome.output == """
          opensuse-leap\t15.4\ttrue
          openSUSE 15.4 64bit\ttrue
          nil
          nil
          Rocky Linux\tnil\ttrue
          openSUSE 15.4 64bit

          """, "\(outcome)")
    }
  }
}
