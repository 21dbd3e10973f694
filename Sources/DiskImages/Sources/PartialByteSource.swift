/// A source of which only some ranges are at hand; a read outside them throws ``MissingRange``.
///
/// It turns code written for plain reads into a plan of ranges to fetch: run it, fetch the range it misses, run it
/// again. ``DiskInspector/inspect(size:fileName:fetch:)`` does so for objects behind HTTP.
struct PartialByteSource: ByteSource {
  /// Thrown by a read that needs bytes which were not fetched yet.
  struct MissingRange: Error {
    let range: Range<UInt64>
  }

  let size: UInt64
  var isDistant: Bool { true }
  private var pieces: [(offset: UInt64, bytes: [UInt8])] = []

  init(size: UInt64) {
    self.size = size
  }

  mutating func add(_ bytes: [UInt8], at offset: UInt64) {
    pieces.append((offset, bytes))
  }

  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    let length = available(at: offset, count: count)
    guard length > 0 else { return [] }
    for piece in pieces where piece.offset <= offset {
      let skip = offset - piece.offset
      if skip <= UInt64(piece.bytes.count), UInt64(piece.bytes.count) - skip >= UInt64(length) {
        return Array(piece.bytes[Int(skip)..<Int(skip) + length])
      }
    }
    throw MissingRange(range: offset..<offset + UInt64(length))
  }
}
