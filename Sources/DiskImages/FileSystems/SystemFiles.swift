/// What the files of an installed system tell about it.
struct SystemFiles {
  private static let longestFile = 65536

  let tree: GuestTree

  /// The system in this file system; nil where it is none.
  func system() throws -> OperatingSystem? {
    // The last place is that of a file system which is mounted as /usr.
    for path in ["/etc/os-release", "/usr/lib/os-release", "/lib/os-release"] {
      guard let text = try text(path) else { continue }
      let release = OSRelease(text)
      guard !release.fields.isEmpty else { continue }
      var system = OperatingSystem(
        id: release["ID"]?.lowercased() ?? "linux", versionID: release["VERSION_ID"], path: path)
      system.name = release["NAME"]
      system.version = release["VERSION"]
      system.prettyName = release["PRETTY_NAME"]
      system.fullVersion = try fullVersion(of: system.id)
      return system
    }
    return try redHat() ?? suse() ?? oldDebian()
  }

  /// The machine that programs are made for, as the shell's header tells.
  func architecture() throws -> String? {
    guard let shell = try tree.bytes("/bin/sh", limit: 20) else { return nil }
    let fields = ByteFields(shell)
    guard fields.has([0x7F, 0x45, 0x4C, 0x46], at: 0), fields[5] == 1 else { return nil }
    switch fields.little16(18) {
    case 0x3E: return "x86_64"
    case 0xB7: return "aarch64"
    case 0x03: return "i386"
    case 0x28: return "arm"
    default: return nil
    }
  }

  func text(_ path: String) throws -> String? {
    try tree.bytes(path, limit: Self.longestFile).map { String(decoding: $0, as: UTF8.self) }
  }

  // MARK: Beside and before os-release

  /// Debian and CentOS keep the rest of their version elsewhere.
  private func fullVersion(of id: String) throws -> String? {
    switch id {
    case "debian": try text("/etc/debian_version").flatMap(Self.version(in:))
    case "centos": try text("/etc/centos-release").flatMap(Self.version(in:))
    default: nil
    }
  }

  private func redHat() throws -> OperatingSystem? {
    guard let line = try text("/etc/redhat-release")?.split(whereSeparator: \.isNewline).first.map(String.init),
      let version = Self.version(in: line)
    else { return nil }
    let names = [
      ("CentOS", "centos"), ("Red Hat", "rhel"), ("Oracle", "ol"), ("Fedora", "fedora"), ("EulerOS", "euleros"),
    ]
    let id = names.first { line.hasPrefix($0.0) }?.1 ?? "linux"
    return system(id, version, line, "/etc/redhat-release")
  }

  private func suse() throws -> OperatingSystem? {
    guard let text = try text("/etc/SuSE-release"), let line = text.split(whereSeparator: \.isNewline).first else {
      return nil
    }
    func number(_ name: String) -> String? {
      text.split(whereSeparator: \.isNewline).first { $0.hasPrefix(name) }.flatMap { Self.version(in: String($0)) }
    }
    guard let major = number("VERSION") else { return nil }
    let isEnterprise = line.contains("Enterprise Server")
    let version = number("PATCHLEVEL").map { $0 == "0" ? major : "\(major).\($0)" } ?? major
    return system(isEnterprise ? "sles" : "opensuse", version, String(line), "/etc/SuSE-release")
  }

  private func oldDebian() throws -> OperatingSystem? {
    guard let version = try text("/etc/debian_version").flatMap(Self.version(in:)) else { return nil }
    return system("debian", version, "Debian GNU/Linux \(version)", "/etc/debian_version")
  }

  private func system(_ id: String, _ version: String, _ line: String, _ path: String) -> OperatingSystem {
    var system = OperatingSystem(id: id, versionID: version, path: path)
    system.prettyName = DiskInspector.printable(line)
    return system
  }

  /// The first number with its dots in a line.
  static func version(in text: String) -> String? {
    guard let start = text.firstIndex(where: { $0.isASCII && $0.isNumber }) else { return nil }
    let version = text[start...].prefix { $0.isASCII && ($0.isNumber || $0 == ".") }.prefix(40)
    return version.last == "." ? String(version.dropLast()) : String(version)
  }
}
