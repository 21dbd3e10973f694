import Crypto
import Foundation
import GRDB
import Synchronization

/// What files cannot tell of themselves: classes, ETags, content types and metadata, kept in the database.
///
/// An entry counts only while the file has the size and time it was written with; a file laid into the bucket by hand has
/// none and gets the defaults.
final class ObjectCatalog: Sendable {
  struct Facts: Sendable, Equatable, Codable {
    var size: UInt64
    /// Nanoseconds since 1970.
    var modified: Int64
    /// Without quotes.
    var etag: String
    /// The multipart upload that made the object.
    var uploadID: String?
    var properties = ObjectProperties()
  }

  private struct State {
    var buckets: [String: String] = [:]
    /// By the bytes of the name: two spellings of one character are two keys.
    var objects: [[UInt8]: Facts] = [:]
  }

  /// Files up to this size get their MD5 as ETag when nobody uploaded them through the API.
  static let digestLimit: UInt64 = 1 << 20

  private let queue: DatabaseQueue
  private let state: Mutex<State>

  init(queue: DatabaseQueue) throws {
    self.queue = queue
    var state = State()
    try queue.read { database in
      for row in try Row.fetchAll(database, sql: "SELECT * FROM bucket") {
        state.buckets[row["name"]] = row["storage_class"]
      }
      for row in try Row.fetchAll(database, sql: "SELECT * FROM object") {
        state.objects[Self.name(row["bucket"], row["key"])] = Facts(row)
      }
    }
    self.state = Mutex(state)
  }

  private static func name(_ bucket: String, _ key: String) -> [UInt8] { Array("\(bucket):\(key)".utf8) }

  /// Class of a bucket; STANDARD where nobody said otherwise.
  func storageClass(of bucket: String) -> String {
    state.withLock { $0.buckets[bucket] ?? "STANDARD" }
  }

  func setStorageClass(_ storageClass: String, of bucket: String) async throws {
    state.withLock { $0.buckets[bucket] = storageClass }
    try await queue.write { database in
      try database.execute(sql: "INSERT OR REPLACE INTO bucket VALUES (?, ?)", arguments: [bucket, storageClass])
    }
  }

  /// What is known of an object whose file is unchanged since.
  func facts(_ bucket: String, _ key: String, _ tree: BucketTree) -> Facts? {
    guard let facts = state.withLock({ $0.objects[Self.name(bucket, key)] }),
      let status = tree.status(bucket: bucket, key: key)?.status, status.size == facts.size,
      status.modified == facts.modified
    else { return nil }
    return facts
  }

  /// Facts on a file, computed where nothing is known: small files get their MD5, large ones a tag of size and time.
  func facts(_ bucket: String, _ key: String, path: String, status: BucketTree.Status) -> Facts {
    let name = Self.name(bucket, key)
    if let facts = state.withLock({ $0.objects[name] }), facts.size == status.size, facts.modified == status.modified {
      return facts
    }
    var facts = Facts(size: status.size, modified: status.modified, etag: "")
    if status.size <= Self.digestLimit, let data = FileManager.default.contents(atPath: path) {
      facts.etag = Self.hex(Insecure.MD5.hash(data: data))
    } else {
      let text = "\(status.size) \(status.modified) \(status.inode)"
      facts.etag = Self.hex(Insecure.MD5.hash(data: Data(text.utf8))) + "-1"
    }
    let result = facts
    state.withLock { $0.objects[name] = result }
    return result
  }

  /// Remembers what the database holds already.
  func remember(_ facts: Facts, _ bucket: String, _ key: String) {
    state.withLock { $0.objects[Self.name(bucket, key)] = facts }
  }

  /// Remembers an object that `place` moves to its key, and writes down what `place` returns of it.
  ///
  /// Both happen under one lock: of two uploads of a key the one whose file stays is also the one that is remembered.
  func set(_ bucket: String, _ key: String, place: () throws -> Facts) async throws {
    let name = Self.name(bucket, key)
    try state.withLock { state in state.objects[name] = try place() }
    try await queue.write { [self] database in
      guard let facts = state.withLock({ $0.objects[name] }) else { return }
      try database.cachedStatement(sql: Facts.insertion).execute(arguments: facts.arguments(bucket, key))
    }
  }

  func remove(_ bucket: String, _ key: String) async throws {
    state.withLock { $0.objects[Self.name(bucket, key)] = nil }
    try await queue.write { database in
      try database.cachedStatement(sql: "DELETE FROM object WHERE bucket = ? AND key = ?")
        .execute(arguments: [bucket, key])
    }
  }

  static func hex(_ digest: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in digest {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
