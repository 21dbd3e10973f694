/// What a look at the headers of a disk image tells.
public struct DiskInspection: Sendable, Hashable {
  public var format: DiskFormat
  /// Bytes of the file itself.
  public var fileSize: UInt64
  /// Bytes of the disk inside; nil where the header does not tell or is damaged.
  public var virtualSize: UInt64?
  /// `bios` or `uefi` as far as the partition table suggests one of them; never a reason to refuse.
  public var firmwareHint: String?
  /// The partitions found, in the order of the table; filled for RAW and ZVHD2.
  public var partitions: [DiskPartition]
  public var findings: [DiskFinding]

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
  }

  /// The smallest disk that takes the image, in GiB (the API's `min_disk`); nil while the size is unknown.
  public var minDisk: Int? {
    virtualSize.map(Self.gibibytes)
  }

  public var isEmpty: Bool { fileSize == 0 }

  /// Whether quick import could take the file: RAW or ZVHD2, and no finding is an error.
  public var isImportable: Bool {
    format.isQuickImportFormat && !isEmpty && !findings.contains { $0.severity == .error }
  }

  /// Why the file is not importable, one sentence each; empty when it is.
  public var reasons: [String] {
    findings.filter { $0.severity == .error }.map(\.message)
  }

  /// Bytes as whole GiB, rounded up: what `min_disk` must at least be.
  public static func gibibytes(_ bytes: UInt64) -> Int {
    Int(bytes / 1_073_741_824) + (bytes % 1_073_741_824 == 0 ? 0 : 1)
  }

  mutating func add(_ severity: DiskFinding.Severity, _ message: String, hint: String? = nil) {
    findings.append(DiskFinding(severity, message, hint: hint))
  }
}
