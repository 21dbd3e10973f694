/// The bytes of the last part of a stream that can be read once, and where its reader is in them.
///
/// A part begins at a checkpoint. Its bytes are kept behind the checkpoint at its end as well, until the first byte of the
/// next part is asked for: only then the store has it.
struct KeptBytes {
  /// How many bytes there were in all.
  private(set) var total: UInt64 = 0
  private var pieces: [[UInt8]] = []
  /// How many checkpoints lie in front of the bytes.
  private var checkpoints = 0
  /// Whether a checkpoint lies behind them.
  private var isClosed = false
  /// The piece, and the byte in it, that is read next.
  private var place = (piece: 0, byte: 0)
  private var isAtEnd = false

  /// Begins again at a checkpoint; false where the bytes behind it are gone.
  mutating func goBack(to count: Int) -> Bool {
    if isClosed, count == checkpoints + 1 { return true }
    guard count == checkpoints else { return false }
    isClosed = false
    place = (0, 0)
    return true
  }

  /// The next bytes that are kept, none at the end of the stream; nil where the stream has to be asked.
  mutating func next(upTo limit: Int) -> [UInt8]? {
    if isClosed {
      isClosed = false
      checkpoints += 1
      pieces = []
      place = (0, 0)
    }
    guard place.piece < pieces.count else { return isAtEnd ? [] : nil }
    let piece = pieces[place.piece]
    let end = min(piece.count, place.byte + max(limit, 0))
    let bytes = place.byte == 0 && end == piece.count ? piece : Array(piece[place.byte..<end])
    place = end == piece.count ? (place.piece + 1, 0) : (place.piece, end)
    return bytes
  }

  /// What the stream gave, and the reader was given; nothing at its end.
  mutating func add(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else {
      isAtEnd = true
      return
    }
    total += UInt64(bytes.count)
    pieces.append(bytes)
    place = (pieces.count, 0)
  }

  /// A checkpoint lies where the reader is.
  mutating func close() { isClosed = true }
}
