/// Writes blocks to their places in a RAW file and leaves holes where they are zero.
final class RawWriter {
  /// Zeros shorter than this inside a block are written: smaller holes cost more than they save.
  private static let grain = 65536

  private let file: OutputFile
  private let size: UInt64

  /// `size` is the disk's; what a block has behind it is not written.
  init(_ file: OutputFile, size: UInt64) {
    self.file = file
    self.size = size
  }

  func write(_ bytes: UnsafeRawBufferPointer, block: Int) throws {
    let place = UInt64(block) * UInt64(bytes.count)
    let length = Int(min(UInt64(bytes.count), size - min(size, place)))
    var run = 0..<0
    for start in stride(from: 0, to: length, by: Self.grain) {
      let grain = start..<min(length, start + Self.grain)
      if UnsafeRawBufferPointer(rebasing: bytes[grain]).isAllZero {
        try write(bytes[run], at: place + UInt64(run.lowerBound))
        run = grain.upperBound..<grain.upperBound
      } else {
        run = (run.isEmpty ? grain.lowerBound : run.lowerBound)..<grain.upperBound
      }
    }
    try write(bytes[run], at: place + UInt64(run.lowerBound))
  }

  private func write(_ bytes: Slice<UnsafeRawBufferPointer>, at offset: UInt64) throws {
    if !bytes.isEmpty { try file.write(UnsafeRawBufferPointer(rebasing: bytes), at: offset) }
  }
}
