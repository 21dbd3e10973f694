/// Unpacks LZO1X, as btrfs uses it.
enum LZO {
  /// Unpacks btrfs's frame around it: a length, then pieces with their lengths, of which no length lies across two sectors.
  static func unpackBtrfs(_ packed: [UInt8], length: Int, sector: Int) throws -> [UInt8] {
    let fields = ByteFields(packed)
    let end = min(packed.count, Int(fields.little32(0)))
    var place = 4
    var output: [UInt8] = []
    while place + 4 <= end, output.count < length {
      let rest = sector - place % sector
      if rest < 4 { place += rest }
      let count = Int(fields.little32(place))
      place += 4
      guard count > 0, place <= end, count <= end - place else { throw damaged }
      output += try unpack(Array(packed[place..<place + count]), limit: sector)
      place += count
    }
    return Array(output.prefix(length))
  }

  /// Unpacks one stream of at most `limit` bytes.
  static func unpack(_ packed: [UInt8], limit: Int) throws -> [UInt8] {
    var input = LZOInput(packed)
    var output: [UInt8] = []
    // How many literal bytes came with the last instruction: it decides what a small number means next.
    var state = 0
    if let first = packed.first, first > 17 {
      _ = try input.next()
      try input.copy(Int(first) - 17, to: &output, limit)
      state = first < 21 ? Int(first) - 17 : 4
    }
    while true {
      let code = Int(try input.next())
      if code < 16, state == 0 {
        try input.copy(3 + (code == 0 ? 15 + input.long() : code), to: &output, limit)
        state = 4
        continue
      }
      var length: Int
      var distance: Int
      var literals = code & 3
      switch code {
      case 64...:
        length = (code >> 5) + 1
        distance = Int(try input.next()) << 3 + (code >> 2 & 7) + 1
      case 32...:
        length = 2 + (code & 31 == 0 ? 31 + (try input.long()) : code & 31)
        let word = try input.word()
        distance = word >> 2 + 1
        literals = word & 3
      case 16...:
        length = 2 + (code & 7 == 0 ? 7 + (try input.long()) : code & 7)
        let word = try input.word()
        distance = 16384 + (code & 8) << 11 + word >> 2
        literals = word & 3
        if distance == 16384 { return output }
      default:
        let isAfterLiterals = state == 4
        length = isAfterLiterals ? 3 : 2
        distance = Int(try input.next()) << 2 + code >> 2 + (isAfterLiterals ? 2049 : 1)
      }
      guard distance <= output.count, output.count + length <= limit else { throw damaged }
      for _ in 0..<length { output.append(output[output.count - distance]) }
      try input.copy(literals, to: &output, limit)
      state = literals
    }
  }

  static var damaged: DiskImageError { DiskImageError(.corrupt, "LZO data is damaged") }
}
