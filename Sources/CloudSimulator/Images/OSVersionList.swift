import CloudAccess
import ImageImport

/// The answer of the OS list call, by platform.
struct OSVersionList: Sendable {
  private let entries: [OSVersion]

  init(dialect: CloudDialect) {
    entries = OSVersions.listed(for: dialect)
  }

  /// The systems that have all the tags: `uefi` is known from a table; `x86`, `bms` and `arm` let through what the
  /// documents do not rule out.
  func reply(tags: [String]) -> Reply {
    let wanted = entries.filter { entry in
      tags.allSatisfy { tag in
        switch tag {
        case "uefi": entry.supportsUEFI
        case "arm": entry.osType == "Linux" && entry.bits == 64
        default: true
        }
      }
    }
    var platforms: [String] = []
    var byPlatform: [String: [OSVersion]] = [:]
    for entry in wanted {
      if byPlatform[entry.platform] == nil { platforms.append(entry.platform) }
      byPlatform[entry.platform, default: []].append(entry)
    }
    var text = JSONText(capacity: 32768)
    text.array { text in
      for platform in platforms {
        text.object { text in
          text.member("platform", platform)
          text.array("version_list") { text in
            for entry in byPlatform[platform] ?? [] { write(entry, to: &text) }
          }
        }
      }
    }
    return .json(text.bytes)
  }

  private func write(_ entry: OSVersion, to text: inout JSONText) {
    text.object { text in
      text.member("platform", entry.platform)
      text.member("os_version_key", entry.value)
      text.member("os_version", entry.value)
      if let bits = entry.bits { text.member("os_bit", bits) }
      text.member("os_type", entry.osType ?? "Other")
    }
  }
}
