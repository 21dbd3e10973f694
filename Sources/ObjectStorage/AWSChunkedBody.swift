import CloudAccess
import Crypto
import Foundation

/// The body encoding `aws-chunked`, in which newer S3 clients send uploads, taken apart as it comes.
///
/// Each chunk tells its length, and its signature when the chunks are signed; behind the last one there may be a trailer
/// of headers, for checksums that are known only at the end. Memory does not depend on the length of the body.
public struct AWSChunkedBody {
  /// What is wrong with a body.
  public enum Failure: Error, Sendable, Hashable {
    /// Lengths and line ends do not add up, or the body ends too early.
    case malformed(String)
    /// The signature of a chunk or of the trailer is not the one computed here.
    case signature
  }

  private enum State {
    /// In the line that begins a chunk.
    case head
    /// In a chunk's content, of which so many bytes are to come.
    case content(Int)
    /// In the line end behind a chunk's content.
    case contentEnd
    /// In the trailer, or in the empty line that ends a body without one.
    case trailer
    case finished
  }

  /// Longest line, and longest trailer, in bytes.
  private static let lineLimit = 16 << 10

  private var state = State.head
  private var line: [UInt8] = []
  private var trailerLength = 0
  private var signature: AWSChunkSignature?
  private var declared = ""
  private var hash = SHA256()
  /// The trailer by lower-case names.
  public private(set) var trailer: [String: String] = [:]
  /// The trailer as it is signed.
  private var canonicalTrailer = ""

  /// With `signature` each chunk must bear its own.
  public init(signature: AWSChunkSignature? = nil) {
    self.signature = signature
  }

  /// Takes bytes as they come and gives `content` what they hold; a chunk is given on before its signature is known.
  public mutating func decode(
    _ bytes: UnsafeRawBufferPointer, content: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      switch state {
      case .content(let count):
        let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(count))
        if signature != nil { hash.update(bufferPointer: piece) }
        try content(piece)
        rest = rest.dropFirst(count)
        state = piece.count == count ? .contentEnd : .content(count - piece.count)
        if case .contentEnd = state { try checkChunk() }
      case .finished: throw Failure.malformed("there are bytes behind the end")
      case .head, .contentEnd, .trailer:
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else {
          line += rest
          guard line.count <= Self.lineLimit else { throw Failure.malformed("a line is too long") }
          return
        }
        line += rest[..<end]
        rest = rest[(end + 1)...]
        guard line.last == UInt8(ascii: "\r"), line.count <= Self.lineLimit else {
          throw Failure.malformed("a line does not end as it should")
        }
        let text = String(decoding: line.dropLast(), as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        try take(text)
      }
    }
  }

  /// Says that no more bytes come.
  public mutating func finish() throws(Failure) {
    if case .finished = state { return }
    // Some clients leave out the empty line behind the last chunk.
    guard case .trailer = state, line.isEmpty, trailer.isEmpty else { throw .malformed("the body ends too early") }
  }

  private mutating func take(_ text: String) throws(Failure) {
    switch state {
    case .head: try takeHead(text)
    case .contentEnd:
      guard text.isEmpty else { throw .malformed("a chunk is longer than it says") }
      state = .head
    default: try takeTrailer(text)
    }
  }

  private mutating func takeHead(_ text: String) throws(Failure) {
    let parts = text.split(separator: ";", omittingEmptySubsequences: false)
    guard let digits = parts.first?.trimmed, digits.first?.isHexDigit == true,
      let size = Int(digits, radix: 16)
    else { throw .malformed("a chunk begins with no length") }
    declared = ""
    for part in parts.dropFirst() where part.hasPrefix("chunk-signature=") {
      declared = String(part.dropFirst("chunk-signature=".count))
    }
    guard size == 0 else {
      state = .content(size)
      return
    }
    try checkChunk()
    state = .trailer
  }

  /// Compares the signature of the chunk that has ended.
  private mutating func checkChunk() throws(Failure) {
    guard signature != nil else { return }
    let digest = Array(hash.finalize())
    hash = SHA256()
    guard signature?.check(declared, chunk: digest) == true else { throw .signature }
  }

  private mutating func takeTrailer(_ text: String) throws(Failure) {
    trailerLength += text.utf8.count
    guard trailerLength <= Self.lineLimit else { throw .malformed("the trailer is too long") }
    guard !text.isEmpty else {
      if !canonicalTrailer.isEmpty, signature != nil {
        let digest = Array(SHA256.hash(data: Array(canonicalTrailer.utf8)))
        guard signature?.check(declared, trailer: digest) == true else { throw .signature }
      }
      state = .finished
      return
    }
    guard let colon = text.firstIndex(of: ":") else { throw .malformed("a line of the trailer has no colon") }
    let name = text[..<colon].trimmed.asciiLowercased
    let value = String(text[text.index(after: colon)...].trimmed)
    if name == "x-amz-trailer-signature" {
      declared = value
    } else {
      trailer[name] = value
      canonicalTrailer += "\(name):\(value)\n"
      declared = ""
    }
  }
}
