extension NTFSFileSystem {
  private static let mostLevels = 16
  private static let directory = "$I30"

  private enum Step {
    case found(UInt64)
    /// In the block of that number, if anywhere.
    case below(UInt64)
    case missing
  }

  /// Case does not count, as in Windows; of other letters than a to z it does.
  func lookUp(_ name: [UInt8], in directory: GuestNode) throws -> GuestNode? {
    let record = try record(directory.id)
    guard let root = try stream(NTFSAttribute.indexRoot, Self.directory, in: record) else { return nil }
    let wanted = String(decoding: name, as: UTF8.self).utf16.map(Self.folded)
    var node = ByteFields(try root.read(at: 0, count: 65536))
    let blockSize = UInt64(node.little32(8))
    var header = 16
    var blocks: NTFSStream?
    for _ in 0..<Self.mostLevels {
      try volume.reader.step()
      switch try step(to: wanted, in: node, header) {
      case .found(let number): return try self.node(number)
      case .missing: return nil
      case .below(let number):
        blocks = try blocks ?? stream(NTFSAttribute.indexBlocks, Self.directory, in: record)
        // Blocks smaller than a cluster are counted in sectors.
        let (place, overflow) = number.multipliedReportingOverflow(by: blockSize >= cluster ? cluster : 512)
        guard let blocks, !overflow, (512...65536).contains(blockSize), blockSize % 512 == 0 else {
          throw Self.damaged
        }
        let bytes = try blocks.read(at: place, count: Int(blockSize))
        guard bytes.count == Int(blockSize) else { throw Self.damaged }
        node = ByteFields(try NTFSRecord.repaired(bytes, magic: "INDX"))
        guard node.little64(16) == number else { throw Self.damaged }
        header = 24
      }
    }
    throw Self.damaged
  }

  /// Goes along the names of one block, which are in order.
  private func step(to wanted: [UInt16], in node: ByteFields, _ header: Int) throws -> Step {
    var place = header + Int(min(node.little32(header), 65536))
    let end = min(node.count, header + Int(min(node.little32(header + 4), 65536)))
    while place + 16 <= end {
      let length = Int(node.little16(place + 8))
      guard length >= 16, length <= end - place else { throw Self.damaged }
      let flags = node.little16(place + 12)
      let below = flags & 1 != 0 && length >= 24 ? Step.below(node.little64(place + length - 8)) : .missing
      if flags & 2 != 0 { return below }
      let count = Int(node[place + 80])
      guard 82 + 2 * count <= length else { throw Self.damaged }
      let name = (0..<count).map { Self.folded(node.little16(place + 82 + 2 * $0)) }
      if name == wanted { return .found(node.little64(place) & Self.numberMask) }
      if wanted.lexicographicallyPrecedes(name) { return below }
      place += length
    }
    throw Self.damaged
  }

  /// The names that are looked for have none but these letters.
  private static func folded(_ unit: UInt16) -> UInt16 {
    (0x61...0x7A).contains(unit) ? unit - 32 : unit
  }

  private static var damaged: DiskImageError { DiskImageError(.corrupt, "a directory of NTFS is damaged") }
}
