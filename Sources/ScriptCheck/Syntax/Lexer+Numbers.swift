import Glibc

extension Lexer {
  /// Reads as much as could be a number, as Lua does, and only then judges it.
  mutating func number(_ start: Int) {
    let isHex = bytes[index] == 0x30 && (peek(1) | 0x20) == 0x78
    index += isHex ? 2 : 1
    while index < bytes.count {
      let byte = bytes[index]
      if (byte | 0x20) == (isHex ? 0x70 : 0x65) {
        index += 1
        if peek() == 0x2B || peek() == 0x2D { index += 1 }
      } else if Self.hexDigit(Int(byte)) != nil || byte == 0x2E {
        index += 1
      } else {
        break
      }
    }
    if index < bytes.count, Self.isLetter(bytes[index]) { index += 1 }
    if let value = Self.value(bytes[start..<index], isHex: isHex) {
      numbers.append(value)
    } else {
      let text = String(decoding: bytes[start..<index], as: UTF8.self)
      problem(
        "malformed number near '\(text)'", SourceRange(start, index),
        hint: text.contains("..") ? "leave a blank before the operator .." : nil)
      while index < bytes.count, Self.isLetter(bytes[index]) || Self.isDigit(bytes[index]) { index += 1 }
      numbers.append(.integer(0))
    }
    add(.number, from: start, value: numbers.count - 1)
  }

  private static func value(_ bytes: ArraySlice<UInt8>, isHex: Bool) -> NumberLiteral? {
    if let integer = integer(bytes, isHex: isHex) { return .integer(integer) }
    // strtod would take more than Lua does, but such words are no numbers here; it knows nothing of locales but C's.
    guard !bytes.contains(0x6E), !bytes.contains(0x4E), bytes.count < 100_000 else { return nil }
    var text = bytes.map { CChar(bitPattern: $0) }
    text.append(0)
    return text.withUnsafeBufferPointer { text -> NumberLiteral? in
      guard let base = text.baseAddress else { return nil }
      var end: UnsafeMutablePointer<CChar>?
      let value = strtod(base, &end)
      guard let end, end == base + (text.count - 1) else { return nil }
      return .float(value)
    }
  }

  /// An integer; hexadecimal ones wrap around, decimal ones that are too large are floats.
  private static func integer(_ bytes: ArraySlice<UInt8>, isHex: Bool) -> Int64? {
    var value: UInt64 = 0
    if isHex {
      let digits = bytes.dropFirst(2)
      if digits.isEmpty { return nil }
      for byte in digits {
        guard let digit = hexDigit(Int(byte)) else { return nil }
        value = value &* 16 &+ UInt64(digit)
      }
      return Int64(bitPattern: value)
    }
    for byte in bytes {
      guard isDigit(byte) else { return nil }
      let (product, isOver) = value.multipliedReportingOverflow(by: 10)
      let (sum, isOverToo) = product.addingReportingOverflow(UInt64(byte - 0x30))
      if isOver || isOverToo || sum > UInt64(Int64.max) { return nil }
      value = sum
    }
    return Int64(value)
  }
}
