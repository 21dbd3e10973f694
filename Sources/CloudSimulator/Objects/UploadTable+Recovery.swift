import Foundation
import GRDB

extension UploadTable {
  /// Brings rows and files together after a cloud that may have been killed.
  ///
  /// What it had moved to its key while it completed an upload becomes an object with all its facts. A part without its
  /// bytes is none, and files that belong to no part go.
  func recover(_ tree: BucketTree, _ catalog: ObjectCatalog) throws {
    for (id, facts) in try promises() {
      guard let upload = state.withLock({ $0[id] }) else { continue }
      let status = tree.status(bucket: upload.bucket, key: upload.key)?.status
      let isDone = status?.size == facts.size && status?.modified == facts.modified
      try queue.write { database in
        if isDone {
          try database.execute(
            sql: ObjectCatalog.Facts.insertion, arguments: facts.arguments(upload.bucket, upload.key))
          try Self.delete(id, database)
        } else {
          try database.execute(sql: "UPDATE upload SET completion = NULL WHERE id = ?", arguments: [id])
        }
      }
      guard isDone else { continue }
      catalog.remember(facts, upload.bucket, upload.key)
      state.withLock { $0[id] = nil }
    }
    try dropLostParts()
    clear()
  }

  /// Uploads that were being completed, with what the object was to be.
  private func promises() throws -> [(id: String, facts: ObjectCatalog.Facts)] {
    try queue.read { database in
      try Row.fetchAll(database, sql: "SELECT id, completion FROM upload WHERE completion IS NOT NULL").map { row in
        let text: String = row["completion"]
        return (row["id"], try JSONDecoder().decode(ObjectCatalog.Facts.self, from: Data(text.utf8)))
      }
    }
  }

  static func delete(_ id: String, _ database: Database) throws {
    try database.execute(sql: "DELETE FROM upload_part WHERE upload = ?", arguments: [id])
    try database.execute(sql: "DELETE FROM upload WHERE id = ?", arguments: [id])
  }

  private func dropLostParts() throws {
    for upload in state.withLock({ Array($0.values) }) {
      let lost = upload.sortedParts.filter { access(path(of: $0.place, upload.id), F_OK) != 0 }.map(\.number)
      let end = state.withLock { uploads in
        uploads[upload.id]?.drop(lost)
        return uploads[upload.id]?.resume() ?? 0
      }
      truncate(path(of: .slot, upload.id), off_t(end))
      guard !lost.isEmpty else { continue }
      try queue.write { database in
        for number in lost {
          try database.execute(
            sql: "DELETE FROM upload_part WHERE upload = ? AND number = ?", arguments: [upload.id, number])
        }
      }
    }
  }

  private func clear() {
    let uploads = state.withLock { $0 }
    let manager = FileManager.default
    for name in (try? manager.contentsOfDirectory(atPath: directory)) ?? [] {
      guard let upload = uploads[name] else {
        try? manager.removeItem(atPath: directory + "/" + name)
        continue
      }
      var known: Set = [Self.commonFile]
      for case .file(let file) in upload.parts.values.map(\.place) { known.insert(file) }
      for file in (try? manager.contentsOfDirectory(atPath: directory + "/" + name)) ?? [] where !known.contains(file) {
        unlink("\(directory)/\(name)/\(file)")
      }
    }
  }
}
