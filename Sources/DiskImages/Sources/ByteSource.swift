/// Bytes that can be read at any place: a file, bytes in memory, later ranges of an object in the cloud.
///
/// Inspection and the readers need nothing more, so the same code serves local files and byte ranges.
public protocol ByteSource: Sendable {
  /// The number of bytes there are.
  var size: UInt64 { get }

  /// The bytes it takes where it is stored, less than ``size`` for a file with holes; nil where nobody knows.
  var storedSize: UInt64? { get }

  /// Whether every read is a round trip, so that few and small ones are wanted.
  var isDistant: Bool { get }

  /// Reads `count` bytes from `offset`; fewer only where the source ends, none behind its end.
  func read(at offset: UInt64, count: Int) throws -> [UInt8]

  /// Fills `buffer` from `offset` and returns how many bytes were read; fewer than asked only where the source ends.
  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

extension ByteSource {
  public var storedSize: UInt64? { nil }
  public var isDistant: Bool { false }

  public func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let bytes = try read(at: offset, count: buffer.count)
    let count = min(bytes.count, buffer.count)
    bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    return count
  }

  /// How many of `count` bytes asked for at `offset` exist.
  func available(at offset: UInt64, count: Int) -> Int {
    guard offset < size, count > 0 else { return 0 }
    return Int(min(UInt64(count), size - offset))
  }

  /// Reads exactly `count` bytes, or throws ``DiskImageError`` of kind `truncated` that names `what` is cut off.
  func readExactly(at offset: UInt64, count: Int, what: String) throws -> [UInt8] {
    let bytes = try read(at: offset, count: count)
    guard bytes.count == count else {
      throw DiskImageError.truncated(what, at: offset, expected: count, found: bytes.count)
    }
    return bytes
  }

  /// The last `count` bytes, or all there are.
  func readTail(_ count: Int) throws -> [UInt8] {
    let length = min(UInt64(max(0, count)), size)
    return try read(at: size - length, count: Int(length))
  }
}
