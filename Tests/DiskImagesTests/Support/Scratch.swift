import Foundation

/// A directory that lives as long as a test.
final class Scratch {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "disk-images-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  subscript(_ name: String) -> String { "\(path)/\(name)" }

  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: URL(filePath: self[name]))
    return self[name]
  }

  func read(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: self[name])))
  }

  /// A file of `size` bytes that is one hole, with pieces of data in it.
  @discardableResult
  func sparse(_ name: String, size: UInt64, data: [(UInt64, [UInt8])] = []) throws -> String {
    try Data().write(to: URL(filePath: self[name]))
    let handle = try FileHandle(forWritingTo: URL(filePath: self[name]))
    try handle.truncate(atOffset: size)
    for (offset, bytes) in data {
      try handle.seek(toOffset: offset)
      try handle.write(contentsOf: Data(bytes))
    }
    try handle.close()
    return self[name]
  }

  func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  /// Bytes the file takes on disk.
  func allocated(_ name: String) throws -> UInt64 {
    var status = stat()
    guard stat(self[name], &status) == 0 else { throw Shell.Failure(description: "no \(name)") }
    return UInt64(status.st_blocks) * 512
  }
}
