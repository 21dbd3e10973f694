/// The kinds of files that turn up where a disk image is expected.
public enum DiskFormat: String, Sendable, Hashable, CaseIterable {
  case raw, zvhd2, zvhd, qcow2, qcow, qed, vhd, vhdx, vmdk, vdi, parallels, iso, ova, tar, luks, gzip, xz, zip, bzip2,
    zstd
  case sevenZip = "7z"

  /// The format's name for people, as in "VMDK".
  public var displayName: String {
    switch self {
    case .raw, .zvhd2, .zvhd, .qcow2, .qcow, .qed, .vhd, .vhdx, .vmdk, .vdi, .ova, .luks: rawValue.uppercased()
    case .iso: "ISO 9660"
    case .parallels: "Parallels"
    case .tar, .gzip, .xz, .zip, .bzip2, .zstd, .sevenZip: rawValue
    }
  }

  /// Whether the cloud's quick import takes the format: RAW and ZVHD2.
  public var isQuickImportFormat: Bool {
    self == .raw || self == .zvhd2
  }

  /// Whether the file is a compressed file or an archive around something else.
  public var isArchive: Bool {
    switch self {
    case .ova, .tar, .gzip, .xz, .zip, .bzip2, .zstd, .sevenZip: true
    default: false
    }
  }

  /// The format a file name's extension stands for, nil when it stands for none.
  public init?(fileName: String) {
    guard let suffix = Self.fileExtension(of: fileName), let format = Self.byExtension[suffix] else { return nil }
    self = format
  }

  /// The extension in lower case and without its dot, nil when there is none.
  static func fileExtension(of fileName: String) -> String? {
    let name = fileName.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
    let suffix = name[name.index(after: dot)...]
    return suffix.isEmpty ? nil : suffix.lowercased()
  }

  private static let byExtension: [String: DiskFormat] = [
    "raw": .raw, "img": .raw, "bin": .raw, "zvhd2": .zvhd2, "zvhd": .zvhd, "qcow2": .qcow2, "qcow": .qcow,
    "qed": .qed, "vhd": .vhd, "vpc": .vhd, "vhdx": .vhdx, "vmdk": .vmdk, "vdi": .vdi, "hdd": .parallels,
    "hds": .parallels, "iso": .iso, "ova": .ova,
    "tar": .tar,
    "luks": .luks, "gz": .gzip, "tgz": .gzip, "xz": .xz, "zip": .zip, "bz2": .bzip2, "zst": .zstd, "7z": .sevenZip,
  ]
}
