/// Writes the XML of object storage straight into bytes.
struct XMLText: Sendable {
  private(set) var bytes: [UInt8]

  init() {
    bytes = Array("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n".utf8)
    bytes.reserveCapacity(1024)
  }

  /// An element with a text.
  mutating func element(_ name: String, _ text: String) {
    open(name)
    escape(text)
    close(name)
  }

  /// An element with further elements.
  mutating func element(_ name: String, attributes: String = "", _ content: (inout XMLText) -> Void) {
    open(name, attributes)
    content(&self)
    close(name)
  }

  private mutating func open(_ name: String, _ attributes: String = "") {
    bytes.append(UInt8(ascii: "<"))
    bytes.append(contentsOf: name.utf8)
    if !attributes.isEmpty { bytes.append(contentsOf: " \(attributes)".utf8) }
    bytes.append(UInt8(ascii: ">"))
  }

  private mutating func close(_ name: String) {
    bytes.append(contentsOf: "</".utf8)
    bytes.append(contentsOf: name.utf8)
    bytes.append(UInt8(ascii: ">"))
  }

  /// Characters that XML 1.0 cannot hold become U+FFFD, as no other form is legal in it.
  private mutating func escape(_ text: String) {
    guard
      text.utf8.contains(where: {
        $0 < 0x20 || $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "&")
      })
    else {
      bytes.append(contentsOf: text.utf8)
      return
    }
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "<"): bytes.append(contentsOf: "&lt;".utf8)
      case UInt8(ascii: ">"): bytes.append(contentsOf: "&gt;".utf8)
      case UInt8(ascii: "&"): bytes.append(contentsOf: "&amp;".utf8)
      case 0x0D: bytes.append(contentsOf: "&#13;".utf8)
      case 0..<0x09, 0x0B, 0x0C, 0x0E..<0x20: bytes.append(contentsOf: "\u{FFFD}".utf8)
      default: bytes.append(byte)
      }
    }
  }
}
