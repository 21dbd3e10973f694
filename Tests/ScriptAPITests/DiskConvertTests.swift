import Foundation
import Testing

@testable import ScriptAPI

@Suite("disk.convert")
struct DiskConvertTests {
  private func withDisk(_ body: (URL) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "disk-convert-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    var content = Data(count: 7 << 20)
    content.replaceSubrange(5_000_000..<5_000_005, with: Data("hello".utf8))
    try content.write(to: directory.appending(path: "disk.raw"))
    try await body(directory)
  }

  private func run(_ source: String, in directory: URL, writable: Bool = true) async throws -> String {
    try await withWorld { world in
      var context = world.context(arguments: [directory.path])
      if writable { context.access = UserAccess(writable: [try #require(RealPath.of(directory.path))]) }
      let vm = try world.makeVM(context)
      _ = try await vm.run(Array(source.utf8), name: "test.lua", arguments: [])
      await vm.close()
      return world.takeOutput()
    }
  }

  @Test("Where scripts may not write, nothing is converted, not even through a link")
  func confined() async throws {
    try await withDisk { directory in
      let open = directory.appending(path: "open")
      try FileManager.default.createDirectory(at: open, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        at: open.appending(path: "link.zvhd2"), withDestinationURL: directory.appending(path: "outside.zvhd2"))
      let script = """
        local disk, args = require "disk", require "args"
        local place = args.positional[1]
        for _, target in ipairs { "/out.zvhd2", "/open/link.zvhd2", "/open/../out.zvhd2" } do
          print(select(2, pcall(disk.convert, place .. "/disk.raw", place .. target, { force = true })).kind)
        end
        """
      #expect(try await run(script, in: directory, writable: false) == "capability\ncapability\ncapability\n")
      let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
      #expect(names == ["disk.raw", "open"])
    }
  }

  @Test("There and back again, with progress, options and facts about the result")
  func roundTrip() async throws {
    try await withDisk { directory in
      let printed = try await run(
        """
        local disk, args = require "disk", require "args"
        local place, seen, last = args.positional[1], {}, 0
        local there = disk.convert(place .. "/disk.raw", place .. "/disk.zvhd2", {
          level = 5, threads = 2, verify = true,
          on_progress = function(status) seen[status.phase] = true; last = status.fraction end,
        })
        print(there.input_format, there.output_format, there.virtual_size, there.stored_blocks, there.total_blocks,
          there.min_disk, there.verified, last)
        local back = disk.convert(place .. "/disk.zvhd2", place .. "/back.raw")
        print(back.output_size, back.verified, math.type(back.seconds))
        """, in: directory)
      #expect(printed == "raw\tzvhd2\t7340032\t1\t4\t1\ttrue\t1.0\n7340032\tfalse\tfloat\n")
      #expect(
        try Data(contentsOf: directory.appending(path: "back.raw"))
          == Data(contentsOf: directory.appending(path: "disk.raw")))
    }
  }

  @Test("What fails raises errors of documented kinds and leaves no target")
  func failures() async throws {
    try await withDisk { directory in
      let printed = try await run(
        """
        local disk, args = require "disk", require "args"
        local place = args.positional[1]
        local function kind(...) return select(2, pcall(disk.convert, ...)).kind end
        print(kind(place .. "/none.raw", place .. "/out.zvhd2"))
        print(kind(place .. "/disk.raw", place .. "/disk.raw"))
        print(kind(place .. "/disk.raw", place .. "/out.txt"))
        print(kind(place .. "/disk.raw", place .. "/out.zvhd2", { level = 77 }))
        local _, err = pcall(disk.convert, place .. "/disk.raw", place .. "/out.zvhd2", {
          on_progress = function() error { kind = "mine" } end,
        })
        print(err.kind)
        disk.convert(place .. "/disk.raw", place .. "/out.zvhd2", { force = true })
        print(kind(place .. "/disk.raw", place .. "/out.zvhd2"))
        """, in: directory)
      #expect(printed == "not_found\nargument\nargument\nargument\nmine\nconflict\n")
      let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
      #expect(names == ["disk.raw", "out.zvhd2"])
    }
  }

  @Test("A cancelled task stops its conversion, and nothing is left of it")
  func cancelled() async throws {
    try await withDisk { directory in
      let handle = try FileHandle(forWritingTo: directory.appending(path: "disk.raw"))
      try handle.truncate(atOffset: 900 << 30)
      try handle.seek(toOffset: 100 << 30)
      var noise = [UInt64](repeating: 1, count: 4 << 20)
      for index in noise.indices.dropFirst() { noise[index] = noise[index - 1] &* 6_364_136_223_846_793_005 &+ 1 }
      try noise.withUnsafeBytes { try handle.write(contentsOf: Data($0)) }
      let printed = try await run(
        """
        local disk, args, task = require "disk", require "args", require "task"
        local place, begun = args.positional[1], false
        local work = task.spawn(function()
          disk.convert(place .. "/disk.raw", place .. "/out.zvhd2", {
            level = 19, threads = 1, on_progress = function() begun = true end,
          })
        end)
        while not begun do task.sleep(0.01) end
        work:cancel()
        print(pcall(work.await, work))
        """, in: directory)
      #expect(printed.hasPrefix("false"), "\(printed)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["disk.raw"])
    }
  }
}
