import DiskImages

/// A distribution of the service's list, and how its versions are compared.
enum Distribution: String, CaseIterable {
  case ubuntu = "Ubuntu"
  case debian = "Debian"
  case centOS = "CentOS"
  case centOSStream = "CentOS Stream"
  case rocky = "Rocky Linux"
  case fedora = "Fedora"
  case redHat = "Red Hat"
  case oracle = "Oracle Linux"
  case suse = "SUSE"
  case openSUSE = "OpenSUSE"
  case eulerOS = "EulerOS"
  case openEuler = "openEuler"
  case coreOS = "CoreOS"
  case freeBSD = "FreeBSD"

  /// What `ID` of os-release stands for; nil for a distribution that no list has.
  init?(_ system: OperatingSystem) {
    switch system.id {
    case "ubuntu": self = .ubuntu
    case "debian": self = .debian
    case "centos": self = system.name?.contains("Stream") == true ? .centOSStream : .centOS
    case "rocky": self = .rocky
    case "fedora": self = .fedora
    case "rhel": self = .redHat
    case "ol": self = .oracle
    case "sles", "sles_sap": self = .suse
    case "opensuse", "opensuse-leap": self = .openSUSE
    case "euleros": self = .eulerOS
    case "openeuler": self = .openEuler
    case "coreos": self = .coreOS
    case "freebsd": self = .freeBSD
    default: return nil
    }
  }

  /// Numbers that must agree for two versions to be the same; a point release of Ubuntu is still the release.
  var significant: Int {
    switch self {
    case .fedora: 1
    case .openEuler, .coreOS: 3
    default: 2
    }
  }

  /// Numbers without which it is another system, for which nothing else will do.
  var essential: Int {
    switch self {
    case .ubuntu, .openEuler: 2
    default: 1
    }
  }

  /// The version of a system, as numbers; as many as its files tell.
  func version(of system: OperatingSystem) -> [Int] {
    let own = OSVersions.numbers(system.fullVersion ?? system.versionID ?? "")
    let words = system.version ?? ""
    switch self {
    case .ubuntu:
      let longer = OSVersions.numbers(words)
      return longer.starts(with: own) ? longer : own
    case .eulerOS:
      // 2.0 (SP9) is what the list calls 2.9.
      return OSVersions.servicePack(in: words).map { [own.first ?? 2, $0] } ?? own
    case .openEuler:
      return Array(own.prefix(2)) + [OSVersions.servicePack(in: words) ?? 0]
    case .suse:
      // 15 without a number behind it is the first one.
      return own.count == 1 ? own + [0] : own
    default: return own
    }
  }
}
