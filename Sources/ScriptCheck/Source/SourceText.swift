/// The text of a script, with its lines found.
struct SourceText: Sendable {
  /// The name findings give, such as the path of the file.
  let name: String
  let bytes: [UInt8]
  /// Where each line begins.
  private let lineStarts: [Int]
  /// How many characters begin in front of every 1024th byte.
  private let characters: [Int]

  init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
    lineStarts = Self.lineStarts(bytes)
    var count = 0
    var counts: [Int] = [0]
    counts.reserveCapacity(bytes.count / 1024 + 1)
    for start in stride(from: 0, to: bytes.count, by: 1024) {
      count += Self.characters(bytes[start..<min(start + 1024, bytes.count)])
      counts.append(count)
    }
    characters = counts
  }

  /// A character counts once, by its first byte.
  private static func characters(_ bytes: ArraySlice<UInt8>) -> Int { bytes.count { $0 & 0xC0 != 0x80 } }

  /// How many characters begin in front of a byte.
  private func characters(before offset: Int) -> Int {
    let block = offset / 1024
    return characters[block] + Self.characters(bytes[(block * 1024)..<offset])
  }

  /// Lines as Lua counts them: "\n", "\r" and both in either order end one.
  private static func lineStarts(_ bytes: [UInt8]) -> [Int] {
    var starts = [0]
    starts.reserveCapacity(bytes.count / 30 + 1)
    bytes.withUnsafeBufferPointer { bytes in
      var index = 0
      while index < bytes.count {
        let byte = bytes[index]
        index += 1
        guard byte == 10 || byte == 13 else { continue }
        if index < bytes.count, bytes[index] == 10 || bytes[index] == 13, bytes[index] != byte { index += 1 }
        starts.append(index)
      }
    }
    return starts
  }

  /// The line of a byte, from 1.
  func line(_ offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  func position(_ offset: Int) -> SourcePosition {
    let offset = min(max(offset, 0), bytes.count)
    let line = line(offset)
    let column = characters(before: offset) - characters(before: lineStarts[line - 1]) + 1
    return SourcePosition(line: line, column: column, offset: offset)
  }

  /// The bytes of a line, without its end.
  func lineRange(_ line: Int) -> SourceRange {
    guard line >= 1, line <= lineStarts.count else { return SourceRange(bytes.count, bytes.count) }
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] : bytes.count
    while end > start, bytes[end - 1] == 10 || bytes[end - 1] == 13 { end -= 1 }
    return SourceRange(start, end)
  }

  /// The first byte of the character that a byte belongs to.
  func characterStart(_ offset: Int) -> Int {
    var offset = offset
    while offset > 0, offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset -= 1 }
    return offset
  }

  func text(_ range: SourceRange) -> String {
    String(decoding: bytes[max(range.start, 0)..<min(max(range.end, range.start), bytes.count)], as: UTF8.self)
  }

  /// How many blanks a line begins with; a tab goes to the next multiple of 8.
  func indentation(_ line: Int) -> Int {
    let range = lineRange(line)
    var width = 0
    for byte in bytes[range.start..<range.end] {
      if byte == 32 { width += 1 } else if byte == 9 { width = (width / 8 + 1) * 8 } else { break }
    }
    return width
  }
}
