import Foundation
import DiskImages
import Testing

@testable import ScriptAPI

@Suite("The script module disk")
struct DiskModuleTests {
  @Test(
    "What a disk refuses is a conflict, as it is where an import reads the file",
    arguments: [DiskImageError.Kind.io, .noSpace, .verification, .exists, .busy])
  func disk(kind: DiskImageError.Kind) {
    #expect(DiskModule.failure(DiskImageError(kind, "x")).kind == "conflict")
  }

  @Test("disk.inspect gives what the headers tell as a table, and raises for what is no file", .timeLimit(.minutes(2)))
  func inspect() async throws {
    let world = try ScriptWorld()
    let sample = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "DiskImagesTests/Fixtures/gpt-ext4-3g.zvhd2").path
    let output = try await world.run(
      """
      local disk = require "disk"
      local found = disk.inspect("\(sample)")
      print(found.format, found.importable, found.virtual_size, found.min_disk, found.hw_firmware_type_hint)
      print(found.partition_table, #found.partitions, found.partitions[2].file_system, found.partitions[2].label)
      print(found.details.compression, found.details.stored_blocks, #found.reasons, found.advice)
      local small = disk.inspect("data/fleet.csv")
      print(small.format, small.findings[1].severity, small.advice)
      for _, path in ipairs { "nowhere.raw", "data", "" } do
        local ok, err = pcall(disk.inspect, path)
        print(ok, err.kind, err.hint ~= nil)
      end
      """)
    #expect(
      output == """
        zvhd2\ttrue\t3221225472\t3\tuefi
        gpt\t2\text4\troot
        zstd\t13\t0\tnil
        raw\terror\tnil
        false\tnot_found\ttrue
        false\targument\ttrue
        false\targument\ttrue

        """)
    await world.close()
  }
}
