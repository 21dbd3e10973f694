import CloudAccess
import DiskImages
import Foundation
import LuaHost
import Synchronization
import Testing

@testable import ScriptAPI

/// Files whose names lead elsewhere by the time they are opened: what counts is what was checked.
@Suite("Files exchanged under the eyes of the check")
struct FileExchangeTests {
  /// Allows one directory, and puts a link to something else in a file's place as soon as it was asked so often.
  private final class ExchangingAccess: ScriptAccess {
    let directory: String
    let moment: Int
    let exchange: @Sendable () -> Void
    private let asked = Mutex(0)

    init(_ directory: String, after moment: Int, exchange: @escaping @Sendable () -> Void) {
      (self.directory, self.moment, self.exchange) = (directory, moment, exchange)
    }

    var count: Int { asked.withLock { $0 } }
    var confinesFiles: Bool { true }
    func allowsPrivateAddress(host: String, port: Int) -> Bool { false }
    func mayRead(_ path: String) -> Bool { RealPath.isInside(path, directory) }

    func check(_ need: AccessNeed) throws {
      guard case .readFile(let path) = need else { return }
      let count = asked.withLock { asked in
        asked += 1
        return asked
      }
      defer { if count == moment { exchange() } }
      guard RealPath.isInside(path, directory) else {
        throw ScriptFailure(kind: "capability", "may not read '\(path)'")
      }
    }
  }

  @Test(
    "ims.import with a file sends the file that was checked, or nothing",
    .timeLimit(.minutes(2)), arguments: ["raw", "zvhd2", "mf"], 1...9)
  func importFile(kind: String, moment: Int) async throws {
    try await withWorld { world in
      let place = world.directory.resolvingSymlinksInPath().appending(path: "granted")
      let secret = world.directory.resolvingSymlinksInPath().appending(path: "secret")
      let files = FileManager.default
      try files.createDirectory(at: place, withIntermediateDirectories: true)
      try files.createDirectory(at: secret, withIntermediateDirectories: true)
      let exchanged: String
      switch kind {
      case "zvhd2":
        exchanged = "disk.zvhd2"
        let buckets = world.directory.appending(path: "cloud/buckets/images")
        try files.copyItem(at: buckets.appending(path: "small.zvhd2"), to: place.appending(path: exchanged))
        try files.copyItem(at: buckets.appending(path: "big.zvhd2"), to: secret.appending(path: exchanged))
      default:
        try Data(repeating: 0x41, count: 3 << 20).write(to: place.appending(path: "disk.raw"))
        try Data(repeating: 0x53, count: 3 << 20).write(to: secret.appending(path: "disk.raw"))
        exchanged = kind == "mf" ? "disk.mf" : "disk.raw"
        if kind == "mf" {
          try Data("bitmap".utf8).write(to: place.appending(path: exchanged))
          try Data("SSSSSS".utf8).write(to: secret.appending(path: exchanged))
        }
      }
      let (mine, other) = (place.appending(path: exchanged).path, secret.appending(path: exchanged).path)
      let access = ExchangingAccess(place.path, after: moment) {
        unlink(mine)
        symlink(other, mine)
      }
      var context = world.context()
      context.access = access
      let vm = try world.makeVM(context)
      let file = kind == "zvhd2" ? "disk.zvhd2" : "disk.raw"
      let script = """
        local ims = require "ims"
        local ok, err = pcall(ims.import, { file = "\(place.path)/\(file)", bucket = "images", object = "sent/", name = "x",
          os_version = "Ubuntu 22.04 Server 64bit", min_disk = 100 })
        print(ok and "sent" or err.kind)
        """
      _ = try await vm.run(Array(script.utf8), name: "test.lua")
      await vm.close()
      let printed = world.takeOutput()
      #expect(["sent\n", "capability\n", "not_found\n"].contains(printed), "\(printed)")
      let sent = world.directory.appending(path: "cloud/buckets/images/sent")
      for name in (try? files.contentsOfDirectory(atPath: sent.path)) ?? [] {
        let content = try Data(contentsOf: sent.appending(path: name))
        let original = secret.appending(path: name)
        if files.fileExists(atPath: original.path) { #expect(try content != Data(contentsOf: original)) }
        if name.hasSuffix(".zvhd2"), kind == "raw" {
          // A block of one byte again and again is packed, but not beyond recognition: the disk is unpacked.
          let back = world.directory.appending(path: "back.raw")
          _ = try await unpacked(sent.appending(path: name), to: back)
          #expect(try Data(contentsOf: back).first == 0x41)
        }
      }
      // Without an exchange, so many questions are asked that every moment in between was tried.
      if moment > access.count { #expect(printed == "sent\n") }
    }
  }

  private func unpacked(_ file: URL, to target: URL) async throws {
    var options = ConvertOptions()
    options.force = true
    _ = try await DiskConverter.convertInBackground(from: file.path, to: target.path, options: options)
  }
}
