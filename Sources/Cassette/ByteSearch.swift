import Foundation

/// Finding bytes among bytes; the C library looks for the first of them.
enum ByteSearch {
  /// Where the needle begins, from `start` on.
  static func find(_ needle: [UInt8], in bytes: [UInt8], from start: Int = 0) -> Int? {
    guard !needle.isEmpty, bytes.count - start >= needle.count else { return nil }
    return bytes.withUnsafeBytes { buffer -> Int? in
      guard let base = buffer.baseAddress else { return nil }
      var index = start
      let last = buffer.count - needle.count
      while index <= last, let found = memchr(base + index, Int32(needle[0]), last - index + 1) {
        index = UnsafeRawPointer(found) - base
        if memcmp(found, needle, needle.count) == 0 { return index }
        index += 1
      }
      return nil
    }
  }

  /// Puts other bytes in place of every needle.
  static func replace(_ needle: [UInt8], by replacement: [UInt8], in bytes: inout [UInt8]) {
    guard var found = find(needle, in: bytes) else { return }
    var output: [UInt8] = []
    var index = 0
    while true {
      output += bytes[index..<found]
      output += replacement
      index = found + needle.count
      guard let next = find(needle, in: bytes, from: index) else { break }
      found = next
    }
    output += bytes[index...]
    bytes = output
  }
}
