import Glibc

/// A connected socket of the local machine, read and written whole messages at a time.
///
/// One thread at a time may use it, except for ``shutDown()``.
final class StreamSocket: Sendable {
  private let file: OpenFile

  /// Connects to the socket at `path`, at most 107 bytes long.
  init(path: String) throws {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw DiskImageError.system("make a socket for", path) }
    file = OpenFile(descriptor)
    let code = try Self.withAddress(path) { connect(descriptor, $0, $1) }
    guard code == 0 else { throw DiskImageError.system("connect to", path) }
  }

  /// A socket that listens at `path`.
  static func listening(at path: String, backlog: Int) throws -> OpenFile {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw DiskImageError.system("make a socket for", path) }
    let file = OpenFile(descriptor)
    guard try withAddress(path, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, Int32(backlog)) == 0 else {
      throw DiskImageError.system("listen at", path)
    }
    return file
  }

  /// Ends the connection; calls that wait for the other side fail.
  func shutDown() { shutdown(file.descriptor, Int32(SHUT_RDWR)) }

  /// Sends all of `bytes`; false when the other side is gone.
  func send(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = Glibc.send(
          file.descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, Int32(MSG_NOSIGNAL))
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        done += count
      }
      return true
    }
  }

  /// Fills `buffer`; false when the other side is gone.
  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Bool {
    var done = 0
    while done < buffer.count {
      let count = recv(file.descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, 0)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  private static func withAddress<Result>(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) throws -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard path.utf8.count < room else {
      throw DiskImageError(
        .io, "the path '\(path)' is too long for a socket", hint: "set TMPDIR to a directory with a short path")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
    }
  }
}
