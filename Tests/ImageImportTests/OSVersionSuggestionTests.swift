import CloudAccess
import DiskImages
import Testing

@testable import ImageImport

@Suite("Which os_version fits a system")
struct OSVersionSuggestionTests {
  /// What the files of a released system say: ID, VERSION_ID, VERSION, NAME, and what the file beside it adds.
  struct Release: Sendable, CustomTestStringConvertible {
    var id: String
    var versionID: String
    var version = ""
    var name = ""
    var full: String?
    var otc: String?
    var isExact = true
    var huawei: String?

    var testDescription: String { "\(id) \(full ?? versionID)" }

    var system: OperatingSystem {
      var system = OperatingSystem(id: id, versionID: versionID, path: "/etc/os-release")
      (system.version, system.name, system.fullVersion) = (version.isEmpty ? nil : version, name, full)
      return system
    }
  }

  static let releases: [Release] = [
    Release(
      id: "ubuntu", versionID: "22.04", version: "22.04.4 LTS (Jammy Jellyfish)", otc: "Ubuntu 22.04 Server 64bit"),
    Release(id: "ubuntu", versionID: "20.04", version: "20.04.6 LTS (Focal Fossa)", otc: "Ubuntu 20.04 Server 64bit"),
    Release(
      id: "ubuntu", versionID: "18.04", version: "18.04.6 LTS (Bionic Beaver)", otc: "Ubuntu 18.04 server 64bit",
      huawei: "Ubuntu 18.04 server 64bit"),
    Release(
      id: "ubuntu", versionID: "16.04", version: "16.04.3 LTS (Xenial Xerus)", otc: "Ubuntu 16.04.3 Server 64bit",
      huawei: "Ubuntu 16.04.3 server 64bit"),
    Release(id: "ubuntu", versionID: "24.04", version: "24.04.1 LTS (Noble Numbat)"),
    Release(
      id: "debian", versionID: "12", version: "12 (bookworm)", full: "12.7", otc: "Debian GNU/Linux 12.0.0 64bit",
      isExact: false, huawei: nil),
    Release(
      id: "debian", versionID: "11", version: "11 (bullseye)", full: "11.7", otc: "Debian GNU/Linux 11.7.0 64bit"),
    Release(
      id: "debian", versionID: "11", version: "11 (bullseye)", full: "11.11", otc: "Debian GNU/Linux 11.7.0 64bit",
      isExact: false),
    Release(
      id: "debian", versionID: "10", version: "10 (buster)", full: "10.13", otc: "Debian GNU/Linux 10.13.0 64bit"),
    Release(id: "debian", versionID: "13", version: "13 (trixie)", full: "13.1"),
    Release(
      id: "centos", versionID: "7", version: "7 (Core)", name: "CentOS Linux", full: "7.9.2009",
      otc: "CentOS 7.9 64bit"),
    Release(
      id: "centos", versionID: "7", version: "7 (Core)", name: "CentOS Linux", full: "7.6.1810",
      otc: "CentOS 7.6 64bit", huawei: "CentOS 7.6 64bit"),
    Release(
      id: "centos", versionID: "7", version: "7 (Core)", name: "CentOS Linux", otc: "CentOS 7.9 64bit", isExact: false),
    Release(
      id: "centos", versionID: "8", version: "8", name: "CentOS Linux", full: "8.5.2111", otc: "CentOS 8.5 64bit"),
    Release(id: "centos", versionID: "9", version: "9", name: "CentOS Stream"),
    Release(id: "centos", versionID: "6.10", otc: "CentOS 6.10 64bit", huawei: "CentOS 6.10 64bit"),
    Release(id: "rocky", versionID: "9.2", version: "9.2 (Blue Onyx)", name: "Rocky Linux"),
    Release(id: "almalinux", versionID: "9.3", version: "9.3 (Shamrock Pampas Cat)", name: "AlmaLinux"),
    Release(id: "rhel", versionID: "8.4", version: "8.4 (Ootpa)", otc: "Red Hat Linux Enterprise 8.4 64bit"),
    Release(
      id: "rhel", versionID: "7.5", version: "7.5 (Maipo)", otc: "Redhat Linux Enterprise 7.5 64bit",
      huawei: "Redhat Linux Enterprise 7.5 64bit"),
    Release(
      id: "rhel", versionID: "9.4", version: "9.4 (Plow)", otc: "Red Hat Linux Enterprise 9.1 64bit", isExact: false),
    Release(
      id: "ol", versionID: "7.6", version: "7.6", otc: "Oracle Linux Server release 7.6 64bit",
      huawei: "Oracle Linux Server release 7.6 64bit"),
    Release(
      id: "ol", versionID: "7.9", version: "7.9", otc: "Oracle Linux Server release 7.6 64bit", isExact: false),
    Release(id: "ol", versionID: "8.9", version: "8.9"),
    Release(
      id: "sles", versionID: "15.4", version: "15-SP4", otc: "SUSE Linux Enterprise Server 15 SP4 64bit"),
    Release(
      id: "sles", versionID: "15", version: "15", otc: "SUSE Linux Enterprise Server 15 64bit",
      huawei: "SUSE Linux Enterprise Server 15 64bit"),
    Release(
      id: "sles", versionID: "12.5", version: "12-SP5", otc: "SUSE Linux Enterprise Server 12 SP5 64bit",
      huawei: "SUSE Linux Enterprise Server 12 SP5 64bit"),
    Release(
      id: "sles", versionID: "15.6", version: "15-SP6", otc: "SUSE Linux Enterprise Server 15 SP5 64bit",
      isExact: false),
    Release(id: "opensuse-leap", versionID: "15.5", version: "15.5", otc: "openSUSE 15.5 64bit"),
    Release(
      id: "opensuse", versionID: "42.3", version: "42.3", otc: "openSUSE 42.3 64bit", huawei: "openSUSE 42.3 64bit"),
    Release(id: "opensuse-tumbleweed", versionID: "20241101", name: "openSUSE Tumbleweed"),
    Release(id: "fedora", versionID: "39", version: "39 (Cloud Edition)", otc: "Fedora 39 64bit"),
    Release(id: "fedora", versionID: "41", version: "41 (Cloud Edition)"),
    Release(
      id: "euleros", versionID: "2.0", version: "2.0 (SP9x86_64)", otc: "EulerOS 2.9 64bit",
      huawei: "EulerOS 2.9 64bit"),
    Release(id: "euleros", versionID: "2.0", version: "2.0 (SP10)", otc: "EulerOS 2.10 64bit"),
    Release(
      id: "openeuler", versionID: "20.03", version: "20.03 (LTS)", otc: "openEuler 20.03 64bit",
      huawei: "openEuler 20.03 64bit"),
    Release(id: "openeuler", versionID: "22.03", version: "22.03 (LTS-SP1)", otc: "openEuler 22.03 SP1 64bit"),
    Release(
      id: "openeuler", versionID: "22.03", version: "22.03 (LTS-SP3)", otc: "openEuler 22.03 SP1 64bit",
      isExact: false),
    Release(id: "arch", versionID: "", name: "Arch Linux"),
    Release(id: "windows", versionID: "", name: "Microsoft Windows"),
  ]

  @Test(
    "The very system, the nearest listed, or none, as the documents of Open Telekom Cloud have it", arguments: releases)
  func otc(_ release: Release) {
    let found = OSVersions.suggestion(for: release.system, dialect: .otc)
    #expect(found.value == release.otc)
    #expect(found.isExact == (release.otc != nil && release.isExact))
    #expect((found.note == nil) == found.isExact)
  }

  @Test(
    "In the spelling of Huawei Cloud where its documents have the very system",
    arguments: releases.filter { $0.huawei != nil })
  func huawei(_ release: Release) {
    let found = OSVersions.suggestion(for: release.system, dialect: .huawei)
    #expect(found == OSVersionSuggestion(value: release.huawei, isExact: true))
  }

  @Test("Whatever is suggested is listed, never a bare version, and of the same distribution", arguments: releases)
  func listed(_ release: Release) {
    for dialect in CloudDialect.allCases {
      for firmware in [nil, "bios", "uefi"] {
        guard let value = OSVersions.suggestion(for: release.system, firmware: firmware, dialect: dialect).value else {
          continue
        }
        #expect(OSVersions.listed(for: dialect).contains { $0.value == value })
      }
    }
  }

  @Test(
    "A Windows is told by its name in the registry, with its edition",
    arguments: [
      ("Windows Server 2019 Standard", "x86_64", "Windows Server 2019 Standard 64bit", true),
      ("Windows Server 2022 Datacenter", "x86_64", "Windows Server 2022 Datacenter 64bit", true),
      ("Windows Server 2012 R2 Standard", "x86_64", "Windows Server 2012 R2 Standard 64bit", true),
      ("Windows Server 2012 Standard", nil, "Windows Server 2012 Standard 64bit", true),
      ("Windows Server (R) 2008 R2 Enterprise", "x86_64", "Windows Server 2008 R2 Enterprise 64bit", true),
      ("Windows Web Server 2008 R2", "x86_64", "Windows Server 2008 R2 WEB 64bit", true),
      ("Windows Server 2012 R2 Essentials", "x86_64", "Windows Server 2012 Essentials R2 64bit", true),
      ("Windows 10 Pro", "x86_64", "Windows 10 64bit", true),
      ("Windows 10 Enterprise LTSC 2019", "x86_64", "Windows 10 64bit", true),
      ("Windows 7 Professional", "i386", "Windows 7 Professional 32bit", true),
      ("Windows 7 Home Premium", "x86_64", "Windows 7 Enterprise 64bit", false),
      ("Windows Server 2016 Essentials", "x86_64", "Windows Server 2016 Standard 64bit", false),
      ("Windows Server 2019 Standard Evaluation", "x86_64", "Windows Server 2019 Standard 64bit", false),
      ("Windows 11 Pro", "x86_64", nil, false), ("Windows Server 2025 Standard", "x86_64", nil, false),
      ("Windows 10 Pro", "aarch64", nil, false), ("Windows 10 Pro", "i386", nil, false),
      ("Hyper-V Server 2016", "x86_64", nil, false),
    ] as [(String, String?, String?, Bool)])
  func windows(_ name: String, _ machine: String?, _ value: String?, _ isExact: Bool) {
    var system = OperatingSystem(id: "windows", path: "/Windows/System32/config/SOFTWARE")
    (system.prettyName, system.architecture) = (name, machine)
    let found = OSVersions.suggestion(for: system, firmware: "uefi", dialect: .otc)
    #expect(found.value == value)
    #expect(found.isExact == isExact)
    #expect((found.note == nil) == isExact)
  }

  @Test("A disk that boots with UEFI gets the spelling of the list of such systems")
  func firmware() {
    let system = Self.releases[2].system
    #expect(OSVersions.suggestion(for: system, firmware: "uefi", dialect: .otc).value == "Ubuntu 18.04 Server 64bit")
    #expect(OSVersions.suggestion(for: system, firmware: "bios", dialect: .otc).value == "Ubuntu 18.04 server 64bit")
  }

  @Test("A system of 32 bits is not taken for one of 64")
  func bits() {
    var system = OperatingSystem(id: "centos", versionID: "6.5", path: "/etc/redhat-release")
    system.architecture = "i386"
    #expect(OSVersions.suggestion(for: system, dialect: .otc).value == "CentOS 6.5 32bit")
    system.architecture = "x86_64"
    #expect(OSVersions.suggestion(for: system, dialect: .otc).value == "CentOS 6.5 64bit")
  }

  @Test("The difference is said")
  func difference() {
    let debian = OSVersions.suggestion(for: Self.releases[5].system, dialect: .otc)
    #expect(debian.note == "the disk has Debian 12.7, the nearest listed is this")
    let rocky = Self.releases.first { $0.id == "rocky" }?.system
    #expect(
      rocky.map { OSVersions.suggestion(for: $0, dialect: .otc).note ?? "" }?.contains("by its numbers alone") == true)
  }
}
