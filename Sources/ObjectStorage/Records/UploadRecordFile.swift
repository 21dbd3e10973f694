import CloudAccess
import Foundation
import Synchronization

/// The file of one upload's record, held for one process at a time.
///
/// A lock of the system, not a mark in the file, so that a killed process holds nothing.
final class UploadRecordFile: Sendable {
  let path: String
  private let descriptor: Int32
  /// Writes come from one upload, but its end may come from another thread.
  private let isGone = Mutex(false)

  private init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    // An upload that failed before it was begun leaves nothing behind.
    var facts = stat()
    if fstat(descriptor, &facts) == 0, facts.st_size == 0, isCurrent { unlink(path) }
    close(descriptor)
  }

  /// Opens the record for a target, makes it where there is none, and locks it.
  ///
  /// Throws a ``CloudError`` of kind `conflict` when another process has it.
  static func open(directory: String, store: String, bucket: String, key: String) throws -> UploadRecordFile {
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw failure("cannot make the directory", directory, errno)
    }
    let path = directory + "/" + name(store: store, bucket: bucket, key: key)
    var tries = 0
    while true {
      let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
      guard descriptor >= 0 else { throw failure("cannot open", path, errno) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        close(descriptor)
        tries += 1
        // Somebody who only looks whether it is locked holds it for a moment as well.
        if tries < 4 {
          usleep(5000)
          continue
        }
        throw CloudError(
          kind: .conflict, message: "Another process is uploading to \(bucket):\(key).",
          hint: "wait until it has ended; its progress is in \(path)")
      }
      let file = UploadRecordFile(path: path, descriptor: descriptor)
      // Whoever held it before may have ended and removed it between the two calls: then this is nobody's file.
      if file.isCurrent { return file }
    }
  }

  /// The name of the file for a target: keys hold characters that file names cannot.
  static func name(store: String, bucket: String, key: String) -> String {
    Fingerprint.sha256(Array("\(store)\n\(bucket)\n\(key)".utf8)).prefix(32) + ".upload"
  }

  private var isCurrent: Bool {
    var own = stat()
    var there = stat()
    return fstat(descriptor, &own) == 0 && lstat(path, &there) == 0 && own.st_ino == there.st_ino
      && own.st_dev == there.st_dev
  }

  /// What the file says; nil when it says nothing that can be used. Half a line at its end, as a kill leaves it, is cut off,
  /// so that the next one does not continue it.
  func load() throws -> UploadRecord? {
    guard let data = FileManager.default.contents(atPath: path) else { throw Self.failure("cannot read", path, errno) }
    var length = 0
    let record = UploadRecord(lines: Array(data), length: &length)
    if record != nil, ftruncate(descriptor, off_t(length)) != 0 || lseek(descriptor, 0, SEEK_END) < 0 {
      throw Self.failure("cannot write", path, errno)
    }
    return record
  }

  /// Begins the record of another upload in place of what there was.
  func begin(_ record: UploadRecord) throws {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw Self.failure("cannot write", path, errno)
    }
    try append(record.line)
    // The name of a new file is durable only with its directory.
    let directory = Glibc.open(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]), O_RDONLY | O_CLOEXEC)
    if directory >= 0 {
      fsync(directory)
      close(directory)
    }
  }

  /// Adds a stored part; when this returns the disk has it.
  func add(_ part: UploadRecord.Part) throws { try append(UploadRecord.line(part)) }

  /// The upload is over, one way or another.
  func remove() {
    let first = isGone.withLock { gone in
      defer { gone = true }
      return !gone
    }
    if first { unlink(path) }
  }

  private func append(_ text: String) throws {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw Self.failure("cannot write", path, errno)
      }
      bytes = bytes.dropFirst(count)
    }
    guard fdatasync(descriptor) == 0 else { throw Self.failure("cannot write", path, errno) }
  }

  private static func failure(_ what: String, _ path: String, _ number: Int32) -> CloudError {
    CloudError(
      kind: .validation, message: "\(path): \(what): \(String(cString: strerror(number))).",
      hint: "uploads are remembered there, so that they can go on after an interruption")
  }
}
