import DiskImages
import Foundation

/// Makes image files for the local cloud of a test.
enum ExampleFiles {
  /// Writes a ZVHD2 of a sparse disk under DIR/buckets/BUCKET/KEY.
  static func disk(in cloud: URL, bucket: String, key: String, gibibytes: Int = 1) async throws {
    let target = cloud.appending(path: "buckets/\(bucket)/\(key)")
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    let raw = cloud.appending(path: "source.raw")
    _ = FileManager.default.createFile(atPath: raw.path, contents: Data(repeating: 7, count: 512))
    let handle = try FileHandle(forWritingTo: raw)
    try handle.truncate(atOffset: UInt64(gibibytes) << 30)
    try handle.close()
    var options = ConvertOptions()
    options.force = true
    options.synchronize = false
    _ = try DiskConverter.convert(from: raw.path, to: target.path, options: options) { _ in }
    try FileManager.default.removeItem(at: raw)
  }
}
