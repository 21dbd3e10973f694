/// Writes blocks to their places in a RAW file and leaves holes where they are zero.
final class RawWriteWorker: BlockWorker {
  /// Zeros shorter than this inside a block are written: smaller holes cost more than they save.
  private static let grain = 65536

  private let file: OutputFile
  private let size: UInt64

  init(_ file: OutputFile, size: UInt64) {
    self.file = file
    self.size = size
  }

  func work(
    on bytes: UnsafeRawBufferPointer, block: Int, into slot: UnsafeMutableRawBufferPointer
  ) throws -> Int? {
    let place = UInt64(block) * UInt64(bytes.count)
    let length = Int(min(UInt64(bytes.count), size - min(size, place)))
    var stored = false
    var run = 0..<0
    for start in stride(from: 0, to: length, by: Self.grain) {
      let grain = start..<min(length, start + Self.grain)
      if UnsafeRawBufferPointer(rebasing: bytes[grain]).isAllZero {
        try write(bytes[run], at: place + UInt64(run.lowerBound))
        run = grain.upperBound..<grain.upperBound
      } else {
        stored = true
        run = (run.isEmpty ? grain.lowerBound : run.lowerBound)..<grain.upperBound
      }
    }
    try write(bytes[run], at: place + UInt64(run.lowerBound))
    return stored ? 0 : nil
  }

  private func write(_ bytes: Slice<UnsafeRawBufferPointer>, at offset: UInt64) throws {
    if !bytes.isEmpty { try file.write(UnsafeRawBufferPointer(rebasing: bytes), at: offset) }
  }
}
