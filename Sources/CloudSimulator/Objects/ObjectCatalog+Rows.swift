import Foundation
import GRDB

extension ObjectCatalog.Facts {
  static let insertion = """
    INSERT OR REPLACE INTO object
      (bucket, key, size, modified, etag, storage_class, content_type, metadata, headers, upload_id)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    """

  init(_ row: Row) {
    self.init(
      size: UInt64(clamping: row["size"] as Int64), modified: row["modified"], etag: row["etag"],
      uploadID: row["upload_id"])
    properties.storageClass = row["storage_class"]
    properties.contentType = row["content_type"]
    properties.metadata = Self.pairs(row["metadata"])
    properties.headers = Self.pairs(row["headers"])
  }

  func arguments(_ bucket: String, _ key: String) -> StatementArguments {
    [
      bucket, key, Int64(clamping: size), modified, etag, properties.storageClass, properties.contentType,
      Self.text(properties.metadata), Self.text(properties.headers), uploadID,
    ]
  }

  private static func pairs(_ text: String) -> [String: String] {
    text == "{}" ? [:] : (try? JSONDecoder().decode([String: String].self, from: Data(text.utf8))) ?? [:]
  }

  private static func text(_ pairs: [String: String]) -> String {
    var text = JSONText(capacity: 32)
    text.object { text in
      for (name, value) in pairs { text.member(name, value) }
    }
    return String(decoding: text.bytes, as: UTF8.self)
  }
}
