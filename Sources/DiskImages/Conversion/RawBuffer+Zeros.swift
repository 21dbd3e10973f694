import Glibc

extension UnsafeRawBufferPointer {
  /// Whether every byte is zero.
  ///
  /// Comparing the buffer with itself, shifted by one byte, leaves the work to the C library's vector code, which is
  /// as fast in a debug build as in a release build.
  var isAllZero: Bool {
    guard let base = baseAddress, count > 0 else { return true }
    return self[0] == 0 && memcmp(base, base + 1, count - 1) == 0
  }
}

extension Slice where Base == UnsafeMutableRawBufferPointer {
  func zero() {
    let bytes = UnsafeMutableRawBufferPointer(rebasing: self)
    if let base = bytes.baseAddress { memset(base, 0, bytes.count) }
  }
}
