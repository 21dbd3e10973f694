import Foundation

@testable import DiskImages

/// A file to be damaged, of which only the parts are kept that an inspection reads.
struct FuzzSpecimen: ByteSource {
  var name: String
  var size: UInt64
  /// Ascending, without overlap; between them the file is taken for zeros.
  var pieces: [(offset: UInt64, bytes: [UInt8])]

  /// Everything of a small file.
  init(_ name: String, _ bytes: [UInt8]) {
    self.name = name
    size = UInt64(bytes.count)
    pieces = [(0, bytes)]
  }

  /// What an inspection reads of a file.
  init(file path: String, name: String) throws {
    let recorder = RecordingByteSource(source: try FileByteSource(path: path))
    _ = try DiskInspector.inspectWithSystem(recorder, fileName: name)
    self.name = name
    size = recorder.size
    pieces = []
    for range in recorder.ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      let start = max(range.lowerBound, pieces.last.map { $0.offset + UInt64($0.bytes.count) } ?? 0)
      guard start < range.upperBound else { continue }
      // Long tables are all alike: their start is enough.
      let count = Int(min(range.upperBound - start, 131_072))
      pieces.append((start, try recorder.source.read(at: start, count: count)))
    }
  }

  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    let length = available(at: offset, count: count)
    guard length > 0 else { return [] }
    var out = [UInt8](repeating: 0, count: length)
    let end = offset + UInt64(length)
    for piece in pieces {
      let from = max(piece.offset, offset)
      let to = min(piece.offset + UInt64(piece.bytes.count), end)
      guard from < to else { continue }
      let part = piece.bytes[Int(from - piece.offset)..<Int(to - piece.offset)]
      out.replaceSubrange(Int(from - offset)..<Int(to - offset), with: part)
    }
    return out
  }

  /// Changes a byte, if it is one that is kept.
  mutating func put(_ byte: UInt8, at offset: UInt64) {
    for index in pieces.indices {
      let piece = pieces[index]
      guard offset >= piece.offset, offset - piece.offset < UInt64(piece.bytes.count) else { continue }
      pieces[index].bytes[Int(offset - piece.offset)] = byte
    }
  }
}

/// Remembers what is read.
private final class RecordingByteSource: ByteSource, @unchecked Sendable {
  // Used by one task at a time.
  let source: FileByteSource
  private(set) var ranges: [Range<UInt64>] = []

  init(source: FileByteSource) {
    self.source = source
  }

  var size: UInt64 { source.size }

  func read(at offset: UInt64, count: Int) throws -> [UInt8] {
    let bytes = try source.read(at: offset, count: count)
    if !bytes.isEmpty { ranges.append(offset..<offset + UInt64(bytes.count)) }
    return bytes
  }
}
