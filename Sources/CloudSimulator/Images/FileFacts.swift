import DiskImages
import Foundation

/// What reading an image file told, without a judgement on any request.
struct FileFacts: Sendable, Equatable {
  var format: DiskFormat
  var fileSize: UInt64
  /// Bytes of the disk inside; nil where the file does not tell.
  var virtualSize: UInt64?
  /// What is wrong with the file, one sentence; nil when it is whole.
  var defect: String?

  /// Files up to this size are unpacked block by block; of larger ones every frame header is read.
  static let unpackLimit: UInt64 = 64 << 20

  /// Reads a file.
  ///
  /// Damage becomes `defect`.
  ///
  /// - Throws: `DiskImageError` when the file cannot be read.
  static func read(path: String, fileName: String) throws -> FileFacts {
    let source = try FileByteSource(path: path)
    let inspection = try DiskInspector.inspect(source, fileName: fileName)
    var facts = FileFacts(
      format: inspection.format, fileSize: source.size, virtualSize: inspection.virtualSize)
    switch inspection.format {
    case .raw: facts.virtualSize = source.size
    case .zvhd2:
      do {
        let reader = try ZVHD2Reader(source)
        facts.virtualSize = reader.diskSize
        if source.size <= unpackLimit {
          for block in reader.storedBlocks { _ = try reader.readBlock(Int(block)) }
        } else {
          try ZVHD2FrameCheck(source: source, header: reader.header, storedBlocks: reader.storedBlocks).run()
        }
      } catch let error as DiskImageError
        where error.kind == .corrupt || error.kind == .truncated || error.kind == .unsupported
      {
        facts.defect = error.message
      }
    default: break
    }
    return facts
  }
}
