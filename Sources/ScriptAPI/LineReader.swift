import Foundation

/// Reads a text file line by line without holding it whole.
///
/// Iterators of `fs.lines` and `csv.rows` stand on it, so that a manifest of any length costs one buffer.
final class LineReader {
  /// The longest line accepted, in bytes: text beyond it is not a text file.
  static let longestLine = 16 << 20

  private let handle: FileHandle
  private let path: String
  private var buffer: [UInt8] = []
  private var start = 0
  private var ended = false

  init(path: String, shown: String, access: any ScriptAccess) throws {
    handle = try OpenFile.reading(path, shown: shown, access: access)
    self.path = shown
  }

  /// The next line without its end (LF or CRLF), or nil at the end of the file.
  func next() throws -> [UInt8]? {
    var searched = start
    while true {
      if let newline = buffer[searched...].firstIndex(of: 0x0A) {
        var line = buffer[start..<newline]
        if line.last == 0x0D { line.removeLast() }
        start = newline + 1
        return Array(line)
      }
      if ended {
        guard start < buffer.count else { return nil }
        let line = Array(buffer[start...])
        start = buffer.count
        return line
      }
      guard buffer.count - start <= Self.longestLine else {
        throw ScriptFailure("'\(path)' has a line of over \(Self.longestLine >> 20) MB", hint: "is it a text file?")
      }
      buffer.removeFirst(start)
      start = 0
      searched = buffer.count
      let next: Data?
      do {
        next = try handle.read(upToCount: 65536)
      } catch {
        throw ScriptFailure("the file '\(path)' cannot be read to its end", hint: "is it a regular file?")
      }
      guard let chunk = next, !chunk.isEmpty else {
        ended = true
        try? handle.close()
        continue
      }
      buffer.append(contentsOf: chunk)
    }
  }
}
