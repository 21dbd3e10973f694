import Foundation
import GRDB
import Synchronization

/// The multipart uploads under way; each has a row, a row for each part, and a directory with the bytes.
///
/// A part counts once its row is written, so that a cloud which ends in between knows the same as its client.
final class UploadTable: Sendable {
  /// Leave to write one part.
  struct Ticket: Sendable {
    let upload: String
    let number: Int
    let place: Upload.Place
    let path: String
    /// Offset of the part in the file.
    let offset: UInt64
  }

  let queue: DatabaseQueue
  let directory: String
  let state: Mutex<[String: Upload]>

  init(queue: DatabaseQueue, directory: String) throws {
    self.queue = queue
    self.directory = directory
    state = Mutex(try queue.read(Self.load))
  }

  static let commonFile = "slots"

  /// The file that holds a place.
  func path(of place: Upload.Place, _ id: String) -> String {
    switch place {
    case .slot: "\(directory)/\(id)/\(Self.commonFile)"
    case .file(let name): "\(directory)/\(id)/\(name)"
    }
  }

  private static func load(_ database: Database) throws -> [String: Upload] {
    var uploads: [String: Upload] = [:]
    for row in try Row.fetchAll(database, sql: "SELECT * FROM upload") {
      let properties = try JSONDecoder().decode(ObjectProperties.self, from: Data((row["properties"] as String).utf8))
      uploads[row["id"]] = Upload(
        id: row["id"], bucket: row["bucket"], key: row["key"],
        initiated: Date(timeIntervalSince1970: row["initiated"]), properties: properties,
        slotSize: (row["slot_size"] as Int64?).map { UInt64(clamping: $0) })
    }
    for row in try Row.fetchAll(database, sql: "SELECT * FROM upload_part") {
      let file: String? = row["file"]
      _ = uploads[row["upload"]]?.record(
        Upload.Part(
          number: row["number"], size: UInt64(clamping: row["size"] as Int64),
          modified: Date(timeIntervalSince1970: row["modified"]), digest: Array(row["digest"] as Data),
          place: file.map { .file($0) } ?? .slot))
    }
    return uploads
  }

  // MARK: Uploads

  /// Begins an upload and returns its id.
  func start(bucket: String, key: String, properties: ObjectProperties, at moment: Date) async throws -> String {
    let time = String(UInt64(max(0, moment.timeIntervalSince1970 * 1_000_000)), radix: 16, uppercase: true)
    let id = String(repeating: "0", count: max(0, 16 - time.count)) + time + RandomText.hex(16).uppercased()
    let upload = Upload(id: id, bucket: bucket, key: key, initiated: moment, properties: properties)
    try FileManager.default.createDirectory(atPath: directory + "/" + id, withIntermediateDirectories: true)
    let text = String(decoding: try JSONEncoder().encode(properties), as: UTF8.self)
    try await queue.write { database in
      try database.execute(
        sql: "INSERT INTO upload (id, bucket, key, initiated, properties) VALUES (?, ?, ?, ?, ?)",
        arguments: [id, bucket, key, moment.timeIntervalSince1970, text])
    }
    state.withLock { $0[id] = upload }
    return id
  }

  /// The upload of an id, which must be for this object.
  ///
  /// - Throws: NoSuchUpload.
  func upload(_ id: String, _ bucket: String, _ key: String) throws(StorageRefusal) -> Upload {
    guard let upload = state.withLock({ $0[id] }), Self.isOf(upload, bucket, key) else { throw .noUpload(id) }
    return upload
  }

  /// Names are compared byte by byte, as two spellings of one character are two keys.
  private static func isOf(_ upload: Upload, _ bucket: String, _ key: String) -> Bool {
    upload.bucket == bucket && upload.key.utf8.elementsEqual(key.utf8)
  }

  /// All uploads of a bucket, by key and then by the order of their beginning.
  func uploads(of bucket: String) -> [Upload] {
    state.withLock { $0.values.filter { $0.bucket == bucket } }.sorted { left, right in
      left.key.utf8.elementsEqual(right.key.utf8)
        ? left.id < right.id : left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
    }
  }

  /// Ends an upload: its parts are gone.
  func remove(_ id: String) async throws {
    state.withLock { $0[id] = nil }
    try await queue.write { database in try Self.delete(id, database) }
    try? FileManager.default.removeItem(atPath: directory + "/" + id)
  }

  // MARK: Parts

  /// Gives leave to write a part; every ticket is given back with ``release(_:)``.
  ///
  /// - Throws: NoSuchUpload, also while the upload is completed.
  func claim(_ upload: Upload, _ number: Int, size: UInt64?) throws(StorageRefusal) -> Ticket {
    let ticket = state.withLock { uploads -> Ticket? in
      guard uploads[upload.id]?.isCompleting == false else { return nil }
      guard let place = uploads[upload.id]?.claim(number, size: size, file: "\(number)-\(RandomText.hex(16))") else {
        return nil
      }
      return Ticket(
        upload: upload.id, number: number, place: place, path: path(of: place, upload.id),
        offset: place == .slot ? uploads[upload.id]?.offset(of: number) ?? 0 : 0)
    }
    guard let ticket else { throw .noUpload(upload.id) }
    return ticket
  }

  /// Takes a part whose bytes are written.
  ///
  /// - Throws: NoSuchUpload when the upload ended meanwhile.
  func record(_ part: Upload.Part, _ ticket: Ticket) async throws {
    var file: String?
    if case .file(let name) = ticket.place { file = name }
    let row: StatementArguments = [
      ticket.upload, part.number, Int64(clamping: part.size), part.modified.timeIntervalSince1970, Data(part.digest),
      file,
    ]
    // The row and the value change together: of two bodies for one part the later one wins in both, and what comes too
    // late throws, which takes the row back.
    let old = try await queue.write { [self] database -> String? in
      try database.cachedStatement(sql: "INSERT OR REPLACE INTO upload_part VALUES (?, ?, ?, ?, ?, ?)")
        .execute(arguments: row)
      if ticket.place == .slot {
        let slotSize = state.withLock { $0[ticket.upload]?.slotSize }
        try database.cachedStatement(sql: "UPDATE upload SET slot_size = ? WHERE id = ?")
          .execute(arguments: [slotSize.map { Int64(clamping: $0) }, ticket.upload])
      }
      return try state.withLock { uploads in
        guard uploads[ticket.upload]?.isCompleting == false else { throw StorageRefusal.noUpload(ticket.upload) }
        return uploads[ticket.upload]?.record(part)
      }
    }
    if let old { unlink("\(directory)/\(ticket.upload)/\(old)") }
  }

  /// Gives a ticket back; what became no part is removed, so that it takes no room.
  func release(_ ticket: Ticket) {
    let isPart = state.withLock { uploads in
      if let end = uploads[ticket.upload]?.release(ticket.number, ticket.place) { truncate(ticket.path, off_t(end)) }
      return uploads[ticket.upload]?.parts[ticket.number]?.place == ticket.place
    }
    if !isPart, case .file = ticket.place { unlink(ticket.path) }
  }

  // MARK: Completion

  /// Closes an upload for further parts and plans the object.
  ///
  /// - Throws: NoSuchUpload, OperationAborted while another request completes it, and what is wrong with the list.
  func beginCompletion(
    _ upload: Upload, of listed: [(number: Int, etag: String)], sizeLimit: UInt64
  ) throws(StorageRefusal) -> (upload: Upload, assembly: Upload.Assembly) {
    let outcome = state.withLock { uploads -> Result<(Upload, Upload.Assembly), StorageRefusal> in
      guard let current = uploads[upload.id] else { return .failure(.noUpload(upload.id)) }
      guard !current.isCompleting else { return .failure(.operationAborted) }
      do throws(StorageRefusal) {
        let assembly = try current.assembly(of: listed, sizeLimit: sizeLimit)
        uploads[upload.id]?.isCompleting = true
        return .success((current, assembly))
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  /// Opens an upload again that could not be completed.
  func cancelCompletion(_ id: String) {
    state.withLock { $0[id]?.isCompleting = false }
  }

  /// Makes one file of the parts and returns its path, size and time, which renaming does not change.
  ///
  /// - Throws: `POSIXError`, for one when the disk is full.
  func assemble(_ upload: Upload, _ assembly: Upload.Assembly) throws -> (path: String, status: BucketTree.Status) {
    let target = path(of: assembly.isInPlace ? .slot : .file("object"), upload.id)
    if !assembly.isInPlace { unlink(target) }
    let output = try OpenDescriptor(target, O_RDWR | O_CREAT)
    var position: UInt64 = 0
    for part in assembly.parts {
      let isSlot = part.place == .slot
      if !(isSlot && assembly.isInPlace) {
        let input = try OpenDescriptor(path(of: part.place, upload.id), O_RDONLY)
        // A slot may hold other bytes, which zeros have to replace.
        try input.copy(
          from: isSlot ? upload.offset(of: part.number) : 0, count: part.size, to: output, at: position,
          keepsHoles: !assembly.isInPlace)
      }
      position += part.size
    }
    try output.setSize(assembly.size)
    return (target, try output.status())
  }

  /// Writes down what the object will be, so that a cloud which ends before all is done can finish it.
  func promise(_ facts: ObjectCatalog.Facts, _ id: String) async throws {
    let text = String(decoding: try JSONEncoder().encode(facts), as: UTF8.self)
    try await queue.write { database in
      try database.execute(sql: "UPDATE upload SET completion = ? WHERE id = ?", arguments: [text, id])
    }
  }
}
