import CloudAccess
import Foundation

/// A file on disk as the source of an upload.
public final class FileUploadSource: RandomAccessUploadSource {
  public let name: String
  public let fingerprint: String
  private let path: String
  private let descriptor: Int32
  private let length: UInt64

  public var size: UInt64? { length }
  public var sizeBound: UInt64 { length }

  /// Opens the file for reading; `name` is what the user calls it, where that is not its path. Block devices work as well.
  ///
  /// Throws a ``CloudError`` of kind `validation` when it cannot be read or is a directory, pipe or terminal.
  public init(path place: String, name: String? = nil) throws {
    let path = name ?? place
    // Opening a pipe that nobody writes to would wait for good.
    let descriptor = place.withCString { Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { throw Self.error("cannot open", path, errno) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else {
      let number = errno
      close(descriptor)
      throw Self.error("cannot read", path, number)
    }
    let end = lseek(descriptor, 0, SEEK_END)
    let kind = facts.st_mode & S_IFMT
    guard kind == S_IFREG || kind == S_IFBLK, end >= 0 else {
      close(descriptor)
      throw CloudError(
        kind: .validation, message: "\(path) is \(kind == S_IFDIR ? "a directory" : "no regular file").",
        hint: "only files and block devices can be uploaded")
    }
    self.descriptor = descriptor
    self.path = path
    self.name = path
    length = UInt64(end)
    fingerprint = Self.fingerprint(of: facts, length: UInt64(end))
  }

  deinit { close(descriptor) }

  /// Gives the opened file to whoever has to know which one it is; it must not be read, moved or closed through it.
  public func withDescriptor<Value>(_ body: (Int32) throws -> Value) rethrows -> Value { try body(descriptor) }

  public func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var done = 0
    while done < buffer.count {
      let count = pread(
        descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset) + off_t(done))
      if count < 0 {
        if errno == EINTR { continue }
        throw Self.unreadable(path, at: offset + UInt64(done), errno)
      }
      if count == 0 { break }
      done += count
    }
    return done
  }

  public func checkUnchanged() throws {
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw Self.error("cannot read", path, errno) }
    let end = lseek(descriptor, 0, SEEK_END)
    guard Self.fingerprint(of: facts, length: UInt64(max(end, 0))) == fingerprint else {
      throw CloudError(
        kind: .conflict, message: "\(path) was changed while it was uploaded.",
        hint: "upload it again when nothing writes to it any more")
    }
  }

  /// Size, time of the last change and the file's identity: what `rsync` and `make` go by, and the inode on top, so that a
  /// file put in another's place counts as another even within the clock's grain.
  private static func fingerprint(of facts: stat, length: UInt64) -> String {
    "file:\(length):\(facts.st_mtim.tv_sec).\(facts.st_mtim.tv_nsec):\(facts.st_dev):\(facts.st_ino)"
  }

  /// Unlike a file that cannot be opened, nothing the caller could have known: what is stored stays, for another run.
  private static func unreadable(_ path: String, at offset: UInt64, _ number: Int32) -> CloudError {
    CloudError(
      kind: .conflict, message: "\(path): cannot read at offset \(offset): \(String(cString: strerror(number))).",
      hint: number == EIO
        ? "the device or the way to it fails; the kernel's log tells more: dmesg, journalctl -k" : nil)
  }

  private static func error(_ what: String, _ path: String, _ number: Int32) -> CloudError {
    CloudError(
      kind: number == ENOENT ? .not_found : .validation,
      message: "\(path): \(what): \(String(cString: strerror(number))).",
      hint: number == ENOENT ? "check the path" : nil)
  }
}
