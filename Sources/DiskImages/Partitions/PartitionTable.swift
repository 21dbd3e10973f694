/// The partition table of a disk.
struct PartitionTable: Equatable {
  enum Scheme: String, Equatable {
    case mbr, gpt
  }

  /// Nil where there is none.
  var scheme: Scheme?
  var sectorSize: UInt64 = 512
  var partitions: [DiskPartition] = []
  /// What is wrong with the table itself.
  var findings: [DiskFinding] = []
  /// Whether the MBR, also one that only protects a GPT, holds code to boot.
  var hasBootCode = false
  /// Sector of the GPT's second header, as the first one says; nil where the second was used.
  var backupSector: UInt64?

  /// BIOS boot partition: GRUB's second stage on GPT disks that boot without EFI.
  static let biosBootType = "21686148-6449-6E6F-744E-656564454649"
  /// More partitions than these are not listed.
  static let mostPartitions = 256

  var hasEFISystem: Bool { partitions.contains(where: \.isEFISystem) }
  var hasBIOSBoot: Bool { partitions.contains { $0.type == Self.biosBootType } }

  /// `uefi` where only an EFI system partition tells how to boot, `bios` where only an active flag or a BIOS boot
  /// partition does, nil where both or neither are there.
  var firmwareHint: String? {
    let bios = partitions.contains(where: \.isActive) || hasBIOSBoot
    guard hasEFISystem != bios else { return nil }
    return bios ? "bios" : "uefi"
  }

  /// Reads the table of a disk: a GPT by either of its headers, or an MBR with its logical partitions.
  init(_ disk: any ByteSource) throws {
    let head = ByteFields(try disk.read(at: 0, count: FileSystemProbe.headLength))
    let entries = MBREntry.entries(in: head)
    hasBootCode = head.slice(0, 440).contains { $0 != 0 }
    for sector in [512, 4096] where head.has("EFI PART", at: sector) {
      let header = GPTHeader(head.slice(sector, sector), sector: UInt64(sector), at: 1)
      if try readGPT(disk, header, mbr: entries) { return }
    }
    guard let entries else { return }
    if entries.contains(where: { $0.type == 0xEE }), try readBackup(disk, mbr: entries) { return }
    if let name = try FileSystemProbe.bootSector(head), entries.contains(where: { $0.isImplausible(disk.size) }) {
      // The start of a file system that has the same end mark.
      _ = name
      return
    }
    scheme = .mbr
    try readMBR(disk, entries)
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

  mutating func add(_ severity: DiskFinding.Severity, _ message: String, hint: String? = nil) {
    findings.append(DiskFinding(severity, message, hint: hint))
  }
}
