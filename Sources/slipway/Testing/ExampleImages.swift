import DiskImages
import Foundation
import ScriptAPI
import Synchronization

/// Makes image files with sparse disks inside, each kind once for all cases and processes of a run.
final class ExampleImages: Sendable {
  /// The largest disk: what a real image may have.
  private static let largest: UInt64 = 1 << 40

  private let directory: URL
  private let made = Mutex<[String: URL]>([:])

  /// `directory` is there and belongs to this object's owner.
  init(directory: URL) {
    self.directory = directory
  }

  /// A file of a format with a disk of so many bytes inside: its first block has data, the rest are zeros.
  func file(format: String, size: UInt64) throws -> URL {
    guard size >= 512, size <= Self.largest, size % 512 == 0 else {
      throw ScriptFailure(
        "cloud:put_object: a disk of \(size) bytes is not possible", hint: "whole sectors of 512 bytes, 1TB at most")
    }
    return try made.withLock { made in
      let name = "\(size).\(format)"
      if let file = made[name] { return file }
      let file = directory.appending(path: name)
      if !FileManager.default.fileExists(atPath: file.path) { try make(file, format: format, size: size) }
      made[name] = file
      return file
    }
  }

  /// Makes a file under another name first: other processes of the run look for it, too.
  private func make(_ file: URL, format: String, size: UInt64) throws {
    let mine = directory.appending(path: "\(UUID().uuidString).\(format)")
    if format == "raw" {
      try Self.makeDisk(mine, size)
    } else {
      let raw = directory.appending(path: "\(UUID().uuidString).source")
      try Self.makeDisk(raw, size)
      var options = ConvertOptions()
      options.inputFormat = .raw
      options.synchronize = false
      options.force = true
      try DiskConverter.convert(from: raw.path, to: mine.path, options: options)
      try FileManager.default.removeItem(at: raw)
    }
    guard rename(mine.path, file.path) == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
  }

  private static func makeDisk(_ file: URL, _ size: UInt64) throws {
    try Data(repeating: 1, count: 512).write(to: file)
    let handle = try FileHandle(forWritingTo: file)
    defer { try? handle.close() }
    try handle.truncate(atOffset: size)
  }
}
