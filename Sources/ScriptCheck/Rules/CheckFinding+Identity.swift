extension CheckFinding {
  /// What a finding is apart from where it stands: the file, the rule, the words of its line.
  public var identity: String {
    let words = sourceLine.split { $0 == " " || $0 == "\t" }.joined(separator: " ")
    return "\(file)\u{0}\(rule)\u{0}\(words)"
  }

  /// A name that stays the same when the finding moves with its line.
  /// - Parameter number: How many findings of the same identity come before it.
  /// - Returns: 32 hexadecimal digits.
  public func fingerprint(_ number: Int) -> String {
    let bytes = Array("\(identity)\u{0}\(number)".utf8)
    return Self.hash(bytes, 0xCBF2_9CE4_8422_2325) + Self.hash(bytes.reversed(), 0x9AE1_6A3B_2F90_404F)
  }

  /// FNV-1a: no protection against anybody, only a short name.
  private static func hash(_ bytes: some Sequence<UInt8>, _ seed: UInt64) -> String {
    var hash = seed
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let text = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}
