import CZlib

/// The partition table at the start of a disk.
struct PartitionTable: Equatable {
  enum Scheme: Equatable {
    case none, mbr, gpt
  }

  var scheme = Scheme.none
  var sectorSize: UInt64 = 512
  var partitions: [DiskPartition] = []
  /// Whether an entry of an MBR is marked as the one to boot from.
  var hasActivePartition = false
  /// Sector of the GPT's second header.
  var backupSector: UInt64?
  /// Whether the checksums in the GPT's header fit.
  var checksumFits = true

  /// BIOS boot partition: GRUB's second stage on GPT disks that boot without EFI.
  static let biosBootType = "21686148-6449-6E6F-744E-656564454649"

  var hasEFISystem: Bool { partitions.contains(where: \.isEFISystem) }
  var hasBIOSBoot: Bool { partitions.contains { $0.type == Self.biosBootType } }

  /// `uefi` where only an EFI system partition tells how to boot, `bios` where only an active flag or a BIOS boot
  /// partition does, nil where both or neither are there.
  var firmwareHint: String? {
    let bios = hasActivePartition || hasBIOSBoot
    guard hasEFISystem != bios else { return nil }
    return bios ? "bios" : "uefi"
  }

  /// Reads the table from the first bytes of a disk; at least the first 40 KiB should be there.
  init(head: ByteFields) {
    for size in [512, 4096] where head.has("EFI PART", at: size) {
      readGPT(head, sector: size)
      return
    }
    guard head.has([0x55, 0xAA], at: 510) else { return }
    // A boot sector of a file system has the same end mark, but code or text where the entries would be.
    let entries = (0..<4).map { 446 + 16 * $0 }
    guard entries.allSatisfy({ head[$0] & 0x7F == 0 }), entries.contains(where: { head[$0 + 4] != 0 }) else { return }
    scheme = .mbr
    for (number, offset) in entries.enumerated() where head[offset + 4] != 0 {
      hasActivePartition = hasActivePartition || head[offset] == 0x80
      let type = String(head[offset + 4], radix: 16, uppercase: true)
      partitions.append(
        DiskPartition(
          number: number + 1, offset: UInt64(head.little32(offset + 8)) * 512,
          length: UInt64(head.little32(offset + 12)) * 512, type: "0x" + (type.count == 1 ? "0" : "") + type))
    }
  }

  private mutating func readGPT(_ head: ByteFields, sector: Int) {
    scheme = .gpt
    sectorSize = UInt64(sector)
    backupSector = head.little64(sector + 32)
    let headerLength = Int(head.little32(sector + 12))
    if (92...sector).contains(headerLength) {
      var header = head.slice(sector, headerLength)
      if header.count == headerLength {
        header.replaceSubrange(16..<20, with: [0, 0, 0, 0])
        checksumFits = Self.crc32(header) == head.little32(sector + 16)
      }
    } else {
      checksumFits = false
    }
    let entryLength = Int(head.little32(sector + 84))
    let count = Int(min(head.little32(sector + 80), 256))
    let table = head.little64(sector + 72)
    guard entryLength >= 128, entryLength <= 4096, table >= 2, table < UInt64(head.count / sector) else { return }
    for number in 0..<count {
      let offset = Int(table) * sector + number * entryLength
      guard offset + 128 <= head.count else { return }
      let type = head.slice(offset, 16)
      guard type.contains(where: { $0 != 0 }) else { continue }
      let (first, last) = (head.little64(offset + 32), head.little64(offset + 40))
      guard last >= first, last < 1 << 48 else { continue }
      partitions.append(
        DiskPartition(
          number: number + 1, offset: first * sectorSize, length: (last - first + 1) * sectorSize,
          type: Self.guid(type), name: Self.label(head.slice(offset + 56, 72))))
    }
  }

  /// A GUID as text: its first three groups are stored little-endian.
  static func guid(_ bytes: [UInt8]) -> String {
    guard bytes.count == 16 else { return "" }
    let order = [3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14, 15]
    return order.map { index in
      guard index >= 0 else { return "-" }
      let text = String(bytes[index], radix: 16, uppercase: true)
      return text.count == 1 ? "0" + text : text
    }.joined()
  }

  private static func label(_ bytes: [UInt8]) -> String {
    let fields = ByteFields(bytes)
    let units = stride(from: 0, to: bytes.count - 1, by: 2).map { fields.little16($0) }.prefix { $0 != 0 }
    return String(decoding: units, as: UTF16.self)
  }

  private static func crc32(_ bytes: [UInt8]) -> UInt32 {
    UInt32(truncatingIfNeeded: CZlib.crc32(0, bytes, UInt32(bytes.count)))
  }
}
