import DiskImages
import Foundation
import Testing

@testable import ScriptAPI

@Suite("Images of disk files in scripts")
struct ImportFileScriptTests {
  private func withDisk(_ body: (URL) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "import-file-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    var content = Data(count: 7 << 20)
    content.replaceSubrange(5_000_000..<5_000_005, with: Data("hello".utf8))
    try content.write(to: directory.appending(path: "disk.raw"))
    try await body(directory)
  }

  private func run(_ source: String, in directory: URL) async throws -> String {
    try await withWorld { world in try await world.run(source, arguments: [directory.path]) }
  }

  @Test("A table with file and bucket is imported, and the same asked for as a request gives the same image")
  func importFile() async throws {
    try await withDisk { directory in
      let printed = try await run(
        """
        local ims, args = require "ims", require "args"
        local fields = {
          file = args.positional[1] .. "/disk.raw", bucket = "images", name = "file01",
          os_version = "Ubuntu 22.04 Server 64bit",
        }
        local first = ims.import(fields)
        local image = ims.system_image(fields)
        print(image.image_url, image.min_disk, image:validate().ok, first.image_name)
        print(image:submit():wait().image_id == first.image_id)
        print(ims.import_all { image }[1].result.image_id == first.image_id)
        fields.type, fields.name, fields.os_version, fields.object = "DataImage", "file02", nil, "data/second.zvhd2"
        local data = ims.import(fields)
        print(data.image_id ~= first.image_id, data.image_name)
        local other = image:with { image_url = "images:web01.zvhd2", name = "file03", min_disk = 20 }
        print(tostring(other))
        """, in: directory)
      #expect(
        printed == """
          images:disk.zvhd2\t1\ttrue\tfile01
          true
          true
          true\tfile02
          ims.Image(file03 from images:web01.zvhd2)

          """)
    }
  }

  @Test("The object can be deleted when the image is made, and how a file is packed can be chosen")
  func deletesObject() async throws {
    try await withDisk { directory in
      let printed = try await run(
        """
        local ims, obs, args = require "ims", require "obs", require "args"
        local fields = {
          file = args.positional[1] .. "/disk.raw", bucket = "images", name = "file01", min_disk = 1, level = 19,
          threads = 1, verify = true, os_version = "Ubuntu 22.04 Server 64bit", delete_object = true,
        }
        local first = ims.import(fields)
        print(first.image_name, obs.exists("images", "disk.zvhd2"))
        print(ims.import(fields).image_id == first.image_id, obs.exists("images", "disk.zvhd2"))
        local ok, err = pcall(function() return ims.system_image(fields):submit() end)
        print(ok, err.message)
        for name, value in pairs { level = 20, threads = 0 } do
          fields[name] = value
          print(select(2, pcall(ims.import, fields)).kind)
          fields[name] = nil
        end
        """, in: directory)
      #expect(
        printed == """
          file01\tfalse
          true\tfalse
          false\t'delete_object' waits for the image, image:submit does not
          argument
          argument

          """)
    }
  }

  @Test("Fields that make no sense together, and files that can be no image, raise errors that say so")
  func refusals() async throws {
    try await withDisk { directory in
      try Data([0x1F, 0x8B, 8, 0]).write(to: directory.appending(path: "disk.gz"))
      let printed = try await run(
        """
        local ims, args = require "ims", require "args"
        local place = args.positional[1]
        local function try(fields)
          fields.name, fields.min_disk = "x", 1
          local err = select(2, pcall(ims.data_image, fields))
          print(err.kind, (err.message:gsub(place, "DIR")))
        end
        try { file = place .. "/disk.raw" }
        try { bucket = "images" }
        try { file = place .. "/disk.raw", bucket = "images", image_url = "a:b" }
        try { file = place .. "/disk.raw", bucket = "images", object = "second" }
        try { file = place .. "/none.raw", bucket = "images" }
        try { file = place .. "/disk.gz", bucket = "images" }
        """, in: directory)
      let kinds = printed.split(separator: "\n").map { $0.prefix { $0 != "\t" } }
      #expect(kinds == ["argument", "argument", "argument", "argument", "not_found", "validation"], "\(printed)")
    }
  }
}
