import CloudAccess
import Foundation

/// Files of the repository, found from where this file lies.
enum Repository {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: root.appending(path: path)))
  }

  static func text(_ path: String) throws -> String { String(decoding: try bytes(path), as: UTF8.self) }

  static func json(_ path: String) throws -> JSONValue { try JSONValue(parsing: bytes(path)) }

  static func fixture(_ name: String) throws -> JSONValue { try json("Tests/ImageImportTests/Fixtures/\(name)") }
}
