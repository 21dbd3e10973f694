import Glibc

/// Writes to file descriptor 2.
enum StandardError {
  /// Writes a text in one piece, so that lines of several threads do not mix; gives up silently when the other end is gone.
  static func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
  }
}
