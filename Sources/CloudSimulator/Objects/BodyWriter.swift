import Foundation

/// Writes a body to its place in a file as it comes; pieces of zeros become holes.
final class BodyWriter {
  private let file: OpenDescriptor
  private let start: UInt64
  private(set) var size: UInt64 = 0
  /// Pieces of zeros from this size on become holes.
  private static let leastHole = 4096

  /// Writes from `offset` on, where nothing may be yet.
  ///
  /// - Throws: `POSIXError`.
  init(path: String, offset: UInt64 = 0) throws {
    file = try OpenDescriptor(path, O_RDWR | O_CREAT)
    start = offset
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
    // All bytes are zero when the first is, and each is like the one before.
    let isZero = bytes.count >= Self.leastHole && bytes[0] == 0 && memcmp(base, base + 1, bytes.count - 1) == 0
    if !isZero { try file.write(bytes, at: start + size) }
    size += UInt64(bytes.count)
  }

  /// Ends the file behind the body.
  func end() throws { try file.setSize(start + size) }

  func status() throws -> BucketTree.Status { try file.status() }
}
