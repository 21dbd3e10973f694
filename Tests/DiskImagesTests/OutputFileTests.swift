import Foundation
import Testing

@testable import DiskImages

@Suite("Output files")
struct OutputFileTests {
  private func write(_ text: String, to file: OutputFile) throws {
    try Array(text.utf8).withUnsafeBytes { try file.write($0, at: 0) }
  }

  @Test("What a killed run left behind is replaced, and is gone at the end")
  func leftover() throws {
    let scratch = try Scratch()
    try scratch.write([9, 9, 9, 9, 9, 9, 9, 9], to: ".out.raw.slipway-part")
    let file = try OutputFile(path: scratch["out.raw"], force: false)
    try write("new", to: file)
    #expect(try scratch.names() == [".out.raw.slipway-part"])
    try file.commit(force: false, synchronize: false)
    #expect(try scratch.names() == ["out.raw"])
    #expect(try scratch.read("out.raw") == Array("new".utf8))
  }

  @Test("A leftover that is another name of a finished file does not spoil that")
  func linkedLeftover() throws {
    let scratch = try Scratch()
    try scratch.write([1, 2, 3], to: "out.raw")
    try FileManager.default.linkItem(atPath: scratch["out.raw"], toPath: scratch[".out.raw.slipway-part"])
    do {
      let file = try OutputFile(path: scratch["out.raw"], force: true)
      try write("x", to: file)
    }
    #expect(try scratch.names() == ["out.raw"])
    #expect(try scratch.read("out.raw") == [1, 2, 3])
  }

  @Test("Two conversions to the same output do not meet: the second is refused")
  func busy() throws {
    let scratch = try Scratch()
    let first = try OutputFile(path: scratch["out.raw"], force: true)
    try write("first", to: first)
    let error = #expect(throws: DiskImageError.self) { _ = try OutputFile(path: scratch["out.raw"], force: true) }
    #expect(error?.kind == .busy)
    #expect(error?.message.contains(scratch["out.raw"]) == true)
    try first.commit(force: false, synchronize: false)
    #expect(try scratch.read("out.raw") == Array("first".utf8))
  }

  @Test("An output made by somebody else meanwhile is kept")
  func meanwhile() throws {
    let scratch = try Scratch()
    let file = try OutputFile(path: scratch["out.raw"], force: false)
    try write("mine", to: file)
    try scratch.write([7], to: "out.raw")
    let error = #expect(throws: DiskImageError.self) { try file.commit(force: false, synchronize: false) }
    #expect(error?.kind == .exists)
    #expect(try scratch.read("out.raw") == [7])
  }

  @Test("A symbolic link where the temporary file should be is not followed")
  func link() throws {
    let scratch = try Scratch()
    try scratch.write([1, 2, 3], to: "precious")
    try FileManager.default.createSymbolicLink(
      atPath: scratch[".out.raw.slipway-part"], withDestinationPath: scratch["precious"])
    #expect(throws: DiskImageError.self) { _ = try OutputFile(path: scratch["out.raw"], force: false) }
    #expect(try scratch.read("precious") == [1, 2, 3])
  }

  @Test("Long names keep within what the kernel allows")
  func longName() throws {
    let scratch = try Scratch()
    let name = String(repeating: "ä", count: 120) + ".raw"
    let file = try OutputFile(path: scratch[name], force: false)
    try write("x", to: file)
    try file.commit(force: false, synchronize: false)
    #expect(try scratch.names() == [name])
  }
}
