import Foundation
import Synchronization

/// Where bytes go at last: a file descriptor, or memory in tests.
public protocol ByteSink: Sendable {
  /// Writes all of it, or throws the `errno` that stopped it.
  func write(_ bytes: [UInt8]) throws(WriteFailure)
}

/// Why bytes could not be written, as an `errno`.
public struct WriteFailure: Error, Sendable, Hashable, CustomStringConvertible {
  public var code: Int32

  public init(code: Int32) {
    self.code = code
  }

  public var description: String { String(cString: strerror(code)) }
}

/// A descriptor that is open elsewhere and stays open.
public struct DescriptorSink: ByteSink {
  let descriptor: Int32

  public init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  /// Waits where the descriptor is non-blocking (a parent may have set that on a shared one).
  public func write(_ bytes: [UInt8]) throws(WriteFailure) {
    var offset = 0
    while offset < bytes.count {
      let written = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
      }
      if written >= 0 {
        offset += written
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&ready, 1, 1000)
      default: throw WriteFailure(code: errno)
      }
    }
  }
}

/// Keeps what was written, for tests and for embedding.
public final class MemorySink: ByteSink {
  private let stored = Mutex<[UInt8]>([])

  public init() {}

  public func write(_ bytes: [UInt8]) {
    stored.withLock { $0 += bytes }
  }

  public var bytes: [UInt8] { stored.withLock { $0 } }
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}
