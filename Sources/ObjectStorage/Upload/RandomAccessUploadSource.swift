/// A source whose bytes can be read anywhere and again, such as a file: its parts are read in parallel and never held whole.
public protocol RandomAccessUploadSource: UploadSource {
  /// Reads bytes at an offset into the buffer and returns how many: fewer than fit only at the end of the source.
  ///
  /// Called from several threads at once, each with another buffer; it may block.
  func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}
