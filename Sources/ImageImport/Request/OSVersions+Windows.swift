import CloudAccess
import DiskImages

extension OSVersions {
  /// The listed value for a Windows: exact where release and edition are the same, or the list has the release without an
  /// edition; else another edition of the release, and the note says so.
  static func windowsSuggestion(
    for system: OperatingSystem, firmware: String?, dialect: CloudDialect
  ) -> OSVersionSuggestion {
    guard let name = system.prettyName else {
      return OSVersionSuggestion(note: "which Windows it is, is not told by the disk: give os_version yourself")
    }
    guard let own = WindowsRelease(name), system.architecture != "aarch64" else {
      return OSVersionSuggestion(note: "no list of this service has \(name)")
    }
    let bits = system.architecture == "i386" ? 32 : 64
    let candidates = all.filter {
      $0.platform == "Windows" && !$0.isBare && $0.isListed(for: dialect) && $0.bits == bits
    }
    .compactMap { entry in WindowsRelease(entry.value).map { (entry: entry, release: $0) } }
    .filter { $0.release.isSame(as: own) }
    let isUEFI = firmware == "uefi"
    func best(_ entries: [OSVersion]) -> OSVersion? {
      func rank(_ entry: OSVersion) -> [Int] {
        [isUEFI && entry.supportsUEFI ? 1 : 0, entry.inOTCReference ? 1 : 0]
      }
      // Of several that are as good the first in the list.
      return entries.reduce(nil) { best, entry in
        best.map { rank($0).lexicographicallyPrecedes(rank(entry)) ? entry : $0 } ?? entry
      }
    }
    let fitting = candidates.filter { $0.release.edition == nil || $0.release.edition == own.edition }.map(\.entry)
    if let entry = best(fitting) {
      guard !own.isEvaluation else {
        return OSVersionSuggestion(value: entry.value, note: "the disk has an evaluation edition, which ends by itself")
      }
      return OSVersionSuggestion(value: entry.value, isExact: true)
    }
    guard let nearest = best(candidates.map(\.entry)) else {
      return OSVersionSuggestion(note: "no list of this service has \(name)")
    }
    return OSVersionSuggestion(value: nearest.value, note: "the disk has \(name), the nearest listed is this")
  }
}
