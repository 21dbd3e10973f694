import CloudAccess

/// The body encoding `aws-chunked`, in which newer S3 clients send uploads.
public enum AWSChunkedBody {
  /// The content of a body; `nil` when the chunks do not add up.
  ///
  /// Signatures of single chunks and trailing checksums are passed over: the request's head is signed, and the content
  /// is checked by whoever reads the file.
  public static func decode(_ body: [UInt8]) -> [UInt8]? {
    var content: [UInt8] = []
    var index = 0
    while let end = line(in: body, from: index) {
      let digits = body[index..<end].prefix { $0 != UInt8(ascii: ";") }
      guard let size = Int(String(decoding: digits, as: UTF8.self).trimmed, radix: 16), size >= 0 else { return nil }
      index = end + 2
      if size == 0 { return content }
      guard size <= body.count - index - 2, body[index + size] == 0x0D, body[index + size + 1] == 0x0A else {
        return nil
      }
      content += body[index..<(index + size)]
      index += size + 2
    }
    return nil
  }

  private static func line(in body: [UInt8], from start: Int) -> Int? {
    var index = start
    while index + 1 < body.count {
      if body[index] == 0x0D, body[index + 1] == 0x0A { return index }
      index += 1
    }
    return nil
  }
}
