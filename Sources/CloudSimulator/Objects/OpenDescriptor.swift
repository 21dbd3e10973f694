import Foundation

#if canImport(Glibc)
  import Glibc
#endif

/// A file that is open until this object goes; every call says where in the file it means.
final class OpenDescriptor {
  let number: Int32

  /// - Throws: `POSIXError`.
  init(_ path: String, _ flags: Int32) throws {
    number = open(path, flags | O_CLOEXEC, 0o644)
    guard number >= 0 else { throw Self.error() }
  }

  deinit { close(number) }

  private static func error() -> POSIXError { POSIXError(.init(rawValue: errno) ?? .EIO) }

  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws {
    var done = 0
    while done < bytes.count {
      let count = pwrite(number, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset) + off_t(done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw count == 0 ? POSIXError(.EIO) : Self.error() }
      done += count
    }
  }

  func setSize(_ size: UInt64) throws {
    guard ftruncate(number, off_t(size)) == 0 else { throw Self.error() }
  }

  func status() throws -> BucketTree.Status {
    var facts = stat()
    guard fstat(number, &facts) == 0 else { throw Self.error() }
    return BucketTree.Status(facts)
  }

  /// Whence of `lseek`: the next byte that is stored, and the next hole. Glibc hides them behind `_GNU_SOURCE`.
  private static let seekData: Int32 = 3
  private static let seekHole: Int32 = 4

  /// Copies a piece into another file. What lies behind the end counts as zeros.
  ///
  /// With `keepsHoles` a hole stays one, for which the other file must have nothing there yet.
  func copy(
    from start: UInt64, count: UInt64, to output: OpenDescriptor, at target: UInt64, keepsHoles: Bool
  ) throws {
    let end = start + count
    var position = start
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while position < end {
      let data = keepsHoles ? try next(Self.seekData, from: position, end: end) : position
      guard data < end else { return }
      let hole = keepsHoles ? try next(Self.seekHole, from: data, end: end) : end
      position = data
      while position < hole {
        let length = Int(min(UInt64(buffer.count), hole - position))
        try buffer.withUnsafeMutableBytes { buffer in
          let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<length])
          try read(into: piece, at: position)
          try output.write(UnsafeRawBufferPointer(piece), at: target + (position - start))
        }
        position += UInt64(length)
      }
    }
  }

  /// Place of the next data or hole, `end` where there is none before.
  private func next(_ whence: Int32, from position: UInt64, end: UInt64) throws -> UInt64 {
    let found = lseek(number, off_t(position), whence)
    if found >= 0 { return min(UInt64(found), end) }
    // Behind the end of the file there is neither. A file system without holes is all data.
    if errno == ENXIO { return end }
    guard errno == EINVAL else { throw Self.error() }
    return whence == Self.seekData ? position : end
  }

  /// Reads a piece of the file bit by bit.
  func forEachPiece(of range: Range<UInt64>, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var position = range.lowerBound
    while position < range.upperBound {
      let length = Int(min(UInt64(buffer.count), range.upperBound - position))
      try buffer.withUnsafeMutableBytes { buffer in
        let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<length])
        try read(into: piece, at: position)
        try body(UnsafeRawBufferPointer(piece))
      }
      position += UInt64(length)
    }
  }

  /// Fills a buffer; what lies behind the end of the file reads as zeros.
  private func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws {
    var done = 0
    while done < buffer.count {
      let count = pread(number, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset) + off_t(done))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.error() }
      if count == 0 { break }
      done += count
    }
    for index in done..<buffer.count { buffer[index] = 0 }
  }
}
