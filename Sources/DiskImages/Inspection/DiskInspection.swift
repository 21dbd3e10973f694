/// What a look at the headers of a disk image tells.
public struct DiskInspection: Sendable, Hashable {
  public var format: DiskFormat
  /// Which of the format's kinds it is, such as `v3`, `dynamic` or `streamOptimized`; nil where there is only one.
  public var variant: String?
  /// Bytes of the file itself.
  public var fileSize: UInt64
  /// Bytes that the file takes on its file system, which is less for a sparse one; nil for what is no local file.
  public var diskUsage: UInt64?
  /// Bytes of the disk inside; nil where the header does not tell or is damaged.
  public var virtualSize: UInt64?
  /// Bytes of the disk that the image holds, in its own units of allocation; nil where its tables do not tell cheaply.
  public var allocatedSize: UInt64?
  /// `bios` or `uefi` as far as the partition table suggests one of them; never a reason to refuse.
  public var firmwareHint: String?
  /// `mbr` or `gpt`; nil where there is none or none was looked for.
  public var partitionTable: String?
  /// The partitions found, in the order of the table; filled for RAW, ZVHD2 and ZVHD.
  public var partitions: [DiskPartition]
  /// The file system that fills the whole disk, where there is no partition table.
  public var fileSystem: String?
  /// Further facts in the order of the header.
  public var details: [DiskDetail]
  public var findings: [DiskFinding]
  /// What a look for the operating system gave; nil where nobody asked for one.
  public var systemSearch: SystemSearch?
  /// What to do with the file, where possible a command to be copied.
  public var advice: String?

  public init(
    format: DiskFormat, fileSize: UInt64, virtualSize: UInt64? = nil, firmwareHint: String? = nil,
    partitions: [DiskPartition] = [], findings: [DiskFinding] = []
  ) {
    self.format = format
    self.fileSize = fileSize
    self.virtualSize = virtualSize
    self.firmwareHint = firmwareHint
    self.partitions = partitions
    self.findings = findings
    details = []
  }

  /// The smallest disk that takes the image, in GiB (the API's `min_disk`); nil while the size is unknown.
  public var minDisk: Int? {
    virtualSize.map(Self.gibibytes)
  }

  public var isEmpty: Bool { fileSize == 0 }

  /// The operating system on the disk; nil where none was found, or none was looked for.
  public var operatingSystem: OperatingSystem? { systemSearch?.system }

  /// Whether quick import could take the file: RAW or ZVHD2, and no finding is an error.
  public var isImportable: Bool {
    format.isQuickImportFormat && !isEmpty && !findings.contains { $0.severity == .error }
  }

  /// Why the file is not importable, one sentence each; empty when it is.
  public var reasons: [String] {
    findings.filter { $0.severity == .error }.map(\.message)
  }

  /// The detail of that name, nil where the header has none.
  public func detail(_ name: String) -> DiskDetail.Value? {
    details.first { $0.name == name }?.value
  }

  /// Bytes as whole GiB, rounded up: what `min_disk` must at least be.
  public static func gibibytes(_ bytes: UInt64) -> Int {
    Int(bytes / 1_073_741_824) + (bytes % 1_073_741_824 == 0 ? 0 : 1)
  }

  mutating func add(_ severity: DiskFinding.Severity, _ message: String, hint: String? = nil) {
    findings.append(DiskFinding(severity, message, hint: hint))
  }

  mutating func note(_ name: String, _ text: String) {
    if !text.isEmpty { details.append(DiskDetail(name, .text(text))) }
  }

  mutating func note(_ name: String, _ number: UInt64) { details.append(DiskDetail(name, .number(number))) }
  mutating func note(_ name: String, _ flag: Bool) { details.append(DiskDetail(name, .flag(flag))) }

  mutating func note(_ name: String, _ list: [String]) {
    if !list.isEmpty { details.append(DiskDetail(name, .list(list))) }
  }
}
