import Foundation
import Testing

@testable import DiskImages

@Suite("Converter: outputs and refusals")
struct ConverterOutputTests {
  @Test("An output that exists is kept unless force is given")
  func force() throws {
    let scratch = try Scratch()
    try scratch.write([UInt8](repeating: 7, count: 1024), to: "in.raw")
    try scratch.write([1, 2, 3], to: "out.zvhd2")
    let error = #expect(throws: DiskImageError.self) {
      try DiskConverter.convert(from: scratch["in.raw"], to: scratch["out.zvhd2"], options: .fixed())
    }
    #expect(error?.kind == .exists)
    #expect(try scratch.read("out.zvhd2") == [1, 2, 3])
    try DiskConverter.convert(
      from: scratch["in.raw"], to: scratch["out.zvhd2"], options: .fixed { $0.force = true })
    #expect(try ZVHD2Reader(FileByteSource(path: scratch["out.zvhd2"])).diskSize == 1024)
    #expect(try scratch.names() == ["in.raw", "out.zvhd2"])
  }

  @Test("With force, a symbolic link stays and its target is replaced")
  func symbolicLink() throws {
    let scratch = try Scratch()
    try scratch.write([UInt8](repeating: 7, count: 1024), to: "in.raw")
    try scratch.write([1], to: "real.zvhd2")
    try FileManager.default.createSymbolicLink(
      atPath: scratch["link.zvhd2"], withDestinationPath: scratch["real.zvhd2"])
    try DiskConverter.convert(
      from: scratch["in.raw"], to: scratch["link.zvhd2"], options: .fixed { $0.force = true })
    #expect(try ZVHD2Reader(FileByteSource(path: scratch["real.zvhd2"])).diskSize == 1024)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch["link.zvhd2"]) == scratch["real.zvhd2"])
  }

  @Test("Input and output may not be the same file, not even under two names")
  func sameFile() throws {
    let scratch = try Scratch()
    try scratch.write([UInt8](repeating: 7, count: 1024), to: "disk.raw")
    try FileManager.default.linkItem(atPath: scratch["disk.raw"], toPath: scratch["other.raw"])
    for name in ["disk.raw", "other.raw"] {
      let error = #expect(throws: DiskImageError.self) {
        try DiskConverter.convert(from: scratch["disk.raw"], to: scratch[name], options: .fixed { $0.force = true })
      }
      #expect(error?.kind == .argument)
      #expect(error?.message.contains("same file") == true)
    }
    #expect(try scratch.read("disk.raw") == [UInt8](repeating: 7, count: 1024))
  }

  @Test("Damage in the input is an error that names the file, and no output is left")
  func damagedInput() throws {
    let scratch = try Scratch()
    var bytes = try Fixtures.bytes("tiny.zvhd2")
    bytes[81920 + 48] ^= 1
    try scratch.write(bytes, to: "bad.zvhd2")
    try scratch.write(Array(try Fixtures.bytes("tiny.zvhd2").dropLast(4096)), to: "cut.zvhd2")
    try scratch.write([], to: "empty.raw")
    try scratch.write([1, 2, 3, 4], to: "other.zvhd2")
    try scratch.write([1, 2, 3, 4], to: "notes.txt")
    let cases: [(String, DiskImageError.Kind)] = [
      ("bad.zvhd2", .corrupt), ("cut.zvhd2", .truncated), ("empty.raw", .argument), ("other.zvhd2", .corrupt),
      ("notes.txt", .unsupported), ("missing.raw", .notFound), (".", .argument),
    ]
    for (name, kind) in cases {
      let error = #expect(throws: DiskImageError.self) {
        try DiskConverter.convert(from: scratch[name], to: scratch["out.raw"], options: .fixed())
      }
      #expect(error?.kind == kind, "\(name)")
      #expect(error?.message.contains(name) == true, "\(name): \(error?.description ?? "")")
    }
    #expect(try !scratch.names().contains("out.raw"))
    #expect(try scratch.names().allSatisfy { !$0.hasSuffix(".part") })
  }

  @Test("Outputs that make no sense are refused with advice")
  func outputs() throws {
    let scratch = try Scratch()
    try scratch.write([UInt8](repeating: 7, count: 1024), to: "in.raw")
    let cases: [(String, DiskImageError.Kind)] = [
      (scratch["out"], .argument), (scratch["out.qcow2"], .unsupported), (scratch["none/out.zvhd2"], .notFound),
      (scratch.path + "/", .argument), ("", .argument), ("/dev/null", .argument),
    ]
    for (path, kind) in cases {
      let error = #expect(throws: DiskImageError.self, "\(path)") {
        try DiskConverter.convert(from: scratch["in.raw"], to: path, options: .fixed())
      }
      #expect(error?.kind == kind, "\(path): \(error?.description ?? "")")
    }
    #expect(try scratch.names() == ["in.raw"])
  }

  @Test("A full disk, a quota and a missing right are told apart, with what to do")
  func systemErrors() {
    let full = DiskImageError.system("write", "out.zvhd2", code: ENOSPC)
    #expect(full.kind == .noSpace)
    #expect(
      full.description == "cannot write 'out.zvhd2': No space left on device (free some space or write to another disk)"
    )
    #expect(DiskImageError.system("write", "out.zvhd2", code: EDQUOT).kind == .noSpace)
    #expect(DiskImageError.system("open", "in.raw", code: EACCES).kind == .permission)
    #expect(DiskImageError.system("read", "in.raw", code: EIO).kind == .io)
  }
}
