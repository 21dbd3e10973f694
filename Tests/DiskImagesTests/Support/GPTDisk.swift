@testable import DiskImages

/// Disks with a GPT, for any sector size: the system's tools make them for 512 bytes only.
struct GPTDisk {
  var sector = 512
  var size = 8 << 20
  /// First and last sector, type GUID as it is stored, name.
  var partitions: [(first: UInt64, last: UInt64, type: [UInt8], name: String)] = []

  static let efi: [UInt8] = [
    0x28, 0x73, 0x2A, 0xC1, 0x1F, 0xF8, 0xD2, 0x11, 0xBA, 0x4B, 0x00, 0xA0, 0xC9, 0x3E, 0xC9, 0x3B,
  ]
  static let linux: [UInt8] = [
    0xAF, 0x3D, 0xC6, 0x0F, 0x83, 0x84, 0x72, 0x47, 0x8E, 0x79, 0x3D, 0x69, 0xD8, 0x47, 0x7D, 0xE4,
  ]

  /// The whole disk: protective MBR, both headers, both tables.
  var bytes: [UInt8] {
    let sectors = UInt64(size / sector)
    var table = LittleEndianBytes(count: 16384)
    for (number, part) in partitions.enumerated() {
      table.put(part.type, at: number * 128)
      table.put([UInt8](repeating: UInt8(number + 1), count: 16), at: number * 128 + 16)
      table.put(part.first, at: number * 128 + 32)
      table.put(part.last, at: number * 128 + 40)
      for (place, unit) in part.name.utf16.enumerated() {
        table.put([UInt8(unit & 0xFF), UInt8(unit >> 8)], at: number * 128 + 56 + 2 * place)
      }
    }
    let tableSectors = UInt64(table.bytes.count / sector)
    var disk = LittleEndianBytes(count: size)
    disk.put([0, 0, 2, 0, 0xEE, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], at: 446)
    disk.put([0x55, 0xAA], at: 510)
    for (own, other, entries) in [(1, sectors - 1, 2), (sectors - 1, 1, sectors - 1 - tableSectors)]
      as [(UInt64, UInt64, UInt64)]
    {
      var header = LittleEndianBytes(count: 92)
      header.put(Array("EFI PART".utf8), at: 0)
      header.put(UInt32(0x0001_0000), at: 8)
      header.put(UInt32(92), at: 12)
      header.put(own, at: 24)
      header.put(other, at: 32)
      header.put(2 + tableSectors, at: 40)
      header.put(sectors - 2 - tableSectors, at: 48)
      header.put(entries, at: 72)
      header.put(UInt32(128), at: 80)
      header.put(UInt32(128), at: 84)
      header.put(GPTHeader.crc32(table.bytes), at: 88)
      header.put(GPTHeader.crc32(header.bytes), at: 16)
      disk.put(header.bytes, at: Int(own) * sector)
      disk.put(table.bytes, at: Int(entries) * sector)
    }
    return disk.bytes
  }
}
