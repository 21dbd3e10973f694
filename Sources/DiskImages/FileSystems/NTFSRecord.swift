/// A record of NTFS's table of files, or a block of one of its directories: both are guarded sector by sector.
struct NTFSRecord {
  private static let mostAttributes = 512

  let number: UInt64
  let fields: ByteFields

  /// Throws `corrupt` where the bytes are no record that was written as a whole.
  init(_ bytes: [UInt8], number: UInt64) throws {
    self.number = number
    fields = ByteFields(try Self.repaired(bytes, magic: "FILE"))
  }

  var isUsed: Bool { fields.little16(22) & 1 != 0 }
  var isDirectory: Bool { fields.little16(22) & 2 != 0 }
  /// The record that this one goes on; zero where it stands for itself.
  var base: UInt64 { fields.little64(32) & NTFSFileSystem.numberMask }

  /// What the record says about its file, in order.
  var attributes: [NTFSAttribute] {
    var found: [NTFSAttribute] = []
    var place = Int(fields.little16(20))
    while found.count < Self.mostAttributes, place + 16 <= fields.count, fields.little32(place) != .max {
      let length = Int(fields.little32(place + 4))
      guard length >= 16, length <= fields.count - place else { break }
      found.append(NTFSAttribute(ByteFields(fields.slice(place, length))))
      place += length
    }
    return found
  }

  /// The bytes as they were before the last two of each sector were put aside; throws `corrupt` where these do not agree.
  static func repaired(_ bytes: [UInt8], magic: String) throws -> [UInt8] {
    let fields = ByteFields(bytes)
    let (start, count) = (Int(fields.little16(4)), Int(fields.little16(6)))
    guard fields.has(magic, at: 0), count >= 2, (count - 1) * 512 <= bytes.count, start + 2 * count <= bytes.count
    else {
      throw DiskImageError(.corrupt, "a record of NTFS is damaged")
    }
    var whole = bytes
    for sector in 1..<count {
      let end = sector * 512 - 2
      guard fields.little16(end) == fields.little16(start) else {
        throw DiskImageError(.corrupt, "a record of NTFS was not written as a whole")
      }
      whole[end] = bytes[start + 2 * sector]
      whole[end + 1] = bytes[start + 2 * sector + 1]
    }
    return whole
  }
}
