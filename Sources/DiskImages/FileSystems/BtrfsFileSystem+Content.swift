extension BtrfsFileSystem {
  /// Compressed bytes of one extent: btrfs makes them no longer.
  private static let longestPacked: UInt64 = 262_144
  private static let longestExtent: UInt64 = 1 << 20

  func content(of node: GuestNode, limit: Int) throws -> [UInt8] {
    let length = Int(min(node.size, UInt64(max(0, limit))))
    var bytes = [UInt8](repeating: 0, count: length)
    guard length > 0 else { return bytes }
    try visit(tree: node.tree, from: BtrfsKey(id: node.id, type: Item.extent, offset: 0)) { key, item in
      guard key.id == node.id, key.type == Item.extent, key.offset < UInt64(length) else { return false }
      try volume.reader.step()
      let part = try extent(item, most: length - Int(key.offset))
      let start = Int(key.offset)
      let end = min(length, start + part.count)
      bytes.replaceSubrange(start..<end, with: part[..<(end - start)])
      return true
    }
    return bytes
  }

  /// The bytes that an item stands for, or the first `most` of them.
  private func extent(_ item: ByteFields, most: Int) throws -> [UInt8] {
    let (unpackedLength, compression, type) = (item.little64(8), item[16], item[20])
    guard item.little16(18) == 0, item[17] == 0 else {
      throw DiskImageError(.unsupported, "a btrfs file is encoded in an unknown way")
    }
    if type == 0 {
      let stored = item.slice(21, item.count - 21)
      return try unpack(stored, compression, length: min(unpackedLength, Self.longestExtent))
    }
    let (address, packedLength) = (item.little64(21), item.little64(29))
    let (skip, count) = (item.little64(37), item.little64(45))
    let wanted = min(count, UInt64(most))
    // Without an address it is a hole; of type 2 it is reserved, but not written.
    guard address != 0, type == 1 else { return [UInt8](repeating: 0, count: Int(wanted)) }
    guard let end = skip.adding(wanted) else { throw DiskImageError(.corrupt, "an extent of a btrfs file is damaged") }
    if compression == 0 {
      guard let place = address.adding(skip), end <= packedLength else {
        throw DiskImageError(.corrupt, "an extent of a btrfs file is damaged")
      }
      return try read(place, count: Int(wanted))
    }
    guard packedLength <= Self.longestPacked, end <= Self.longestExtent, end <= unpackedLength else {
      throw DiskImageError(.corrupt, "a compressed extent of a btrfs file is damaged")
    }
    let unpacked = try unpack(read(address, count: Int(packedLength)), compression, length: end)
    return Array(unpacked[min(Int(skip), unpacked.count)...])
  }

  private func unpack(_ packed: [UInt8], _ compression: UInt8, length: UInt64) throws -> [UInt8] {
    switch compression {
    case 0: return packed
    case 1:
      var output = [UInt8](repeating: 0, count: Int(length))
      let written = try packed.withUnsafeBytes { input in
        try output.withUnsafeMutableBytes { try ZlibStream().inflate(input, into: $0, block: 0).written }
      }
      return Array(output[..<written])
    case 2: return try LZO.unpackBtrfs(packed, length: Int(length), sector: sectorSize)
    case 3: return CompressedHead.unzstd(packed, limit: Int(length))
    default: throw DiskImageError(.unsupported, "a btrfs file is compressed in an unknown way (\(compression))")
    }
  }
}
