/// A stretch of bytes that holds a file system: a partition, or a logical volume in pieces.
struct GuestVolume {
  /// A part that lies on the disk in one piece.
  struct Piece {
    /// Offset in the volume.
    var start: UInt64
    var length: UInt64
    /// Offset on the disk.
    var place: UInt64
  }

  let reader: GuestReader
  /// Ascending, without gaps.
  let pieces: [Piece]
  let size: UInt64

  /// A part of the disk, cut where the disk ends.
  init(_ reader: GuestReader, at offset: UInt64, length: UInt64) {
    let place = min(offset, reader.disk.size)
    let length = min(length, reader.disk.size - place)
    self.init(reader, [Piece(start: 0, length: length, place: place)])
  }

  init(_ reader: GuestReader, _ pieces: [Piece]) {
    self.reader = reader
    self.pieces = pieces
    size = pieces.last.map { $0.start + $0.length } ?? 0
  }

  /// Exactly `count` bytes; throws `corrupt` where the volume does not have them.
  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    guard count >= 0, let end = offset.adding(UInt64(count)), end <= size else {
      throw Self.outside(offset, count, size)
    }
    var out: [UInt8] = []
    var place = offset
    for piece in pieces where place < end && place >= piece.start && place - piece.start < piece.length {
      let skip = place - piece.start
      let length = min(end - place, piece.length - skip)
      out += try reader.read(at: piece.place + skip, count: Int(length))
      place += length
    }
    guard place == end else { throw Self.outside(offset, count, size) }
    return out
  }

  /// Bytes of a block, whose number and size come from the disk.
  func read(block: UInt64, of size: UInt64, skip: UInt64 = 0, count: Int) throws -> [UInt8] {
    let (start, overflow) = block.multipliedReportingOverflow(by: size)
    guard !overflow, let place = start.adding(skip) else { throw Self.outside(block, count, self.size) }
    return try read(at: place, count: count)
  }

  private static func outside(_ offset: UInt64, _ count: Int, _ size: UInt64) -> DiskImageError {
    DiskImageError(.corrupt, "a file system names \(count) bytes at \(offset), its volume has \(size)")
  }
}
