import Foundation
import Testing

@testable import DiskImages

/// The vendor's sample files beside this source.
enum Fixtures {
  static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures").path

  static func path(_ name: String) -> String { "\(directory)/\(name)" }

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path(name))))
  }

  /// The content of NAME.gz.
  static func unpacked(_ name: String) throws -> [UInt8] {
    try Shell.output("gunzip", "-c", path(name + ".gz"))
  }

  static func samples() throws -> [Sample] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode([Sample].self, from: Data(contentsOf: URL(filePath: path("manifest.json"))))
  }

  static func sample(_ file: String) throws -> Sample {
    try samples().first { $0.file == file }!
  }
}

/// One entry of the manifest.
struct Sample: Decodable, CustomTestStringConvertible {
  struct Frame: Decodable {
    var block: Int
    var offset: UInt64
    var sizeOnDisk: UInt32
    var payload: UInt32
    var sha256OfBlock: String
  }

  var file: String
  var fileSize: UInt64
  var fileSha256: String
  var format: String
  var origSize: UInt64
  var currSize: UInt64
  var blockSize: Int
  var compression: String
  var timestamp: UInt32
  var uuid: String
  var geometry: UInt32
  var checksumLast: UInt32
  var checksumHead: UInt32
  var indexPosition: UInt64?
  var indexSize: UInt32?
  var bitmapPosition: UInt64?
  var bitmapSize: UInt32?
  var maxBlocks: UInt32?
  var nonZeroBlocks: UInt32?
  var dataEnd: UInt64
  var frames: [Frame]
  var rawSha256: String

  var testDescription: String { file }
}
