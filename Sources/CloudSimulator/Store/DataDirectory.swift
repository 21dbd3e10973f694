import CloudAccess
import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// The directory of one local cloud: where things lie in it, and the lock that keeps a second cloud out.
///
///     DIR/buckets/BUCKET/KEY   objects, as plain files
///     DIR/uploads/             objects being written
///     DIR/multipart/ID/        parts of multipart uploads
///     DIR/cloud.sqlite         images, jobs, tokens, object facts
///     DIR/credentials.json     access key, user, project; 0600
///     DIR/lock                 held while a cloud runs
final class DataDirectory: Sendable {
  let path: String
  private let lock: Int32

  var buckets: String { path + "/buckets" }
  var uploads: String { path + "/uploads" }
  var multipart: String { path + "/multipart" }
  var database: String { path + "/cloud.sqlite" }
  var credentials: String { path + "/credentials.json" }

  /// Makes what is missing and takes the lock.
  ///
  /// - Throws: `LocalCloudError` when the directory cannot be made or another process holds it.
  init(path: String) throws {
    let absolute = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    self.path = absolute.count > 1 && absolute.hasSuffix("/") ? String(absolute.dropLast()) : absolute
    do {
      for directory in [self.path, self.path + "/buckets", self.path + "/uploads", self.path + "/multipart"] {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      }
    } catch {
      throw LocalCloudError(
        "The data directory \(path) cannot be made: \(SystemErrorText.text(error))",
        hint: "choose a directory that can be written")
    }
    lock = open(self.path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else {
      throw LocalCloudError("The data directory \(path) cannot be written: \(String(cString: strerror(errno)))")
    }
    // From here on the deinitializer closes the lock, also when this throws.
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      throw LocalCloudError(
        "The data directory \(path) is in use by another local cloud",
        hint: "stop that one, or give this one a directory of its own")
    }
    for name in (try? FileManager.default.contentsOfDirectory(atPath: uploads)) ?? [] {
      unlink(uploads + "/" + name)
    }
  }

  /// Lets another cloud use the directory; closing the descriptor alone is left to the end of this object.
  func unlock() {
    flock(lock, LOCK_UN)
  }

  deinit {
    if lock >= 0 { close(lock) }
  }
}
