/// The packed bytes, taken one after the other.
struct LZOInput {
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func next() throws -> UInt8 {
    guard place < bytes.count else { throw LZO.damaged }
    defer { place += 1 }
    return bytes[place]
  }

  mutating func word() throws -> Int { Int(try next()) | Int(try next()) << 8 }

  /// The rest of a length: 255 for every zero, and the byte behind them.
  mutating func long() throws -> Int {
    var length = 0
    while true {
      let byte = try next()
      if byte != 0 { return length + Int(byte) }
      length += 255
    }
  }

  mutating func copy(_ count: Int, to output: inout [UInt8], _ limit: Int) throws {
    guard count <= bytes.count - place, output.count + count <= limit else { throw LZO.damaged }
    output += bytes[place..<place + count]
    place += count
  }
}
