import CloudAccess
import Foundation
import NIOPosix
import Synchronization

/// What comes out of a pipe, such as standard input, as the source of an upload.
///
/// Its bytes come once. Those of the part under way are kept until the next one begins, so that a part that fails is sent
/// again; a later run cannot get them, so an upload that does not succeed is given up at the store.
public final class PipeUploadSource: SequentialUploadSource {
  /// The most bytes of a stream whose size nobody knows: the largest image file there may be.
  public static let usualBound: UInt64 = 1 << 40
  private static let longestRead = 512 << 10

  public let name: String
  /// Of no other stream: nothing that was stored for one belongs to another.
  public let fingerprint = "stream:\(UUID().uuidString)"
  public let size: UInt64?
  public let sizeBound: UInt64
  public var comesOnce: Bool { true }

  private let descriptor: Int32
  /// A thread of its own: a read may wait for as long as whoever writes likes.
  private let thread = NIOThreadPool(numberOfThreads: 1)
  private let kept = Mutex(KeptBytes())
  private let isCancelled = Mutex(false)

  /// Reads from a descriptor, which stays open and must not be read by anybody else meanwhile; `size` is how many bytes
  /// will come, where that is known: fewer or more are an error.
  public init(descriptor: Int32, name: String, size: UInt64? = nil, bound: UInt64 = usualBound) {
    self.descriptor = descriptor
    self.name = name
    self.size = size
    sizeBound = size ?? bound
    thread.start()
    // Larger pipes take fewer calls; where that is not allowed, the usual size will do.
    _ = fcntl(descriptor, Self.setPipeSize, 1 << 20)
  }

  deinit { thread.shutdownGracefully { _ in } }

  /// Throws a ``CloudError`` of kind `conflict` for bytes that are gone, which an upload never asks for.
  public func open(after checkpoints: [[UInt8]]) async throws -> any UploadStream {
    guard kept.withLock({ $0.goBack(to: checkpoints.count) }) else {
      throw CloudError(
        kind: .conflict, message: "\(name) cannot be read again from part \(checkpoints.count) on.",
        hint: "begin again, with the program that writes it")
    }
    return Stream(source: self)
  }

  fileprivate func next(upTo limit: Int) async throws -> [UInt8] {
    if let bytes = kept.withLock({ $0.next(upTo: limit) }) { return bytes }
    let bytes = try await withTaskCancellationHandler {
      try await thread.runIfActive { try self.read(upTo: min(limit, Self.longestRead)) }
    } onCancel: {
      isCancelled.withLock { $0 = true }
    }
    try Task.checkCancellation()
    let isEmpty = kept.withLock { kept in
      kept.add(bytes)
      return kept.total == 0
    }
    // Whoever was to write has failed, most likely; an empty object would hide that.
    if bytes.isEmpty, isEmpty, size != 0 {
      throw CloudError(
        kind: .conflict, message: "\(name) ended without a byte.",
        hint: "look at what the program that writes to it says")
    }
    return bytes
  }

  fileprivate func checkpoint() -> [UInt8] {
    kept.withLock { $0.close() }
    return []
  }

  /// Waits for bytes, looking up now and then whether they are still wanted; none at the end.
  private func read(upTo limit: Int) throws -> [UInt8] {
    while true {
      if isCancelled.withLock({ $0 }) { throw CancellationError() }
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, 100)
      if ready == 0 || ready < 0 && errno == EINTR { continue }
      // A pipe often gives less than is asked for, and what is kept should be no larger than what came.
      let bytes: [UInt8]? = withUnsafeTemporaryAllocation(byteCount: limit, alignment: 16) { buffer in
        let count = Glibc.read(descriptor, buffer.baseAddress, limit)
        return count < 0 ? nil : Array(buffer[..<count])
      }
      if let bytes { return bytes }
      guard errno == EINTR || errno == EAGAIN else {
        throw CloudError(
          kind: .conflict, message: "\(name): cannot read: \(String(cString: strerror(errno))).",
          hint: "look at what the program that writes to it says")
      }
    }
  }

  // From <fcntl.h>, where it is visible to GNU sources only.
  private static let setPipeSize: Int32 = 1031

  private struct Stream: UploadStream {
    let source: PipeUploadSource

    func next(upTo limit: Int) async throws -> [UInt8] { try await source.next(upTo: limit) }
    func checkpoint() async throws -> [UInt8] { source.checkpoint() }
    func close() async {}
  }
}
