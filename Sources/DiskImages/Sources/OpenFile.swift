import Glibc

/// A file descriptor that is closed when the last reference goes.
final class OpenFile: Sendable {
  let descriptor: Int32

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  func status(path: String) throws -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw DiskImageError.system("examine", path) }
    return status
  }
}
