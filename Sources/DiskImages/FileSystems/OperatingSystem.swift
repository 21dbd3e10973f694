/// The operating system found on a disk, in the words of its own files.
public struct OperatingSystem: Sendable, Hashable {
  /// The distribution in lower case, such as `debian` or `opensuse-leap`; `windows` for one of Microsoft's.
  public var id: String
  /// `Debian GNU/Linux`; nil where no file says.
  public var name: String?
  /// The version as a file says it, such as `12`, `22.04` or `15.4`.
  public var versionID: String?
  /// The version with its name and state, such as `22.04.4 LTS (Jammy Jellyfish)`.
  public var version: String?
  /// The name and version for people.
  public var prettyName: String?
  /// More digits of the version than `versionID` has, from files beside it: `12.7` of Debian, `7.9.2009` of CentOS.
  public var fullVersion: String?
  /// `x86_64`, `aarch64`, `i386` or `arm`; nil where neither a program nor the boot loader tells.
  public var architecture: String?
  /// Number of the partition it was found on; nil where the file system fills the disk.
  public var partition: Int?
  /// The logical volume on the partition; nil where there is none.
  public var logicalVolume: String?
  /// The file that tells, such as `/etc/os-release`.
  public var path: String

  public init(id: String, versionID: String? = nil, path: String) {
    self.id = id
    self.versionID = versionID
    self.path = path
  }

  /// One line for people.
  public var displayName: String {
    prettyName ?? ([name ?? id, versionID ?? ""].filter { !$0.isEmpty }.joined(separator: " "))
  }
}
