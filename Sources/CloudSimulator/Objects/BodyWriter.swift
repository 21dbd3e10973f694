import Crypto
import Foundation

/// Writes a body to its place in a file as it comes, and computes its digests on the way.
final class BodyWriter {
  private let file: OpenDescriptor
  private let start: UInt64
  private(set) var size: UInt64 = 0
  private var md5 = Insecure.MD5()
  private var sha256: SHA256?
  /// Pieces of zeros from this size on become holes.
  private static let leastHole = 4096

  /// Writes from `offset` on, where nothing may be yet.
  ///
  /// - Throws: `POSIXError`.
  init(path: String, offset: UInt64 = 0, computesSHA256: Bool) throws {
    file = try OpenDescriptor(path, O_RDWR | O_CREAT)
    start = offset
    sha256 = computesSHA256 ? SHA256() : nil
  }

  func append(_ bytes: UnsafeRawBufferPointer) throws {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return }
    md5.update(bufferPointer: bytes)
    sha256?.update(bufferPointer: bytes)
    // All bytes are zero when the first is, and each is like the one before.
    let isZero = bytes.count >= Self.leastHole && bytes[0] == 0 && memcmp(base, base + 1, bytes.count - 1) == 0
    if !isZero { try file.write(bytes, at: start + size) }
    size += UInt64(bytes.count)
  }

  /// Ends the file behind the body.
  func end() throws { try file.setSize(start + size) }

  func status() throws -> BucketTree.Status { try file.status() }

  func digests() -> (md5: [UInt8], sha256: [UInt8]?) {
    (Array(md5.finalize()), sha256.map { Array($0.finalize()) })
  }
}
