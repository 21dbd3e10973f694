import CloudAccess

/// Finds secrets by their form alone: JSON web tokens, what follows `Bearer`, and elements of XML whose names say so.
enum TokenForms {
  static func masked(_ bytes: [UInt8]) -> [UInt8] {
    var output = bytes
    if contains(output, "eyJ") { output = masked(output, after: "eyJ", keepsLead: false, least: 40) }
    for (word, least) in [("Bearer ", 8), ("bearer ", 8), ("Basic ", 12)] where contains(output, word) {
      output = masked(output, after: word, keepsLead: true, least: least)
    }
    for name in ["SecretAccessKey", "SecretKey", "SessionToken", "SecurityToken", "AccessKeyId"] {
      let open = "<\(name)>"
      if contains(output, open) { output = emptied(output, open, "</\(name)>") }
    }
    return output
  }

  private static func contains(_ bytes: [UInt8], _ word: String) -> Bool {
    ByteSearch.find(Array(word.utf8), in: bytes) != nil
  }

  private static func masked(_ bytes: [UInt8], after lead: String, keepsLead: Bool, least: Int) -> [UInt8] {
    let lead = Array(lead.utf8)
    var output: [UInt8] = []
    var index = 0
    while let found = ByteSearch.find(lead, in: bytes, from: index) {
      let begin = keepsLead ? found + lead.count : found
      var end = found + lead.count
      while end < bytes.count, isTokenByte(bytes[end]) { end += 1 }
      output += bytes[index..<begin]
      output += end - begin >= least ? Array(SecretScrubber.mark.utf8) : Array(bytes[begin..<end])
      index = end
    }
    return output + bytes[index...]
  }

  private static func emptied(_ bytes: [UInt8], _ open: String, _ close: String) -> [UInt8] {
    let (open, close) = (Array(open.utf8), Array(close.utf8))
    var output: [UInt8] = []
    var index = 0
    while let found = ByteSearch.find(open, in: bytes, from: index),
      let end = ByteSearch.find(close, in: bytes, from: found)
    {
      output += bytes[index..<found + open.count]
      output += SecretScrubber.mark.utf8
      index = end
    }
    return output + bytes[index...]
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      || "-_.+/=~".utf8.contains(byte)
  }
}
