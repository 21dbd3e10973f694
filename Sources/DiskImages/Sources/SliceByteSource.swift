/// A part of another source as a source of its own: a file inside an archive.
struct SliceByteSource: ByteSource {
  let source: any ByteSource
  let start: UInt64
  let size: UInt64

  /// The part from `start` on, cut where the source ends.
  init(_ source: any ByteSource, start: UInt64, size: UInt64) {
    self.source = source
    self.start = min(start, source.size)
    self.size = min(size, source.size - self.start)
  }

  var isDistant: Bool { source.isDistant }

  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    let length = available(at: offset, count: count)
    return length == 0 ? [] : try source.read(at: start + offset, count: length)
  }
}
